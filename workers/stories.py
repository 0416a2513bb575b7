"""The stories' process: a Temporal worker that runs the lives of projects and rounds, with the hands they act by.

python -m workers.stories --state DIR
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

import bootstrap
from domain.errors import Refusal
from domain.event_store import EventStore
from workflows.hands import Hands
from workflows.project import ProjectLife
from workflows.round import RoundLife

_THREADS = 8


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
        graceful_shutdown_timeout=timedelta(seconds=15),
        # A killed worker's stories wait this long for it, and no longer, before another takes them.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2.5),
    )


async def run(canopy: bootstrap.Canopy, stopping: asyncio.Event, log: Any) -> None:
    """Work until told to stop; a server that is away is waited for."""
    pause = 0.2
    while not stopping.is_set():
        try:
            client = await canopy.temporal()
            with canopy.store(connections=_THREADS + 2) as store, ThreadPoolExecutor(_THREADS) as threads:
                async with worker(client, store, threads):
                    log.info("working")
                    pause = 0.2
                    await stopping.wait()
        except (psycopg.Error, PoolTimeout, RPCError, RuntimeError) as trouble:
            log.warning("trouble, trying again", error=str(trouble).strip(), seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            pause = min(pause * 2, 10.0)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="workers.stories", description=__doc__)
    parser.add_argument("--state")
    canopy = bootstrap.load(parser.parse_args().state)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await run(canopy, stopping, bootstrap.start_logging("stories"))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
