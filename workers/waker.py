"""The waker follows the event store with its own bookmark and wakes the stories concerned, without data.

    python -m workers.waker --state DIR

Only events a story waits for (`workflows/wakes.py`) wake it; several within a tenth of a second make one wake; a story that is
missing is started by the same signal. The bookmark is written after the signals, so a wake can come twice but is never lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy

import bootstrap
from domain.agreement import AwardLapsed, AwardRefused
from domain.application import ApplicationRejected, ApplicationSubmitted, ApplicationWithdrawn
from domain.award import AwardDeclined, AwardRevoked, HonourConferred
from domain.closing import ProjectClosed, RoundClosed
from domain.completion import CompletionLapsed
from domain.event_store import EventStore, Reading, Recorded
from domain.rescheduling import CalendarPublished
from domain.result import ProjectNotSelected
from domain.review import ReviewLapsed
from domain.round_opening import RoundOpened
from domain.stored_form import stored_names
from domain.termination import ProjectTerminated
from projections.views import Views
from workers.processes import leave
from workers.service import serve
from workflows.project import ProjectSoFar
from workflows.round import RoundSoFar
from workflows.wakes import WAKES

BOOKMARK_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS waker;
CREATE TABLE IF NOT EXISTS waker.bookmark (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    position bigint NOT NULL DEFAULT 0,
    clock timestamptz  -- how far the held clock had moved when the stories were last told
);
INSERT INTO waker.bookmark DEFAULT VALUES ON CONFLICT DO NOTHING;
GRANT USAGE ON SCHEMA waker TO {role};
GRANT SELECT, UPDATE ON waker.bookmark TO {role};
"""
STARTED = stored_names(RoundOpened), stored_names(ApplicationSubmitted)
"""Events that begin a story: a round's, a project's."""
ENDED = stored_names(
    ApplicationWithdrawn,
    ApplicationRejected,
    CompletionLapsed,
    ReviewLapsed,
    ProjectNotSelected,
    AwardRefused,
    AwardLapsed,
    AwardDeclined,
    AwardRevoked,
    HonourConferred,
    ProjectClosed,
    ProjectTerminated,
    RoundClosed,
)
"""Events after which a stream has no story any more."""

FOR_ALL_ROUNDS = stored_names(CalendarPublished)
"""Events of a programme that concern each of its open rounds."""
_BATCH = 1_000
_AT_ONCE = 64
_LONGEST_WAIT = 5.0
_ROUND = SearchAttributeKey.for_keyword("CanopyRound")
_KIND = SearchAttributeKey.for_keyword("CanopyKind")


async def start(client: Client, stream: str, round_id: str, *, wake: bool = True) -> None:
    """Wake a stream's story, starting it when it is missing; with `wake` False only start it."""
    kind, _, id_ = stream.partition(":")
    await client.start_workflow(
        "ProjectLife" if kind == "project" else "RoundLife",
        ProjectSoFar(project=id_) if kind == "project" else RoundSoFar(round=id_),
        id=stream,
        task_queue=bootstrap.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal="wake" if wake else None,
        static_summary=f"{'项目 project' if kind == 'project' else '批次 round'} {id_}",
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(_ROUND, round_id), SearchAttributePair(_KIND, kind)]
        ),
    )


async def at_once(calls: Iterable[Any]) -> None:
    """Await all, a bounded number at the same time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(call: Any) -> None:
        async with gate:
            await call

    await asyncio.gather(*(one(call) for call in calls))


def open_stories(store: EventStore) -> Iterator[Sequence[tuple[str, str, int]]]:
    """Pages of (stream, round, position) of every round and project whose story should be running."""
    for started in STARTED:
        after = 0
        while page := store.open_streams(started, ENDED, after=after, limit=_BATCH):
            yield page
            after = page[-1][2]


def open_rounds(store: EventStore) -> dict[str, str]:
    """Stream → round, for every round that is not closed."""
    found: dict[str, str] = {}
    after = 0
    while page := store.open_streams(STARTED[0], ENDED, after=after, limit=_BATCH):
        found |= {stream: round_id for stream, round_id, _ in page}
        after = page[-1][2]
    return found


async def reconcile(store: EventStore, client: Client) -> int:
    """Start again every story that should be running and is not, from the event store alone. Gives how many should run."""
    found = 0
    pages = open_stories(store)
    while page := await asyncio.to_thread(next, pages, None):
        await at_once(start(client, stream, round_id, wake=False) for stream, round_id, _ in page)
        found += len(page)
    return found


class Waker:
    """One process's work: look, wake, remember."""

    def __init__(self, canopy: bootstrap.Canopy, store: EventStore, views: Views, client: Client, log: Any) -> None:
        self.canopy, self.store, self.views, self.client, self.log = canopy, store, views, client, log
        self.position = 0
        self.bookmark: psycopg.Connection

    async def follow(self, stopping: asyncio.Event) -> None:
        """Until told to stop. Raises psycopg.Error, RPCError, Busy when a server or the read models are away."""
        with psycopg.connect(self.store.url, autocommit=True) as self.bookmark:
            await self._follow(stopping)

    async def _follow(self, stopping: asyncio.Event) -> None:
        self.position, told = await asyncio.to_thread(self._read_bookmark)
        while not stopping.is_set():
            heard = self.store.heard
            reading = await asyncio.to_thread(self.store.reading)
            target = reading.setting.to_domain if reading.setting else None
            if target is not None and target != told:
                await self.clock_moved(reading)
                told = target
                await asyncio.to_thread(self._write_bookmark, told)
            if await asyncio.to_thread(self.store.head) > self.position:
                await self.wake_all(told)
            else:
                await asyncio.to_thread(self.store.wait_for_hint, heard, _LONGEST_WAIT)

    async def wake_all(self, told: Any) -> None:
        """Everything recorded since the bookmark, and what comes within the window, as one wake for each story."""
        concerned = await self._read_on()
        if concerned:
            await asyncio.sleep(self.canopy.wake_window_seconds)
            concerned |= await self._read_on()
        await at_once(start(self.client, stream, round_id) for stream, round_id in concerned.items())
        await asyncio.to_thread(self._write_bookmark, told)
        if concerned:
            self.log.info("woken", stories=len(concerned), position=self.position)

    async def _read_on(self) -> dict[str, str]:
        """Stream → round, for every story something was recorded for; moves the position on."""
        concerned: dict[str, str] = {}
        while batch := await asyncio.to_thread(self.store.read, self.position, _BATCH):
            concerned |= {event.stream: event.correlation for event in batch if wakes(event)}
            if any(event.name in FOR_ALL_ROUNDS for event in batch):
                concerned |= await asyncio.to_thread(open_rounds, self.store)
            self.position = batch[-1].position
            if len(batch) < _BATCH:
                break
        return concerned

    async def clock_moved(self, reading: Reading) -> None:
        """A demonstration's clock moves on: stories whose deadline lies on its way look at the clock again."""
        if reading.setting is None:
            return
        head = await asyncio.to_thread(self.store.head)
        due: dict[str, str] = {}
        filters = {"due_before": reading.setting.to_domain.isoformat()}
        rows = await asyncio.to_thread(self.views.everything, "deadlines", filters, after=head)
        due = {row["subject"]: row["round"] for row in rows}
        await at_once(start(self.client, stream, round_id) for stream, round_id in due.items())
        self.log.info("clock moved", to=reading.setting.to_domain.isoformat(), stories=len(due))

    def _read_bookmark(self) -> tuple[int, Any]:
        row = self.bookmark.execute("SELECT position, clock FROM waker.bookmark").fetchone()
        return (row[0], row[1]) if row else (0, None)

    def _write_bookmark(self, told: Any) -> None:
        self.bookmark.execute("UPDATE waker.bookmark SET position = %s, clock = %s", (self.position, told))


def wakes(event: Recorded) -> bool:
    return event.name.rpartition(".v")[0] in WAKES


async def work(canopy: bootstrap.Canopy, stopping: asyncio.Event, log: Any) -> None:
    """Start what is missing, then follow until told to stop. Raises what says that a server is away."""
    client = await canopy.temporal()
    with canopy.store(connections=4) as store, canopy.views() as views:
        log.info("reconciled", stories=await reconcile(store, client))
        await Waker(canopy, store, views, client, log).follow(stopping)


if __name__ == "__main__":
    leave(serve("waker", work, __doc__))
