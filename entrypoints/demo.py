"""The demonstration: Fenghua 微公益, 2018 to 2020, three rounds from call to evaluation on the real stack.

People act through the API only; the stories keep the dates; the clock is held in between (`demo_clock.py`). Interrupted at any
moment it goes on where it was, because all it knows is in the event store.
"""

from __future__ import annotations

import asyncio
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
from psycopg_pool import PoolTimeout
from temporalio.service import RPCError

from domain.errors import Busy
from entrypoints.demo_clock import HeldClock
from entrypoints.demo_people import People
from entrypoints.demo_script import BEGIN, Script
from entrypoints.programmes import with_calendar
from entrypoints.tokens import signed

if TYPE_CHECKING:
    from bootstrap import Canopy
    from domain.event_store import EventStore

_DAY = 86_400
_PATIENCE = (0.2, 0.5, 1, 2, 4, 8, 8, 8, 8, 8)
"""Seconds between tries while a server is away."""
END = datetime(2021, 1, 1, tzinfo=BEGIN.tzinfo)


@dataclass(frozen=True)
class Progress:
    """How far the demonstration is: the domain's date, what happens, and the share of the three years."""

    at: datetime
    doing: str
    share: float


class OtherEvents(RuntimeError):
    """The state folder holds events that are not the demonstration's."""


def rules() -> Mapping[str, Any]:
    """The programme's file, with the public holidays of its years."""
    text = files("programmes").joinpath("fenghua-micro.toml").read_text(encoding="utf-8")
    return with_calendar(tomllib.loads(text))


async def play(canopy: Canopy, say: Callable[[Progress], None]) -> None:
    """Play to the end, from wherever it stands. Raises OtherEvents, Unexpected, StoriesRestless."""
    clock = HeldClock(canopy)
    try:
        await asyncio.to_thread(begin, canopy, clock)
        if finished(clock):
            return
        key = canopy.token_key()
        base = f"http://127.0.0.1:{canopy.api_port}"
        async with httpx2.AsyncClient(base_url=base, timeout=30.0) as client:
            people = People(client, lambda who: signed(key, who, int(time.time()) + _DAY))
            script = Script(people)
            say(Progress(clock.now(), "SetTheStage", 0.0))
            await script.set_the_stage(rules())
            await _live(clock, script, say)
        clock.let_go()
    finally:
        clock.close()


def begin(canopy: Canopy, clock: HeldClock) -> None:
    """Hold the clock before anything is recorded; or find the demonstration where it was. Raises OtherEvents."""
    if has_other_events(clock.store):
        raise OtherEvents(str(canopy.state.path))
    if clock.store.head() == 0:
        clock.clock.hold(BEGIN)
    canopy.found_steward(clock.store)  # nothing new where the steward is known


def has_other_events(store: EventStore) -> bool:
    """Whether what is recorded there is not the demonstration."""
    first = store.read(0, 1)
    return bool(first) and first[0].recorded_at != BEGIN


def finished(clock: HeldClock) -> bool:
    """Whether it was played to its end, from where the clock goes on by itself."""
    reading = clock.store.reading()
    return reading.setting is not None and reading.setting.runs_on


async def _live(clock: HeldClock, script: Script, say: Callable[[Progress], None]) -> None:
    """Step by step to the end. A server that is away is waited for: a step that was broken off is simply taken again."""
    pauses = iter(_PATIENCE)
    while True:
        try:
            if not await _step(clock, script, say):
                return
            pauses = iter(_PATIENCE)
        except (psycopg.OperationalError, PoolTimeout, RPCError, Busy):
            pause = next(pauses, None)
            if pause is None:
                raise
            await asyncio.sleep(pause)


async def _step(clock: HeldClock, script: Script, say: Callable[[Progress], None]) -> bool:
    """The stories rest, people act; when nobody means to act now, time moves to what is waited for next.

    False is the end: no deadline is open, and the one duty there is nobody of the cast means to take.
    """
    await clock.rest()
    now = await asyncio.to_thread(clock.now)
    acts = await script.agenda(await asyncio.to_thread(clock.store.head))
    due = [act for act in acts if act.when <= now]
    say(Progress(now, due[0].what if due else "Time", min((now - BEGIN) / (END - BEGIN), 1.0)))
    if due:
        await script.perform(due)
        return True
    moments = [act.when for act in acts[:1]]
    deadline = await asyncio.to_thread(clock.next_deadline)
    if deadline is not None:
        moments.append(deadline)
    if moments:
        await asyncio.to_thread(clock.move_to, min(moments))
    return bool(moments)
