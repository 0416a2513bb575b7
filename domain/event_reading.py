"""Reading what was recorded: one stream for replay, all streams in order for subscribers, and the domain's time."""

from __future__ import annotations

import select
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import orjson
from psycopg.types.string import ByteaBinaryLoader
from psycopg_pool import ConnectionPool

from domain.event_cache import Cache, Known
from domain.event_news import News
from domain.event_statements import NEWS, Connection, listed, prepare
from domain.kernel import Aggregate, Event
from domain.store_clock import READING, Reading
from domain.stored_form import event_from

_A = TypeVar("_A", bound=Aggregate)


class Recorded(NamedTuple):
    """One stored event with its envelope. `raw` are the stored bytes, which are what is sealed: never re-encode them."""

    position: int
    stream: str
    version: int
    name: str
    recorded_at: datetime
    actor: str
    role: str
    on_behalf: str | None
    command_id: str
    correlation: str
    causation: str | None
    raw: bytes

    @property
    def payload(self) -> dict[str, Any]:
        """The payload as it was written, read anew at each access."""
        payload: dict[str, Any] = orjson.loads(self.raw)
        return payload

    @property
    def event(self) -> Event:
        """The event as it is understood today, read anew at each access. KeyError for a name nobody knows."""
        return event_from(self.name, self.raw)

    @property
    def subject(self) -> str:
        """The id within the stream's kind: "li" of "person:li"."""
        return self.stream.partition(":")[2]


_COLUMNS = """position, stream, version, name, recorded_at, actor, role, on_behalf, command_id, correlation, causation,
    payload"""
_READ = f"SELECT {_COLUMNS} FROM canopy.events WHERE position > %s ORDER BY position LIMIT %s"
_READ_NAMES = f"SELECT {_COLUMNS} FROM canopy.events WHERE position > %s AND name = ANY(%s) ORDER BY position LIMIT %s"
_BETWEEN = f"SELECT {_COLUMNS} FROM canopy.events WHERE position BETWEEN %s AND %s ORDER BY position"
_STREAM = f"""SELECT {_COLUMNS} FROM canopy.events
    WHERE stream = %s AND version <= coalesce(%s::int, version) AND recorded_at <= coalesce(%s::timestamptz, recorded_at)
    ORDER BY version"""
_STREAMS_WITH = """SELECT stream, position FROM canopy.events
    WHERE correlation = %s AND name = ANY(%s) AND position > %s ORDER BY position LIMIT %s"""
_OPEN_STREAMS = """SELECT stream, correlation, position FROM canopy.events AS started
    WHERE name = ANY(%s) AND position > %s
    AND NOT EXISTS (SELECT FROM canopy.events AS ended WHERE ended.stream = started.stream AND ended.name = ANY(%s))
    ORDER BY position LIMIT %s"""


def _prepare(connection: Connection) -> None:
    """How the store talks on every connection: UTC, each statement seeing what was committed, payloads as bytes."""
    connection.adapters.register_loader("json", ByteaBinaryLoader)
    connection.execute("SET client_encoding = 'UTF8'")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET default_transaction_isolation = 'read committed'")
    # One plan per statement and connection, made once (planning costs more than carrying out); so a plan made while the
    # tables were small must do when they are large.
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("SET enable_seqscan = off")
    connection.execute("SET enable_bitmapscan = off")
    prepare(connection)


def _check(connection: Connection) -> None:
    """Refuse a connection the server has closed, without a round trip: an idle socket with something to read is suspect."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)


class EventReader:
    """Reads the event store from any thread. `url` is the app role's; close it, or use it in a `with`.

    `cached_streams` is how many streams' states are kept; with 0 every stream is read whole each time.
    """

    def __init__(
        self, url: str, *, min_connections: int = 1, max_connections: int = 10, cached_streams: int = 10_000
    ) -> None:
        self.url = url
        self._cache = Cache(cached_streams)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs={"autocommit": True, "prepare_threshold": 0},
            min_size=min_connections,
            max_size=max_connections,
            configure=_prepare,
            check=_check,
            open=True,
        )
        self._news = News(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._news.close()
        self._pool.close()

    def _rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._pool.connection() as connection:
            return connection.execute(query.encode(), parameters, binary=True).fetchall()

    def load(self, of: type[_A], id_: str) -> _A:
        """The state of a stream after all that was recorded; blank when nothing was."""
        return self.stand(of, id_)[1]

    def stand(self, of: type[_A], id_: str) -> tuple[int, _A]:
        """A stream's version and state after all that was recorded; 0 and the blank state when nothing was."""
        streams = self._known([of(id=id_)])
        with self._pool.connection() as connection:
            self._read_news(connection, streams)
        known: Any = streams[of.stream_of(id_)]
        return known.version, known.state

    def load_all(self, of: type[_A], ids: Iterable[str]) -> list[_A]:
        """The states of several streams, in one round trip; blank where nothing was recorded."""
        streams = self._known(of(id=id_) for id_ in ids)
        with self._pool.connection() as connection:
            self._read_news(connection, streams)
        states: list[Any] = [known.state for known in streams.values()]
        return states

    def _known(self, blanks: Iterable[Aggregate]) -> dict[str, Known]:
        """These streams as far as they are known here, by name; without those that have no id yet."""
        return {blank.stream_of(blank.id): self._cache.get(blank) for blank in blanks if blank.id}

    def _read_news(self, connection: Connection, streams: dict[str, Known]) -> None:
        """Bring the streams up to date."""
        asked = (listed(streams), listed(known.version for known in streams.values()))
        rows = connection.execute(f"{NEWS} ORDER BY slot, version".encode(), asked, binary=True).fetchall()
        self._catch_up(streams, rows)

    def _catch_up(self, streams: dict[str, Known], rows: Iterable[Sequence[Any]]) -> None:
        """Apply (slot, version, name, payload, …) to the streams, slot being the place in them, from 1."""
        names = list(streams)
        fresh: dict[str, Known] = {}
        for slot, version, name, payload, *_ in rows:
            stream = names[slot - 1]
            before = fresh.get(stream) or streams[stream]
            fresh[stream] = Known(version, event_from(name, payload).apply(before.state))
        if fresh:
            streams.update(fresh)
            self._cache.put(fresh)

    def read(self, after: int, limit: int, names: Collection[str] | None = None) -> list[Recorded]:
        """At most `limit` events after a position, in order; of these stored names only, when given.

        Positions have no gaps and appear in order: a reader who has seen a position has seen all before it.
        """
        if names is None:
            return [*map(Recorded._make, self._rows(_READ, (after, limit)))]
        return [*map(Recorded._make, self._rows(_READ_NAMES, (after, sorted(names), limit)))]

    def recorded(self, stream: str, *, up_to: int | None = None, as_of: datetime | None = None) -> list[Recorded]:
        """The events of one stream for replay: to that version of the stream, or as they were known at that moment."""
        return [*map(Recorded._make, self._rows(_STREAM, (stream, up_to, as_of)))]

    def _between(self, connection: Connection, first: int, last: int) -> list[Recorded]:
        """The events at these positions, both included."""
        return [*map(Recorded._make, connection.execute(_BETWEEN.encode(), (first, last), binary=True))]

    def head(self) -> int:
        """The last position given out; 0 when nothing was recorded."""
        return int(self._rows("SELECT position FROM canopy.head")[0][0])

    def now(self) -> datetime:
        """The domain's time: real time, unless a demonstration set the clock."""
        return self.reading().now

    def reading(self) -> Reading:
        """The domain's clock as it stands."""
        return Reading.from_row(self._rows(READING)[0])

    def streams_with(
        self, correlation: str, names: Collection[str], *, after: int = 0, limit: int = 1_000
    ) -> list[tuple[str, int]]:
        """(stream, position) of each event of these stored names that belongs to the correlation, a page at a time."""
        rows = self._rows(_STREAMS_WITH, (correlation, sorted(names), after, limit))
        return [(stream, position) for stream, position in rows]

    def open_streams(
        self, started: Collection[str], ended: Collection[str], *, after: int = 0, limit: int = 1_000
    ) -> list[tuple[str, str, int]]:
        """(stream, correlation, position) of each `started` event in whose stream none of the `ended` was recorded.

        A page at a time, in the order of positions.
        """
        rows = self._rows(_OPEN_STREAMS, (sorted(started), after, sorted(ended), limit))
        return [(stream, correlation, position) for stream, correlation, position in rows]

    @property
    def heard(self) -> int:
        """Grows with every hint: an event recorded, the clock changed. Read it before looking, then `wait_for_hint`."""
        return self._news.heard

    def wait_for_hint(self, heard: int, seconds: float) -> None:
        """Wait until there was a hint since, or for the time, or until it is time to look by oneself."""
        self._news.wait(heard, seconds)

    def wait_for_news(self, after: int, timeout: float) -> int:
        """Wait until something was recorded after that position, at most `timeout` seconds; returns the head then."""
        deadline = time.monotonic() + timeout
        while True:
            heard = self._news.heard
            head = self.head()
            left = deadline - time.monotonic()
            if head > after or left <= 0:
                return head
            self._news.wait(heard, left)
