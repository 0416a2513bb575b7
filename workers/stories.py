"""The stories' process: a Temporal worker that runs the lives of projects and rounds, with the hands they act by.

python -m workers.stories --state DIR
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

import bootstrap
from domain.errors import Refusal
from domain.event_store import EventStore
from workers.processes import leave
from workers.service import serve
from workflows.hands import Hands
from workflows.project import ProjectLife
from workflows.round import RoundLife

_THREADS = 8
_STORIES_KEPT = 300


def worker(
    client: Client, store: EventStore, threads: ThreadPoolExecutor, runner: WorkflowRunner | None = None
) -> Worker:
    """The worker as every process and test runs it. The sandbox is for tests: it doubles the memory of a cached story."""
    return Worker(
        client,
        task_queue=bootstrap.TASK_QUEUE,
        workflows=[ProjectLife, RoundLife],
        activities=Hands(store).all,
        activity_executor=threads,
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        workflow_failure_exception_types=[Refusal],
        # A kept story takes 150 to 200 KB; of a large round most wait for weeks, and are replayed in milliseconds.
        max_cached_workflows=_STORIES_KEPT,
        graceful_shutdown_timeout=timedelta(seconds=15),
        # A killed worker's stories wait this long for it, and no longer, before another takes them.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2.5),
    )


async def work(canopy: bootstrap.Canopy, stopping: asyncio.Event, log: Any) -> None:
    """Run stories until told to stop. Raises what says that a server is away."""
    client = await canopy.temporal()
    with canopy.store(connections=_THREADS + 2) as store, ThreadPoolExecutor(_THREADS) as threads:
        async with worker(client, store, threads):
            log.info("working")
            await stopping.wait()


if __name__ == "__main__":
    leave(serve("stories", work, __doc__))
