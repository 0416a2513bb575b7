"""What every process of ours does around its work: read `--state`, log, stop when told, and wait for a server that is away."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import psycopg
from temporalio.service import RPCError

import bootstrap
from domain.errors import Busy

Work: TypeAlias = Callable[[bootstrap.Canopy, asyncio.Event, Any], Awaitable[None]]
"""Works until the event is set; raises what says that a server is away."""

AWAY = (psycopg.Error, RPCError, RuntimeError, Busy)
_FIRST_PAUSE, _LONGEST_PAUSE, _HEALTHY = 0.2, 10.0, 30.0


def serve(name: str, work: Work, doc: str | None) -> int:
    """Run one process until SIGTERM or SIGINT. Gives the exit code."""
    parser = argparse.ArgumentParser(prog=f"workers.{name}", description=doc)
    parser.add_argument("--state", help="the state folder; else CANOPY_STATE, else ./.canopy")
    canopy = bootstrap.load(parser.parse_args().state)
    log = bootstrap.start_logging(name)

    async def run() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await patiently(canopy, work, stopping, log)

    asyncio.run(run())
    return 0


async def patiently(canopy: bootstrap.Canopy, work: Work, stopping: asyncio.Event, log: Any) -> None:
    """Work; when a server is away, wait a little, longer each time, and begin again."""
    pause, clock = _FIRST_PAUSE, asyncio.get_running_loop().time
    while not stopping.is_set():
        begun = clock()
        try:
            await work(canopy, stopping, log)
        except AWAY as trouble:
            if clock() - begun > _HEALTHY:
                pause = _FIRST_PAUSE
            log.warning("trouble, trying again", error=str(trouble).strip(), seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
