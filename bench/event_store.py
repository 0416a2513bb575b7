"""How fast the event store writes, against a bare insert and against the stock `eventsourcing` application.

    python -m bench.event_store postgresql://owner:…@host/an-empty-database

Everything is measured in turns in one run: absolute figures depend on the machine, and much on its disk.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from eventsourcing import domain as aggregates
from eventsourcing.application import Application

from bench.table import Row, show
from domain.event_cache import Known
from domain.event_store import EventStore, app_url, library_environment, migrate
from domain.event_wish import View, Wish
from domain.kernel import COMMANDS, EVENTS, SYSTEM, Actor, Aggregate, Command, Event, Frozen, Line, Role, Slug, Text
from domain.person import GrantRole, RegisterPerson
from domain.stored_form import payload_of

LENGTH = 20
"""Events on each stream before the command that is measured."""
TURNS, LONG = 12, 150
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Step = Callable[[int], object]


class Scored(Frozen):
    criterion: Slug
    points: int
    reason: Line


@dataclass(frozen=True, kw_only=True)
class Panel(Aggregate):
    """Reviews with five scores each, as they are on a project's stream."""

    kind = "panel"
    reviews: tuple[tuple[str, tuple[Scored, ...]], ...] = ()

    @property
    def exists(self) -> bool:
        return bool(self.reviews)


class PanelReviewed(Event):
    OF = Panel
    reviewer: Slug
    scores: tuple[Scored, ...]
    comment: Text

    def apply(self, state: Panel) -> Panel:
        return replace(state, reviews=(*state.reviews, (self.reviewer, self.scores)))


class ReviewPanel(Command):
    ON = (Panel,)
    ROLES: ClassVar[tuple[Role, ...]] = ("reviewer",)
    panel: Slug
    scores: tuple[Scored, ...]
    comment: Text

    def decide(self, panel: Panel, by: Actor, at: datetime) -> Iterator[Event]:
        if not any(reviewer == by.id for reviewer, _ in panel.reviews):
            yield PanelReviewed(reviewer=by.id, scores=self.scores, comment=self.comment)


# Known to the store only while we measure.
EVENTS.pop(PanelReviewed.stored_name())
COMMANDS.pop(ReviewPanel.__name__)

COMMENT = "方案可行，预算合理，受益人群清楚。The team has done this before."
SCORES = tuple(
    Scored(criterion=criterion, points=8, reason="理由充分，见申请书第三部分。")
    for criterion in ("need", "plan", "team", "budget", "effect")
)


def _bare_insert(url: str) -> Step:
    """One row per commit into a table of the same columns with one unique index: what PostgreSQL and psycopg cost."""
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
    connection.execute(
        """CREATE TABLE public.bare (position bigint GENERATED ALWAYS AS IDENTITY, stream text NOT NULL, version int NOT NULL,
        name text NOT NULL, recorded_at timestamptz NOT NULL, actor text NOT NULL, role text NOT NULL, on_behalf text,
        command_id text NOT NULL, correlation text NOT NULL, causation text, payload json NOT NULL, UNIQUE (stream, version))"""
    )
    insert = b"""INSERT INTO public.bare (stream, version, name, recorded_at, actor, role, on_behalf, command_id, correlation,
        causation, payload) VALUES (%s, 1, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
    payload = payload_of(PanelReviewed(reviewer="li", scores=SCORES, comment=COMMENT)).decode()

    def step(number: int) -> None:
        row = (
            f"panel:{number}",
            "PanelReviewed.v1",
            NOW,
            "li",
            "reviewer",
            None,
            str(number),
            "round-1",
            None,
            payload,
        )
        connection.execute(insert, row)

    return step


def _appending(store: EventStore, panel: str, reviews: int) -> Callable[[int], int]:
    """Appending what was decided already, given the head; gives the new one."""
    blank = Panel(id=panel)
    wish = Wish.of(ReviewPanel(panel=panel, scores=SCORES, comment=COMMENT), SYSTEM, f"append-{panel}", None, None)
    stream = blank.stream_of(panel)
    events = [
        (stream, PanelReviewed(reviewer=f"r{number}", scores=SCORES, comment=COMMENT)) for number in range(reviews)
    ]

    def append(head: int) -> int:
        view = View(NOW, head, {stream: Known(0, blank)}, [blank], 1)
        connection = store._pool.getconn()
        try:
            done = store._append(connection, wish, SYSTEM, view, events)
        finally:
            store._pool.putconn(connection)
        assert done is not None
        return done.position

    return append


def _append_one(store: EventStore, count: int) -> Step:
    appending = [_appending(store, f"one-{number}", 1) for number in range(count)]
    head = 0

    def step(number: int) -> None:
        nonlocal head
        if number % LONG == 0:  # others wrote since our last turn
            head = store.head()
        head = appending[number](head)

    return step


def _do(store: EventStore, kind: str, count: int, *, warm: bool) -> Step:
    """A command by a person on a stream of twenty events."""
    for number in range(count):
        _appending(store, f"{kind}-{number}", LENGTH)(store.head())
        if warm:
            store.load(Panel, f"{kind}-{number}")

    def step(number: int) -> None:
        command = ReviewPanel(panel=f"{kind}-{number}", scores=SCORES, comment=COMMENT)
        done = store.do(command, by="li", command_id=f"{kind}-{number}")
        assert done.round_trips == (1 if warm else 2)

    return step


class StockPanel(aggregates.Aggregate):
    """The same panel as the library's own kind of aggregate."""

    @aggregates.event("Opened")
    def __init__(self) -> None:
        self.reviews: dict[str, list[dict[str, Any]]] = {}

    @aggregates.event("Reviewed")
    def review(self, reviewer: str, scores: list[dict[str, Any]], comment: str) -> None:
        self.reviews[reviewer] = scores


def _stock(url: str, count: int) -> Step:
    """The library's Application on its own PostgreSQL recorder: load twenty events, command, save."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA stock")
    environment = library_environment(url) | {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_SCHEMA": "stock",
    }
    application = Application[UUID](env=environment)
    scores = [score.model_dump() for score in SCORES]
    ids: list[UUID] = []
    for _ in range(count):
        panel = StockPanel()
        for number in range(LENGTH - 1):
            panel.review(f"r{number}", scores, COMMENT)
        application.save(panel)
        ids.append(panel.id)

    def step(number: int) -> None:
        panel: StockPanel = application.repository.get(ids[number])
        if "li" not in panel.reviews:
            panel.review("li", scores, COMMENT)
        application.save(panel)

    return step


def _in_turns(steps: dict[str, Step]) -> dict[str, float]:
    """Steps per second of each: the median of its steps in its best turn, so that little else of the machine is measured."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for turn, (name, step) in itertools.product(range(TURNS), steps.items()):
        taken = []
        for number in range(turn * LONG, (turn + 1) * LONG):
            start = time.perf_counter()
            step(number)
            taken.append(time.perf_counter() - start)
        seconds[name].append(statistics.median(taken))
    return {name: 1 / min(each) for name, each in seconds.items()}


def run(url: str) -> list[Row]:
    """Measure on an empty database, given its owner's URL."""
    migrate(url, app_password="bench")
    EVENTS[PanelReviewed.stored_name()] = PanelReviewed
    try:
        return _measure(url)
    finally:
        EVENTS.pop(PanelReviewed.stored_name())


def _measure(url: str) -> list[Row]:
    count = TURNS * LONG
    with EventStore(app_url(url, "bench")) as store, EventStore(store.url, cached_streams=0) as forgetful:
        store.do(RegisterPerson(person="li", name="李"), by=SYSTEM, command_id="li")
        store.do(GrantRole(person="li", role="reviewer", scope="*"), by=SYSTEM, command_id="reviewer")
        rates = _in_turns(
            {
                "bare": _bare_insert(url),
                "append": _append_one(store, count),
                "warm": _do(store, "warm", count, warm=True),
                "cold": _do(forgetful, "cold", count, warm=False),
                "stock": _stock(url, count),
            }
        )
    bare, stock = "bare insert, one row per commit", "stock library: load 20, command, save"
    warm, cold = "do a command on 20 events, kept states", "do a command on 20 events, nothing kept"
    return [
        Row(bare, rates["bare"], 1.0, bare),
        Row("append one event", rates["append"], rates["append"] / rates["bare"], bare, 0.65),
        Row(warm, rates["warm"], rates["warm"] / rates["bare"], bare, 0.35),
        Row(cold, rates["cold"], rates["cold"] / rates["bare"], bare),
        Row(stock, rates["stock"], rates["stock"] / rates["bare"], bare),
        Row(warm, rates["warm"], rates["warm"] / rates["stock"], stock, 3.0),
        Row(cold, rates["cold"], rates["cold"] / rates["stock"], stock),
    ]


if __name__ == "__main__":
    print(show(run(sys.argv[1])))
    print("SQL round trips per command: 1 on kept states, 2 with nothing kept (asserted)")
