"""The two statements of every command: look and append, in SQL and on the wire.

They are prepared once per connection and sent through libpq as bytes: with a psycopg cursor each of them takes half as long
again (measured: 150 µs against 95 µs). Everything else uses cursors.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

Connection = psycopg.Connection[tuple[Any, ...]]

# Lists travel as one string: cheap to make, and no id, name or JSON text has this character.
SEPARATOR = "\x1f"
LIST = "string_to_array(%s, E'\\x1f')"
NEWS = f"""SELECT slot::int, version, name, payload
    FROM unnest({LIST}, {LIST}::int[]) WITH ORDINALITY AS known (stream, seen, slot)
    CROSS JOIN LATERAL (
        SELECT version, name, payload FROM canopy.events WHERE events.stream = known.stream AND version > seen
    ) AS news"""
LOOK = f"""SELECT 0, 0, NULL, NULL::json, CASE WHEN clock IS NULL THEN clock_timestamp() ELSE canopy.now() END,
        head.position, content_hash, first, commands.position
    FROM canopy.head LEFT JOIN canopy.clock ON true LEFT JOIN canopy.commands ON command_id = %s
    UNION ALL SELECT news.*, NULL, NULL, NULL, NULL, NULL FROM ({NEWS}) AS news"""
APPEND = f"""SELECT outcome, first, position, recorded_at FROM canopy.append(
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, {LIST}, {LIST}::int[], {LIST}, {LIST}::int[], {LIST}, {LIST})"""
_NAMES = {LOOK: b"look", APPEND: b"append"}
# Binary is a text's own bytes with their length; as text a NUL character would end it unnoticed.
_LOOK_FORMATS = [pq.Format.BINARY] * 3
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def listed(items: Iterable[object]) -> str:
    """The parameter for LIST."""
    return SEPARATOR.join(map(str, items))


def prepare(connection: Connection) -> None:
    """Make both statements known on a new connection."""
    for text, name in _NAMES.items():
        first, *others = text.split("%s")
        numbered = first + "".join(f"${number}{other}" for number, other in enumerate(others, 1))
        _checked(connection, connection.pgconn.prepare(name, numbered.encode()))


class News(NamedTuple):
    """An event somebody recorded: the place of its stream in the list asked for, from 1, and what it takes to apply it."""

    slot: int
    version: int
    name: str
    payload: bytes


class Look(NamedTuple):
    """The domain's time, the head and the news; and, when the command id was used before, what is said of it."""

    now: datetime
    head: int
    news: list[News]
    content_hash: bytes | None = None
    first: int = 0
    last: int = 0


def look(connection: Connection, command_id: str, streams: str, versions: str) -> Look:
    """What is new on the listed streams after the listed versions."""
    result = _executed(connection, b"look", [command_id.encode(), streams.encode(), versions.encode()], _LOOK_FORMATS)
    value = result.get_value
    now, head, news = _EPOCH, 0, []
    before: tuple[Any, ...] = ()
    for row in range(result.ntuples):
        slot = _int(value(row, 0))
        if slot:
            name, payload = value(row, 2), value(row, 3)
            assert name is not None
            assert payload is not None
            news.append(News(slot, _int(value(row, 1)), name.decode(), payload))
            continue
        now, head, content_hash = _moment(value(row, 4)), _int(value(row, 5)), value(row, 6)
        if content_hash is not None:
            before = (content_hash, _int(value(row, 7)), _int(value(row, 8)))
    news.sort()
    return Look(now, head, news, *before)


class Writing(NamedTuple):
    """The parameters of canopy.append, in its order; `listed` from `read` on. `seen` is the head at the look, if any.

    `line` is the stream whose line of waiting writers is respected, if any. `recalled`: decided without a look.
    """

    command_id: str
    content_hash: bytes
    at: datetime | None
    actor: str
    role: str
    on_behalf: str | None
    correlation: str
    causation: str | None
    line: str | None
    seen: int | None
    recalled: bool
    read: str
    expected: str
    streams: str
    versions: str
    names: str
    payloads: str


class Appended(NamedTuple):
    """Where and when the events were recorded."""

    first: int
    last: int
    recorded_at: datetime


# A time and a number are easier to write as text.
_APPEND_FORMATS = [
    pq.Format.TEXT if field in {"at", "seen", "recalled"} else pq.Format.BINARY for field in Writing._fields
]


def append(connection: Connection, writing: Writing) -> Appended | None:
    """Append; None when it was not to be."""
    # Spelled out, for this is where a command spends its time in Python.
    parameters = [
        writing.command_id.encode(),
        writing.content_hash,
        None if writing.at is None else writing.at.isoformat().encode(),
        writing.actor.encode(),
        writing.role.encode(),
        None if writing.on_behalf is None else writing.on_behalf.encode(),
        writing.correlation.encode(),
        None if writing.causation is None else writing.causation.encode(),
        None if writing.line is None else writing.line.encode(),
        None if writing.seen is None else str(writing.seen).encode(),
        b"t" if writing.recalled else b"f",
        *(each.encode() for each in writing[11:]),
    ]
    value = _executed(connection, b"append", parameters, _APPEND_FORMATS).get_value
    if value(0, 0) != b"written":
        return None
    return Appended(_int(value(0, 1)), _int(value(0, 2)), _moment(value(0, 3)))


def _executed(
    connection: Connection, name: bytes, parameters: list[bytes | None], formats: list[pq.Format]
) -> pq.abc.PGresult:
    values = cast("list[bytes]", parameters)  # psycopg's types forget that a parameter may be NULL
    return _checked(connection, connection.pgconn.exec_prepared(name, values, formats, pq.Format.BINARY))


def _checked(connection: Connection, result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
        return result
    if connection.closed:
        raise psycopg.OperationalError("the connection is lost")
    raise error_from_result(result)


def _int(value: bytes | None) -> int:
    return int.from_bytes(value or b"", "big", signed=True)


def _moment(value: bytes | None) -> datetime:
    return _EPOCH + timedelta(microseconds=_int(value))
