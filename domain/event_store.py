"""The event store's door: load, decide, append, replay. The only file that imports `eventsourcing`.

`EventStore` itself is in event_commands.py and event_reading.py; here is what others import, and the library on the same table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from eventsourcing import persistence, postgres
from eventsourcing.utils import retry
from psycopg.conninfo import conninfo_to_dict

from domain.event_commands import EventStore
from domain.event_reading import Recorded
from domain.event_schema import APP_ROLE, RoleUnavailable, app_url, migrate
from domain.event_statements import APPEND, Writing, listed
from domain.event_wish import Done
from domain.store_clock import Reading, StoreClock, TimeGoesBackwards, real_wait

__all__ = [
    "APP_ROLE",
    "CanopyFactory",
    "CanopyRecorder",
    "Done",
    "EventStore",
    "Reading",
    "Recorded",
    "RoleUnavailable",
    "StoreClock",
    "TimeGoesBackwards",
    "app_url",
    "library_environment",
    "migrate",
    "real_wait",
]


def library_environment(url: str) -> dict[str, str]:
    """The `env` for an `eventsourcing` Application that is to keep its aggregates in this store."""
    to = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": __name__,
        "POSTGRES_DBNAME": str(to.get("dbname", "postgres")),
        "POSTGRES_HOST": str(to.get("host", "127.0.0.1")),
        "POSTGRES_PORT": str(to.get("port", 5432)),
        "POSTGRES_USER": str(to.get("user", APP_ROLE)),
        "POSTGRES_PASSWORD": str(to.get("password", "")),
    }


class CanopyRecorder(postgres.PostgresApplicationRecorder):
    """Keeps the library's stored events in canopy.events, appended by canopy.append like all others.

    A stream is the originator's id, a name the topic, a payload the state, which must therefore be JSON: no cipher, no
    compressor. `Application.save(…, command_id=, actor=, role=, correlation=, causation=)` fills the envelope.
    """

    def __init__(self, datastore: postgres.PostgresDatastore, *, events_table_name: str = "events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.channel_name = "canopy_events"

    def create_table(self) -> None:
        """Nothing: `migrate` makes the tables."""

    def insert_events(self, stored_events: Sequence[persistence.StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append. Raises IntegrityError when another was faster or the command id stood for something else, DataError."""
        if not stored_events:
            return None
        expected: dict[str, int] = {}
        for each in stored_events:
            expected.setdefault(str(each.originator_id), each.originator_version - 1)
        try:
            states = [each.state.decode() for each in stored_events]
        except UnicodeDecodeError as exc:
            raise persistence.DataError("the state is not JSON text") from exc
        # A repeated attempt after a broken connection must carry the same id, so it is chosen before the first.
        command_id = kwargs.get("command_id") or f"library:{uuid4()}"
        writing = Writing(
            command_id=command_id,
            content_hash=hashlib.sha256(listed(states).encode()).digest(),
            at=None,
            actor=kwargs.get("actor", "canopy"),
            role=kwargs.get("role", "system"),
            on_behalf=kwargs.get("on_behalf"),
            correlation=kwargs.get("correlation") or next(iter(expected)),
            causation=kwargs.get("causation"),
            line=None,
            seen=None,
            recalled=False,
            read=listed(expected),
            expected=listed(expected.values()),
            streams=listed(each.originator_id for each in stored_events),
            versions=listed(each.originator_version for each in stored_events),
            names=listed(each.topic for each in stored_events),
            payloads=listed(states),
        )
        positions: Sequence[int] = self._append_stored(writing)
        return positions

    @retry((persistence.InterfaceError, persistence.OperationalError), max_attempts=10, wait=0.2)
    def _append_stored(self, writing: Writing) -> Sequence[int]:
        with self.datastore.cursor() as cursor:
            row = cursor.execute(APPEND.encode(), writing, prepare=True).fetchall()[0]
        if row["outcome"] not in {"written", "repeated"}:
            raise persistence.IntegrityError(row["outcome"])
        return range(row["first"], row["position"] + 1)

    @retry((persistence.InterfaceError, persistence.OperationalError), max_attempts=10, wait=0.2)
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[persistence.StoredEvent]:
        order = "DESC" if desc else "ASC"
        query = f"""SELECT version, name, payload::text FROM canopy.events WHERE stream = %s
            AND version > coalesce(%s::int, 0) AND version <= coalesce(%s::int, version) ORDER BY version {order} LIMIT %s"""
        with self.datastore.cursor() as cursor:
            rows = cursor.execute(query.encode(), (str(originator_id), gt, lte, limit), prepare=True).fetchall()
        return [
            persistence.StoredEvent(originator_id, row["version"], row["name"], row["payload"].encode()) for row in rows
        ]

    @retry((persistence.InterfaceError, persistence.OperationalError), max_attempts=10, wait=0.2)
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[persistence.Notification]:
        after = (start or 0) - (1 if start is not None and inclusive_of_start else 0)
        query = b"""SELECT position, stream, version, name, payload::text FROM canopy.events
            WHERE position > %s AND position <= coalesce(%s::bigint, position) AND (%s OR name = ANY(%s))
            ORDER BY position LIMIT %s"""
        with self.datastore.cursor() as cursor:
            rows = cursor.execute(query, (after, stop, not topics, list(topics), limit), prepare=True).fetchall()
        return [
            persistence.Notification(
                self._originator(row["stream"]), row["version"], row["name"], row["payload"].encode(), row["position"]
            )
            for row in rows
        ]

    @retry((persistence.InterfaceError, persistence.OperationalError), max_attempts=10, wait=0.2)
    def max_notification_id(self) -> int | None:
        with self.datastore.cursor() as cursor:
            row = cursor.execute("SELECT max(position) AS head FROM canopy.events").fetchall()[0]
        return row["head"]  # type: ignore[no-any-return]

    def _originator(self, stream: str) -> UUID | str:
        """Canopy's own streams are in the same log, and their names are no UUIDs."""
        try:
            return stream if self.datastore.originator_id_type == "text" else UUID(stream)
        except ValueError:
            return stream


class CanopyFactory(postgres.PostgresFactory):
    """What PERSISTENCE_MODULE=domain.event_store finds."""

    application_recorder_class = CanopyRecorder
