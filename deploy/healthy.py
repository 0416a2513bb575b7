"""Whether a process of ours does its work, asked from inside its container: exit code 0 or 1, with one line that says why.

python -m deploy.healthy web | stories | views | waker
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from urllib.request import urlopen

import psycopg

import bootstrap
from workers.processes import leave

WEB = "http://127.0.0.1:8787/health"
SECONDS = 8.0


def web(canopy: bootstrap.Canopy) -> str | None:
    """None when it answers, else what is wrong; so with all of these."""
    del canopy
    with urlopen(WEB, timeout=SECONDS) as answer:
        return None if answer.status == 200 else f"answers {answer.status}"


def stories(canopy: bootstrap.Canopy) -> str | None:
    """Temporal hears this container's worker poll."""
    identities = asyncio.run(_pollers(canopy))
    here = f"@{socket.gethostname()}"
    return None if any(identity.endswith(here) for identity in identities) else "this worker does not poll"


async def _pollers(canopy: bootstrap.Canopy) -> list[str]:
    from temporalio.api.enums.v1 import TaskQueueType  # noqa: PLC0415  late: it takes 0.3 s
    from temporalio.api.taskqueue.v1 import TaskQueue  # noqa: PLC0415  late: it takes 0.3 s
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest  # noqa: PLC0415  late: it takes 0.3 s

    client = await canopy.temporal()
    found = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=bootstrap.TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return [poller.identity for poller in found.pollers]


def views(canopy: bootstrap.Canopy) -> str | None:
    """The read models are at the head of the event store, or on their way to it."""
    with canopy.views() as asked:
        return moves(lambda: min((lag.position for lag in asked.lag()), default=0), head(canopy))


def waker(canopy: bootstrap.Canopy) -> str | None:
    """The bookmark is at the head of the event store, or on its way to it."""
    with psycopg.connect(canopy.database_url(), autocommit=True) as connection:

        def position() -> int:
            row = connection.execute("SELECT position FROM waker.bookmark").fetchone()
            return int(row[0]) if row else 0

        return moves(position, head(canopy))


def head(canopy: bootstrap.Canopy) -> int:
    with canopy.store(connections=1) as store:
        return store.head()


def moves(position: Callable[[], int], target: int) -> str | None:
    first = position()
    end = time.monotonic() + SECONDS
    while (now := position()) < target and now == first:
        if time.monotonic() > end:
            return f"stands at {now}, the event store at {target}"
        time.sleep(0.2)
    return None


CHECKS = {"web": web, "stories": stories, "views": views, "waker": waker}


def main(name: str) -> int:
    try:
        trouble = CHECKS[name](bootstrap.load())
    except Exception as problem:  # noqa: BLE001  whatever it is, it is not healthy
        trouble = str(problem).strip() or type(problem).__name__
    print(f"{name}: {trouble or 'well'}")  # noqa: T201  `docker inspect` shows it
    return 1 if trouble else 0


if __name__ == "__main__":
    leave(main(sys.argv[1]))
