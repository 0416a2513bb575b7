"""How fast the event store writes, against a bare insert and against the stock `eventsourcing` application.

    python -m bench.event_store postgresql://owner:…@host/an-empty-database

Everything is measured in turns in one run: absolute figures depend on the machine, and much on its disk.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.table import Row, show
from domain.event_cache import Known
from domain.event_store import EventStore, app_url, library_environment, migrate
from domain.event_wish import View, Wish
from domain.kernel import SYSTEM, Event, payload_of
from domain.person import GrantRole, Person, PersonRegistered, RegisterPerson, RoleGranted

LENGTH = 20
"""Events on each stream before the command that is measured."""
ROUNDS, TURN = 6, 200
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Step = Callable[[int], object]


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
    payload = payload_of(RoleGranted(role="reviewer", scope="round-1")).decode()

    def step(number: int) -> None:
        row = (f"person:{number}", "RoleGranted.v1", NOW, "li", "steward", None, str(number), "round-1", None, payload)
        connection.execute(insert, row)

    return step


def _append(store: EventStore, person: str, events: Sequence[Event], head: int) -> int:
    """Append without looking or deciding, on a store whose head is known; gives the new one."""
    command = RegisterPerson(person=person, name="李")
    wish = Wish.of(command, SYSTEM, f"register-{person}", None, None)
    blank = Person(id=person)
    view = View(NOW, head, {f"person:{person}": Known(0, blank)}, [blank], 1)
    with store._pool.connection() as connection:
        done = store._append(connection, wish, SYSTEM, view, events)
    assert done is not None
    return done.position


def _append_one(store: EventStore) -> Step:
    head = 0

    def step(number: int) -> None:
        nonlocal head
        if number % TURN == 0:  # others wrote since our last turn
            head = store.head()
        head = _append(store, f"one-{number}", [PersonRegistered(name="李")], head)

    return step


def _do(store: EventStore, kind: str, count: int, *, warm: bool) -> Step:
    """A command by a person on a stream of twenty events."""
    events = [PersonRegistered(name="李"), *(RoleGranted(role="judge", scope=f"s{n}") for n in range(LENGTH - 1))]
    for number in range(count):
        _append(store, f"{kind}-{number}", events, store.head())
        if warm:
            store.load(Person, f"{kind}-{number}")

    def step(number: int) -> None:
        command = GrantRole(person=f"{kind}-{number}", role="reviewer", scope="round-1")
        done = store.do(command, by="clerk", command_id=f"{kind}-{number}")
        assert done.round_trips == 2

    return step


class StockPerson(Aggregate):
    """The same person as the library's own kind of aggregate."""

    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name
        self.grants: set[tuple[str, str]] = set()

    @event("RoleGranted")
    def grant(self, role: str, scope: str) -> None:
        self.grants.add((role, scope))


def _stock(url: str, count: int) -> Step:
    """The library's Application on its own PostgreSQL recorder: load twenty events, command, save."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA stock")
    environment = library_environment(url) | {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_SCHEMA": "stock",
    }
    application = Application[UUID](env=environment)
    ids: list[UUID] = []
    for _ in range(count):
        person = StockPerson("李")
        for number in range(LENGTH - 1):
            person.grant("judge", f"s{number}")
        application.save(person)
        ids.append(person.id)

    def step(number: int) -> None:
        person: StockPerson = application.repository.get(ids[number])
        person.grant("reviewer", "round-1")
        application.save(person)

    return step


def _in_turns(steps: dict[str, Step]) -> dict[str, float]:
    """Steps per second of each: the median of its steps over all rounds, the first round being for warming up."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for turn, (name, step) in itertools.product(range(ROUNDS), steps.items()):
        for number in range(turn * TURN, (turn + 1) * TURN):
            start = time.perf_counter()
            step(number)
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: 1 / statistics.median(each) for name, each in seconds.items()}


def run(url: str) -> list[Row]:
    """Measure on an empty database, given its owner's URL."""
    migrate(url, app_password="bench")
    count = ROUNDS * TURN
    with EventStore(app_url(url, "bench")) as store, EventStore(store.url, cached_streams=0) as forgetful:
        store.do(RegisterPerson(person="clerk", name="李"), by=SYSTEM, command_id="clerk")
        store.do(GrantRole(person="clerk", role="steward", scope="*"), by=SYSTEM, command_id="steward")
        rates = _in_turns(
            {
                "bare": _bare_insert(url),
                "append": _append_one(store),
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
        Row(cold, rates["cold"], rates["cold"] / rates["stock"], stock, 3.0),
    ]


if __name__ == "__main__":
    print(show(run(sys.argv[1])))
    print("SQL round trips per command: 2 (asserted)")
