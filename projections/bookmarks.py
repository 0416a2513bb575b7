"""How far each read model has read, and in which schema its rows are. Row and bookmark change in the same transaction.

A read model's rows live in a generation: a schema of their own. One generation of each read model is active and answers; a new
version, or a rebuild, is read into another one, which becomes active in one transaction when it has caught up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import dict_row, namedtuple_row, tuple_row

from domain.event_store import APP_ROLE
from projections.read_model import Cursor, ReadModel

Connection = psycopg.Connection[Any]

# The role that reads events owns the views' schemas, so that it can make and drop generations; the events it can only read.
_SCHEMA = """
    GRANT CREATE ON DATABASE {database} TO {role};
    CREATE SCHEMA IF NOT EXISTS views;
    GRANT USAGE ON SCHEMA views TO {role};
    CREATE TABLE IF NOT EXISTS views.bookmarks (
        name       text        NOT NULL,
        generation integer     NOT NULL,
        version    integer     NOT NULL,
        active     boolean     NOT NULL,
        position   bigint      NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (name, generation)
    ) WITH (fillfactor = 50);
    CREATE UNIQUE INDEX IF NOT EXISTS one_active_generation ON views.bookmarks (name) WHERE active;
    GRANT SELECT, INSERT, UPDATE, DELETE ON views.bookmarks TO {role};
"""
_COLUMNS = "name, generation, version, active, position"


class Bookmark(NamedTuple):
    """One generation of a read model and how far it has read."""

    name: str
    generation: int
    version: int
    active: bool
    position: int

    @property
    def schema(self) -> str:
        return schema_of(self.name, self.generation)


class Lag(NamedTuple):
    """How far a read model is behind the event store."""

    name: str
    position: int
    behind: int
    updated_at: datetime


def schema_of(name: str, generation: int) -> str:
    return f"view_{name}_{generation}"


def create(owner_url: str) -> None:
    """Make what all views share, as the owner of the database. As often as anybody likes; the role must be there."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('canopy views'))")
        statements = sql.SQL(_SCHEMA).format(
            database=sql.Identifier(connection.info.dbname), role=sql.Identifier(APP_ROLE)
        )
        connection.execute(statements)


def all_bookmarks(connection: Connection) -> list[Bookmark]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(f"SELECT {_COLUMNS} FROM views.bookmarks ORDER BY name, generation".encode()).fetchall()
    return [Bookmark(*row) for row in rows]


def hold(cursor: psycopg.Cursor[Any], bookmark: Bookmark) -> bool:
    """Keep others from moving the bookmark, and let unqualified names mean its generation's tables, until the transaction ends.

    False when it no longer stands where it was.
    """
    found = cursor.execute(
        """SELECT set_config('search_path', %s, true) FROM views.bookmarks
        WHERE (name, generation, position, active) = (%s, %s, %s, %s) FOR UPDATE""",
        (bookmark.schema, bookmark.name, bookmark.generation, bookmark.position, bookmark.active),
    ).fetchone()
    return found is not None


def move(cursor: psycopg.Cursor[Any], bookmarks: Sequence[Bookmark], position: int) -> int:
    """Move bookmarks to a later position. Gives how many still stood where they were, and were moved."""
    return cursor.execute(
        """UPDATE views.bookmarks AS b SET position = %s, updated_at = clock_timestamp()
        FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS moved (name, generation, position)
        WHERE (b.name, b.generation, b.position) = (moved.name, moved.generation, moved.position)""",
        (position, [b.name for b in bookmarks], [b.generation for b in bookmarks], [b.position for b in bookmarks]),
    ).rowcount


def open_generation(connection: Connection, model: ReadModel, *, again: bool = False) -> Bookmark:
    """Make an empty generation; it is active when the read model has none.

    Where there is one of this version already, gives that one, unless it shall be made `again`.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('canopy views'), hashtext(%s))", [model.name])
        mine = [each for each in all_bookmarks(connection) if each.name == model.name]
        for each in mine:
            if each.version == model.version and not again:
                return each
        generation = max((each.generation for each in mine), default=0) + 1
        bookmark = Bookmark(model.name, generation, model.version, not mine, 0)
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(bookmark.schema)))
        cursor.execute("SELECT set_config('search_path', %s, true)", [bookmark.schema])
        cursor.execute(model.tables.encode())
        insert = f"INSERT INTO views.bookmarks ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s)"
        cursor.execute(insert.encode(), bookmark)
    return bookmark


def drop_generation(cursor: psycopg.Cursor[Any], bookmark: Bookmark) -> None:
    key = (bookmark.name, bookmark.generation)
    cursor.execute("DELETE FROM views.bookmarks WHERE (name, generation) = (%s, %s)", key)
    cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(bookmark.schema)))


def switch(connection: Connection, building: Bookmark) -> bool:
    """Let a generation that has caught up answer, in place of the active one, which is dropped.

    False when the active one is further: then the other reads on first.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            f"SELECT {_COLUMNS} FROM views.bookmarks WHERE name = %s ORDER BY generation FOR UPDATE".encode(),
            [building.name],
        ).fetchall()
        found = [Bookmark(*row) for row in rows]
        mine = next((each for each in found if each.generation == building.generation), None)
        if mine is None or mine.active:
            return True
        if any(each.active and each.position > mine.position for each in found):
            return False
        for each in found:
            if each != mine:
                drop_generation(cursor, each)
        cursor.execute(
            "UPDATE views.bookmarks SET active = true WHERE (name, generation) = (%s, %s)", (mine.name, mine.generation)
        )
    return True


def lags(connection: Connection) -> list[Lag]:
    """How far each read model is behind, by name."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows = cursor.execute(
            """SELECT name, bookmarks.position, greatest(head.position - bookmarks.position, 0) AS behind, updated_at
            FROM views.bookmarks, canopy.head WHERE active ORDER BY name"""
        ).fetchall()
    return [Lag(*row) for row in rows]


def cursor_of(connection: Connection) -> Cursor:
    """A cursor as read models want it: rows as dicts."""
    return connection.cursor(row_factory=dict_row)
