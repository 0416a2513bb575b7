"""The read side's door: ask a read model, see how far they are behind, rebuild one, follow the event store."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

import psycopg
from psycopg.errors import UndefinedColumn, UndefinedTable
from psycopg_pool import ConnectionPool

from domain.errors import Busy, Malformed, NotFound
from domain.event_store import EventStore
from projections import READ_MODELS, bookmarks
from projections.bookmarks import Connection, Lag
from projections.catch_up import BATCH, Follower, Progress, rebuild
from projections.read_model import MOST_ROWS, Cursor, ReadModel

__all__ = ["Answer", "Lag", "Views"]


class Answer(NamedTuple):
    """The rows, and the position of the last event they know of."""

    rows: list[dict[str, Any]]
    position: int


def _ignore(done: int, head: int) -> None:
    """Progress nobody watches."""


class Views:
    """All read models of one database. `url` is the app role's; any thread may ask. Close it, or use it in a `with`."""

    def __init__(self, url: str, *, models: Iterable[ReadModel] = READ_MODELS, batch: int = BATCH) -> None:
        self.url = url
        self._models = {model.name: model for model in models}
        self._batch = batch
        # Rows and position must be of the same moment, so an answer is one snapshot.
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url, min_size=0, max_size=10, configure=_for_asking, check=ConnectionPool.check_connection, open=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def create(self, owner_url: str) -> None:
        """Make the views' schema, as the owner of the database, after the event store's migration."""
        bookmarks.create(owner_url)

    # ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(
        self, name: str, filters: Mapping[str, Any] | None = None, *, after: int | None = None, timeout: float = 5.0
    ) -> Answer:
        """The rows of a read model, at most 500 at once; with `after`, not before it has read up to that position.

        Raises NotFound for an unknown read model, Malformed for a filter it does not have, Busy when it has not got there within
        the seconds.
        """
        model = self._models.get(name)
        if model is None:
            raise NotFound(kind="read model", id=name)
        end = time.monotonic() + timeout
        tries, pause = 0, 0.002
        while True:
            tries += 1
            try:
                answer = self._ask(model, filters or {}, after or 0)
            except (UndefinedTable, UndefinedColumn):
                answer = None  # just switched to another generation, or a new version is still being read
            if answer is not None:
                return answer
            left = end - time.monotonic()
            if left <= 0:
                raise Busy(stream=f"read model {name}", attempts=tries)
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 0.025)

    def everything(
        self, name: str, filters: Mapping[str, Any] | None = None, *, after: int | None = None, timeout: float = 5.0
    ) -> list[dict[str, Any]]:
        """All rows, page by page; the pages are of different moments. Raises as `ask` does."""
        rows: list[dict[str, Any]] = []
        asked = {**(filters or {}), "limit": MOST_ROWS}
        while True:
            page = self.ask(name, asked, after=after, timeout=timeout).rows
            rows += page
            if len(page) < MOST_ROWS:
                return rows
            asked["after_key"] = page[-1]["key"]

    def _ask(self, model: ReadModel, filters: Mapping[str, Any], after: int) -> Answer | None:
        """The answer; None when the read model has not got there yet."""
        with self._pool.connection() as connection, bookmarks.cursor_of(connection) as cursor:
            position = _enter_active(cursor, model.name)
            if position is None or position < after:
                # Even while waiting, a filter that does not exist is refused at once.
                model.question.check(filters)
                return None
            try:
                return Answer(model.question.ask(cursor, filters), position)
            except psycopg.DataError as exc:
                if filters.get("after_key") is None:
                    raise
                raise Malformed(field="after_key", rule="must be the key of a row") from exc

    # ── Running ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def lag(self) -> list[Lag]:
        """How far each read model is behind the event store, by name."""
        with self._pool.connection() as connection:
            return [lag for lag in bookmarks.lags(connection) if lag.name in self._models]

    def rebuild(self, name: str, on_progress: Progress = _ignore) -> None:
        """Read a read model again from the first event, while the old rows go on answering; then switch, and drop those.

        Raises NotFound for an unknown read model.
        """
        model = self._models.get(name)
        if model is None:
            raise NotFound(kind="read model", id=name)
        with self._connect() as connection, EventStore(self.url, max_connections=2, cached_streams=0) as store:
            rebuild(connection, model, store, on_progress, batch=self._batch)

    def catch_up_once(self, store: EventStore) -> int:
        """Bring every read model to where the event store stands. Gives how many positions were gone through."""
        with self._connect() as connection:
            follower = self._follower(connection, store)
            moved = 0
            while step := follower.step():
                moved += step
            return moved

    def follow(self, store: EventStore, stop: threading.Event) -> None:
        """Keep every read model up to date until told to stop. Raises psycopg.OperationalError when a server is away."""
        with self._connect() as connection:
            follower = self._follower(connection, store)
            while not stop.is_set():
                head = store.head()
                if not follower.step(patient=True):
                    store.wait_for_news(head, timeout=1.0)

    def _follower(self, connection: Connection, store: EventStore) -> Follower:
        follower = Follower(connection, self._models.values(), store, batch=self._batch)
        follower.prepare()
        return follower

    def _connect(self) -> Connection:
        return psycopg.connect(self.url, autocommit=True)


def _for_asking(connection: Connection) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        connection.execute("SET timezone = 'UTC'")


def _enter_active(cursor: Cursor, name: str) -> int | None:
    """Let unqualified names mean the active generation's tables, and say how far it has read; None when there is none."""
    found = cursor.execute(
        """SELECT position, set_config('search_path', 'view_' || name || '_' || generation, true)
        FROM views.bookmarks WHERE name = %s AND active""",
        [name],
    ).fetchone()
    return None if found is None else int(found["position"])
