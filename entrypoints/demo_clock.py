"""The demonstration holds the clock: people act, the stories come to rest, then time moves to the next deadline.

A slow machine therefore only makes the demonstration slower; no deadline passes before people have acted.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Busy
from domain.kernel import STORY
from entrypoints import local_time
from workers.waker import FOR_ALL_ROUNDS, open_rounds, open_stories
from workflows.wakes import WAKES

if TYPE_CHECKING:
    from temporalio.client import Client

    from bootstrap import Canopy
    from domain.event_store import Reading

_MOVE = timedelta(milliseconds=10)
_LOOK_AGAIN = 0.02
_PATIENCE = 120.0
_FIRST_REST = 4
"""Events in a history once the story has run for the first time: started, task scheduled, started, completed."""


class StoriesRestless(RuntimeError):
    """The stories did not come to rest in time: a worker or server is down. The message says what to look at."""


class HeldClock:
    """The domain's clock, moved by hand; and how to see that nothing is left to happen at the present moment."""

    def __init__(self, canopy: Canopy, *, patience: float = _PATIENCE) -> None:
        self.canopy = canopy
        self.patience = patience
        """Seconds in which the stories must come to rest."""
        self.store = canopy.store(connections=4)
        self.views = canopy.views()
        self.clock = canopy.clock()
        self._client: Client | None = None
        self._seen: int | None = None
        self._restless: set[str] = set()
        self._line: psycopg.Connection | None = None

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self.store.close()
        self.views.close()

    def now(self) -> datetime:
        return self.store.now()

    def move_to(self, at: datetime) -> None:
        """Let time run to that moment, and stand there."""
        due = self.views.everything("deadlines", {"due_before": at.isoformat()}, after=self.store.head())
        self._restless |= {row["subject"] for row in due}
        self.clock.run_until(at, over=_MOVE)

    def let_go(self) -> None:
        """Time goes on from here at its normal speed: what is open lives on."""
        self.clock.run_on()

    def next_deadline(self) -> datetime | None:
        rows = self.views.ask("deadlines", {}, after=self.store.head()).rows
        return min((row["due"] for row in rows), default=None)

    async def rest(self) -> None:
        """Return when every story has heard of everything and has nothing left to do now. Raises StoriesRestless."""
        end = asyncio.get_running_loop().time() + self.patience
        while asyncio.get_running_loop().time() < end:
            with contextlib.suppress(psycopg.OperationalError, RPCError, Busy):
                if self._client is None:
                    self._client = await self.canopy.temporal()
                if await self._at_rest(self._client):
                    return
            await asyncio.sleep(_LOOK_AGAIN)
        raise StoriesRestless(
            f"the stories do not come to rest at {local_time.marked(self.store.now())}: see `canopy status` and the logs"
        )

    async def _at_rest(self, client: Client) -> bool:
        head, told, clock, reading = await asyncio.to_thread(self._look)
        target = reading.setting.to_domain if reading.setting else None
        if told < head or clock != target or (target is not None and reading.now < target):
            return False
        if self._seen is None:
            self._seen, self._restless = head, await asyncio.to_thread(self._all_open)
        for event in await asyncio.to_thread(self.store.read, self._seen, 100_000):
            self._seen = event.position
            if event.name.rpartition(".v")[0] in WAKES:
                self._restless.add(event.stream)
            if event.name in FOR_ALL_ROUNDS:
                self._restless |= {*await asyncio.to_thread(open_rounds, self.store)}
            if event.actor == STORY.id and event.causation:
                self._restless.add(event.causation.partition("@")[0])  # it has just acted, and may not be done
        # A question costs the server as much as a small step of a story: one that is busy is enough.
        for stream in sorted(self._restless):
            if await self._is_busy(client, stream):
                return False
            self._restless.discard(stream)
        if await asyncio.to_thread(self.store.head) != head:
            return False
        answer = await asyncio.to_thread(self.views.ask, "deadlines", {}, after=head)
        late = {row["subject"] for row in answer.rows if target is not None and row["due"] <= target}
        self._restless |= late
        return not late

    def _all_open(self) -> set[str]:
        """Every stream that should have a running story."""
        return {stream for page in open_stories(self.store) for stream, _, _ in page}

    async def _is_busy(self, client: Client, stream: str) -> bool:
        try:
            seen = await client.get_workflow_handle(stream).describe()
        except RPCError as problem:
            if problem.status is RPCStatusCode.NOT_FOUND:
                return True  # not started yet
            raise
        if seen.status is not WorkflowExecutionStatus.RUNNING:
            return False
        raw = seen.raw_description
        if seen.history_length < _FIRST_REST:
            return True  # continued as new, or started, and not run yet
        return bool(raw.pending_activities) or raw.HasField("pending_workflow_task")

    def _look(self) -> tuple[int, int, datetime | None, Reading]:
        """The head, how far the waker has told the stories of events and of the clock, and the clock."""
        head = self.store.head()
        if self._line is None or self._line.closed:  # kept, since to log in is dearer than all the rest of a look
            self._line = psycopg.connect(self.store.url, autocommit=True)
        row = self._line.execute("SELECT position, clock FROM waker.bookmark").fetchone()
        told, clock = row or (0, None)
        return head, told, clock, self.store.reading()
