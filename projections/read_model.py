"""What a read model is made of: the events it reads, its tables, how it takes a batch of events, and its question.

A read model never reads the clock (it uses the event's time), never makes random ids and never reads another read model, so
reading the same events again gives the same rows. Its tables are unqualified: each generation lives in a schema of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar, overload

import orjson
import psycopg

from domain import commands
from domain.errors import Malformed
from domain.event_store import Recorded
from domain.kernel import EVENTS, Aggregate, Event
from domain.stored_form import stored_names

Cursor: TypeAlias = psycopg.Cursor[dict[str, Any]]
Row: TypeAlias = Mapping[str, Any]
_E = TypeVar("_E", bound=Event)
_F = TypeVar("_F", bound=Event)

MOST_ROWS = 500
USUAL_ROWS = 100


def all_of(*kinds: type[Aggregate]) -> frozenset[str]:
    """The stored names of every event of these kinds of stream."""
    assert commands.TOPICS, "importing the commands makes every event known"
    return stored_names(*(event for event in EVENTS.values() if event.OF in kinds))


class Told:
    """A stored event with its envelope; it is parsed when somebody first asks for the event, for all read models at once."""

    __slots__ = ("_event", "recorded")

    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded
        self._event: Event | None = None

    @property
    def event(self) -> Event:
        """The event as it is understood today."""
        if self._event is None:
            self._event = self.recorded.event
        return self._event


@dataclass(slots=True)
class Story:
    """A project, round or fund as far as it was told; `rows` are what each table has about it, by table."""

    stream: str
    version: int
    state: Any
    opening: Any
    """The stream's first event: ApplicationSubmitted, RoundOpened or FundOpened."""
    last: Told
    rows: dict[str, Sequence[Row]] = field(default_factory=dict)


Tell: TypeAlias = Callable[[Story, Sequence[Row]], Sequence[Row]]
"""A story after its last event, and the rows there were before it → the rows there are now. Pure."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events in order, of those the read model reads, and the stories whose rows they changed."""

    events: Sequence[Told]
    rewritten: Mapping[str, Mapping[str, Sequence[Row]]]
    """Table → stream → its rows after the batch, for the streams where they changed."""
    failures: Mapping[str, Exception] = field(default_factory=dict)
    """Read model → what went wrong when its stories were told."""

    def changes(self, model: ReadModel) -> bool:
        """Whether the read model has anything to do."""
        if model.tells:
            return model.name in self.failures or any(self.rewritten[table] for table in model.tells)
        return any(told.recorded.name in model.reads for told in self.events)

    def for_model(self, model: ReadModel) -> Batch:
        """The same batch with only the events the read model reads."""
        return replace(self, events=[told for told in self.events if told.recorded.name in model.reads])

    @overload
    def of(self, kind: type[_E], /) -> Iterator[tuple[Recorded, _E]]: ...
    @overload
    def of(self, kind: type[_E], other: type[_F], /) -> Iterator[tuple[Recorded, _E | _F]]: ...
    def of(self, *kinds: type[Any]) -> Iterator[tuple[Recorded, Any]]:
        """The events of one or two kinds, in order."""
        names = stored_names(*kinds)
        for told in self.events:
            if told.recorded.name in names:
                yield told.recorded, told.event


Take: TypeAlias = Callable[[Cursor, Batch], None]


def put(cursor: Cursor, statement: str, rows: Sequence[Row]) -> None:
    """Carry out one statement on all rows at once: it finds them as the parameter `rows`, a JSON array of objects."""
    if rows:
        cursor.execute(statement.encode(), {"rows": orjson.dumps(rows).decode()})


def rewrite(*tables: str) -> Take:
    """Take a batch by writing a stream's rows anew where they changed. The tables' column `subject` is the stream."""

    def take(cursor: Cursor, batch: Batch) -> None:
        for table in tables:
            changed = batch.rewritten.get(table, {})
            if changed:
                cursor.execute(f"delete from {table} where subject = any(%s)".encode(), [list(changed)])
                rows = [row for rows in changed.values() for row in rows]
                put(cursor, f"insert into {table} select * from json_populate_recordset(null::{table}, %(rows)s)", rows)

    return take


def since(
    story: Story, now: Iterable[dict[str, Any]], before: Sequence[Row], key: Callable[[Row], object]
) -> Sequence[Row]:
    """The rows with `since`: kept from the row of the same key that was there before, else the time of the last event."""
    began = {key(row): row["since"] for row in before}
    at = story.last.recorded.recorded_at
    rows = list(now)
    for row in rows:
        row["since"] = began.get(key(row), at)
    return rows


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def text(value: object) -> str:
    """Raises ValueError."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("must be text")
    return value


def number(value: object) -> int:
    """A whole number, also as text. Raises ValueError."""
    found = str(value)
    if not (found.isascii() and found.isdigit() and int(found) < 2**63):
        raise ValueError("must be a whole number from 0 to 2^63 - 1")
    return int(found)


def moment(value: object) -> datetime:
    """A time with its offset, also as ISO 8601 text. Raises ValueError."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(text(value))
    except ValueError as exc:
        raise ValueError("must be an ISO 8601 time with its offset") from exc
    if found.tzinfo is None:
        raise ValueError("must be an ISO 8601 time with its offset")
    return found


class Filter(NamedTuple):
    """A condition on the answer's columns, with the filter's value as the parameter of its own name; and how to read it."""

    where: str
    read: Callable[[object], object] = text


@dataclass(frozen=True)
class Question:
    """One SELECT; the closed list of its filters; and its key, whose columns order the answer and make each row unique."""

    select: str
    key: Mapping[str, str]
    """Column (never null) → its SQL type."""
    filters: Mapping[str, Filter]

    def ask(self, cursor: Cursor, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows, each with its `key`; give the last one as `after_key` to go on. None as a filter's value asks nothing.

        `limit` is at most 500, and 100 when not given. Raises Malformed, which names the filter.
        """
        conditions, values = self.check(filters)
        columns = ", ".join(self.key)
        query = f"""select *, json_build_array({columns})::text as key from ({self.select}) as answer
            where {" and ".join(conditions)} order by {columns} limit %(limit)s"""
        return cursor.execute(query.encode(), values).fetchall()

    def check(self, filters: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """The conditions the filters make, and their parameters. Raises Malformed."""
        conditions: list[str] = ["true"]
        values: dict[str, Any] = {"limit": USUAL_ROWS}
        for name, value in filters.items():
            if name not in {*self.filters, "limit", "after_key"}:
                raise Malformed(field=name, rule="must be one of " + ", ".join((*self.filters, "limit", "after_key")))
            if value is None:
                continue
            if name == "limit":
                values["limit"] = self._limit(value)
            elif name == "after_key":
                casts = ", ".join(f"%(key_{n})s::{kind}" for n, kind in enumerate(self.key.values()))
                conditions.append(f"({', '.join(self.key)}) > ({casts})")
                values |= self._after_key(value)
            else:
                conditions.append(f"({self.filters[name].where})")
                values[name] = read(name, self.filters[name], value)
        return conditions, values

    def _limit(self, value: object) -> int:
        found: int = read("limit", Filter("", number), value)
        if not 1 <= found <= MOST_ROWS:
            raise Malformed(field="limit", rule=f"must be from 1 to {MOST_ROWS}")
        return found

    def _after_key(self, value: object) -> dict[str, Any]:
        try:
            parts = orjson.loads(text(value))
        except ValueError:
            parts = None
        if not isinstance(parts, list) or len(parts) != len(self.key):
            raise Malformed(field="after_key", rule="must be the key of a row")
        return {f"key_{n}": str(part) for n, part in enumerate(parts)}


def read(name: str, filter_: Filter, value: object) -> Any:
    """The filter's value. Raises Malformed."""
    try:
        return filter_.read(value)
    except ValueError as exc:
        raise Malformed(field=name, rule=str(exc)) from exc


@dataclass(frozen=True)
class ReadModel:
    """One question's table. Raise `version` whenever its rows would come out differently: it is then read anew."""

    name: str
    version: int
    reads: frozenset[str]
    tables: str
    take: Take
    question: Question
    tells: Mapping[str, Tell] = field(default_factory=dict)
    """Table → how a story tells its rows, for the tables `rewrite` writes. With these, `take` does nothing else."""
