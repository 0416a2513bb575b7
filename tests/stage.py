"""A stage for whole journeys: real PostgreSQL, real Temporal, every worker of ours in this process, and the clock in our hand."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bootstrap import NAMESPACE, Canopy
from domain.event_store import Done, app_url
from domain.kernel import Command
from entrypoints.demo_clock import HeldClock
from tests.controls import APP_PASSWORD
from workers.prepare import prepare
from workers.state_folder import StateFolder
from workers.stories import worker
from workers.waker import Waker, reconcile


@dataclass(frozen=True)
class StageCanopy(Canopy):
    """An installation on a test's database and the tests' Temporal server."""

    address: str = ""

    async def temporal(self) -> Client:
        return await Client.connect(self.address, namespace=NAMESPACE, data_converter=pydantic_data_converter)

    def secret(self, name: str, variable: str) -> str:
        return APP_PASSWORD


class Stage:
    """People act with `do`; `rest` waits until the stories have nothing left to do; `move_to` lets time pass."""

    def __init__(self, canopy: StageCanopy) -> None:
        self.canopy = canopy
        self.clock = HeldClock(canopy)
        self.store = self.clock.store
        self.views = self.clock.views

    async def do(self, command: Command, *, by: Any) -> Done:
        return await asyncio.to_thread(self.store.do, command, by=by, command_id=str(uuid4()))

    async def rest(self) -> None:
        await self.clock.rest()

    async def move_to(self, at: datetime) -> None:
        await asyncio.to_thread(self.clock.move_to, at)
        await self.clock.rest()

    async def next_deadline(self) -> datetime:
        due = await asyncio.to_thread(self.clock.next_deadline)
        assert due is not None, "nothing is waited for"
        await self.move_to(due)
        return due

    async def reconcile(self) -> int:
        return await reconcile(self.store, await self.canopy.temporal())


def canopy_on(database: str, temporal_address: str, folder: Path) -> StageCanopy:
    """An installation with its tables made."""
    canopy = StageCanopy(
        state=StateFolder(folder),
        outside_database=app_url(database, APP_PASSWORD),
        outside_owner=database,
        wake_window_seconds=0.01,
        address=temporal_address,
    )
    prepare(canopy)
    return canopy


@contextlib.asynccontextmanager
async def a_stage(
    database: str, temporal_address: str, folder: Path, *, at: datetime, runner: WorkflowRunner | None = None
) -> AsyncIterator[Stage]:
    """Everything running, the clock held at a moment."""
    canopy = canopy_on(database, temporal_address, folder)
    stage = Stage(canopy)
    stage.clock.clock.hold(at)
    canopy.found_steward(stage.store)
    stopping, stop_views = asyncio.Event(), threading.Event()
    client = await canopy.temporal()
    with ThreadPoolExecutor(8) as threads:
        following = asyncio.create_task(asyncio.to_thread(stage.views.follow, stage.store, stop_views))
        waker = Waker(canopy, stage.store, stage.views, client, structlog.get_logger())
        async with worker(client, stage.store, threads, runner or SandboxedWorkflowRunner()):
            waking = asyncio.create_task(waker.follow(stopping))
            try:
                yield stage
            finally:
                stopping.set()
                stop_views.set()
                await asyncio.gather(waking, following)
                await end_all(client)
    stage.clock.close()


async def end_all(client: Client) -> None:
    """End what this test left on the shared server: another test's worker would find no such project."""
    async for left in client.list_workflows("ExecutionStatus = 'Running'"):
        with contextlib.suppress(Exception):
            await client.get_workflow_handle(left.id).terminate("the test is over")
