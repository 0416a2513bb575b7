"""How fast read models are kept up to date, against the library's ProjectionRunner and against a bare COPY.

    python -m bench.projections postgresql://owner:…@host/an-empty-database

The events are those of the tests' example rounds, once for each of many rounds. Absolute figures depend on the machine.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from bench.table import Row, show
from domain.event_store import EventStore, Recorded, app_url, library_environment, migrate
from domain.kernel import EVENTS
from domain.stored_form import stored_names
from projections import READ_MODELS
from projections.read_model import Batch, Cursor, Question, ReadModel, put
from projections.views import Views
from tests.projections.chronicle import chronicle, copies, record
from tests.projections.lives import LIVES

COUNT = 100_000
STOCK_COUNT = 3_000


def events() -> list[Recorded]:
    """A hundred thousand events of rounds one after the other, each of another course."""
    lives = [[e for e in chronicle(life()) if not e.stream.startswith(("person:", "programme:"))] for life in LIVES]
    found: list[Recorded] = []
    for number in itertools.count():
        found += copies(lives[number % len(lives)], number)
        if len(found) >= COUNT:
            return found[:COUNT]
    return found


# ── One typical upsert: how many events each stream has, and its last one ────────────────────────────────────────────


def _take(cursor: Cursor, batch: Batch) -> None:
    many = Counter(told.recorded.stream for told in batch.events)
    last = {told.recorded.stream: told.recorded.name for told in batch.events}
    put(
        cursor,
        """insert into streams as old select * from json_populate_recordset(null::streams, %(rows)s)
        on conflict (stream) do update set events = old.events + excluded.events, last = excluded.last""",
        [{"stream": stream, "events": number, "last": last[stream]} for stream, number in many.items()],
    )


UPSERT = ReadModel(
    name="streams",
    version=1,
    reads=stored_names(*EVENTS.values()),
    tables="create table streams (stream text primary key, events bigint not null, last text not null)",
    take=_take,
    question=Question("select * from streams", {"stream": "text"}, {}),
)


class Errand(Aggregate):
    """An aggregate as the library likes it, for its runner's events."""

    @event("Begun")
    def __init__(self, number: int) -> None:
        self.number = number

    @event("Noted")
    def note(self, text: str) -> None:
        self.text = text


class Errands(Application[Any]):
    pass


class StockStreams(PostgresTrackingRecorder):
    """The same upsert as the library does it: with its bookmark, one transaction for each event."""

    def __init__(self, datastore: Any, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(
            psycopg.sql.SQL(
                "CREATE TABLE IF NOT EXISTS {}.streams (stream text PRIMARY KEY, events bigint NOT NULL, last text NOT NULL)"
            ).format(psycopg.sql.Identifier(self.datastore.schema))
        )

    def seen(self, stream: str, name: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                """INSERT INTO stock.streams AS old VALUES (%s, 1, %s)
                ON CONFLICT (stream) DO UPDATE SET events = old.events + 1, last = excluded.last""",
                (stream, name),
                prepare=True,
            )


class StockProjection(Projection[StockStreams]):
    name = "streams"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.seen(str(domain_event.originator_id), type(domain_event).__name__, tracking)


def _stock(url: str) -> float:
    """Events per second of the library's runner, catching up with events that are there already."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA stock")
    environment = library_environment(url) | {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_SCHEMA": "stock",
    }
    application = Errands(env=environment)
    for number in range(STOCK_COUNT // 20):
        errand = Errand(number)
        for text in range(19):
            errand.note(str(text))
        head = application.save(errand)[-1].notification.id
    start = time.perf_counter()
    runner = ProjectionRunner(
        application_class=Errands, projection_class=StockProjection, view_class=StockStreams, env=environment
    )
    with runner:
        runner.wait(head, timeout=120)
        return STOCK_COUNT / (time.perf_counter() - start)


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _copy(url: str, rows: Iterable[Recorded]) -> None:
    """The same rows into a plain table with the same primary key: what PostgreSQL can do at most."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.plain (LIKE canopy.events INCLUDING INDEXES)")
        with cursor.copy("COPY public.plain FROM STDIN") as copy:
            for position, row in enumerate(rows, start=1):
                copy.write_row((position, *row[1:11], row.raw.decode()))


def _rate(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return COUNT / (time.perf_counter() - start)


def run(url: str) -> list[Row]:
    """Measure on an empty database, given its owner's URL."""
    migrate(url, app_password="bench")
    rows = events()
    record(url, rows)
    app = app_url(url, "bench")
    copy = _rate(lambda: _copy(url, rows))
    with EventStore(app) as store, Views(app, models=(UPSERT,)) as one, Views(app) as every:
        one.create(url)
        upsert = _rate(lambda: one.catch_up_once(store))
        everything = _rate(lambda: every.catch_up_once(store))
        alone = {model.name: _rate(partial(every.rebuild, model.name)) for model in READ_MODELS}
    stock = _stock(url)
    against, bare = "ProjectionRunner, one upsert", "COPY of the same rows"
    return [
        Row(against, stock, 1.0, against),
        Row("one upsert with bookmark", upsert, upsert / stock, against, 25.0),
        Row("one upsert with bookmark", upsert, upsert / copy, bare),
        Row(f"all {len(READ_MODELS)} read models at once", everything, everything / stock, against, 4.0),
        *(Row(f"rebuild {name}", rate, rate / stock, against) for name, rate in alone.items()),
        Row(bare, copy, 1.0, bare),
    ]


if __name__ == "__main__":
    print(show(run(sys.argv[1])))
