"""Half-filled applications, kept for their authors until they submit. Not business state: nobody else sees them, nothing follows.

They lie beside the event store in a schema of their own, because the event store only ever grows and people change their minds.
"""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson
import psycopg
from psycopg import sql
from psycopg.types.json import Json
from psycopg_pool import ConnectionPool

from domain.errors import NotFound, RoleMissing
from domain.event_store import APP_ROLE
from domain.person import Person

MOST_BYTES = 1_000_000
_LOCK = int.from_bytes(b"drafts", "big")
_SCHEMA = sql.SQL("""
    CREATE SCHEMA IF NOT EXISTS canopy_desk;
    CREATE TABLE IF NOT EXISTS canopy_desk.drafts (
        author       text        NOT NULL,
        project      text        NOT NULL,
        content      json        NOT NULL,
        saved_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
        submitted_at timestamptz,
        PRIMARY KEY (author, project)
    );
    GRANT USAGE ON SCHEMA canopy_desk TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON canopy_desk.drafts TO {role};
""").format(role=sql.Identifier(APP_ROLE))


class Draft(NamedTuple):
    project: str
    content: dict[str, Any]
    saved_at: datetime
    submitted_at: datetime | None


def create(owner_url: str) -> None:
    """Make the table; any number of processes may, at once and again."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass('canopy_desk.drafts')").fetchone()
        if found == (None,):
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # let go when the connection closes
            connection.execute(_SCHEMA)


def admit(person: Person) -> None:
    """Drafts are for those who apply. Raises RoleMissing."""
    if not person.actor.holds("applicant", None):
        raise RoleMissing(person=person.id, roles=("applicant",), command="SubmitApplication")


class Drafts:
    """Everybody's drafts, each by its author and project. Any thread may use it; close it, or use it in a `with`."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool(
            url,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=4,
            check=ConnectionPool.check_connection,
            open=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def save(self, author: str, project: str, content: dict[str, Any]) -> Draft:
        """Keep this in the place of what was there."""
        self._run(
            """INSERT INTO canopy_desk.drafts (author, project, content) VALUES (%s, %s, %s)
            ON CONFLICT (author, project) DO UPDATE
            SET content = excluded.content, saved_at = clock_timestamp(), submitted_at = NULL""",
            (author, project, Json(content, dumps=orjson.dumps)),
        )
        return self.read(author, project)

    def read(self, author: str, project: str) -> Draft:
        """Raises NotFound."""
        with self._pool.connection() as connection:
            row = connection.execute(
                """SELECT project, content, saved_at, submitted_at FROM canopy_desk.drafts
                WHERE author = %s AND project = %s""",
                (author, project),
            ).fetchone()
        if row is None:
            raise NotFound(kind="draft", id=project)
        return Draft(*row)

    def listed(self, author: str) -> list[Draft]:
        """All drafts of one author, the last saved first."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                """SELECT project, content, saved_at, submitted_at FROM canopy_desk.drafts
                WHERE author = %s ORDER BY saved_at DESC, project""",
                (author,),
            ).fetchall()
        return [Draft(*row) for row in rows]

    def submitted(self, author: str, project: str) -> None:
        """Remember that it was handed in. The draft stays, so that submitting again gives the first answer."""
        self._run(
            "UPDATE canopy_desk.drafts SET submitted_at = clock_timestamp() WHERE author = %s AND project = %s",
            (author, project),
        )

    def delete(self, author: str, project: str) -> None:
        """Throw it away; nothing happens when there is none."""
        self._run("DELETE FROM canopy_desk.drafts WHERE author = %s AND project = %s", (author, project))

    def _run(self, statement: str, parameters: tuple[object, ...]) -> None:
        with self._pool.connection() as connection:
            connection.execute(statement.encode(), parameters)
