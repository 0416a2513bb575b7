"""Following the event store: each batch of events is read once and taken by every read model that stands there.

Each read model takes a batch in a transaction of its own, with its bookmark, so that a broken one holds up no other, and so that
nothing is taken twice however often a process is killed or how many processes follow at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import psycopg
import structlog

from domain.event_store import EventStore
from projections import bookmarks
from projections.bookmarks import Bookmark, Connection
from projections.read_model import Batch, ReadModel
from projections.stories import Stories

BATCH = 2_000
"""Events in one transaction, at most."""
PATIENCE_SECONDS = 60.0
"""How long a read model that failed is left alone, unless everything is started again."""

Progress = Callable[[int, int], None]
"""Called with (position reached, head)."""


class Follower:
    """Moves read models forward over one connection (autocommit), batch by batch."""

    def __init__(
        self, connection: Connection, models: Iterable[ReadModel], store: EventStore, *, batch: int = BATCH
    ) -> None:
        self._connection = connection
        self._models = {model.name: model for model in models}
        self._store = store
        self._batch = batch
        self._stories: Stories | None = None
        self._building: Stories | None = None
        self._failed: dict[str, float] = {}
        # A lost transaction is taken again from the events, so nobody needs to wait for the disk.
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET timezone = 'UTC'")

    def prepare(self) -> None:
        """Open a generation for each read model that has none of today's version."""
        for model in self._models.values():
            bookmarks.open_generation(self._connection, model)

    def step(self, *, patient: bool = False) -> int:
        """One batch for whoever is furthest behind, and one for a new version being built. Gives how far they moved.

        When `patient`, a read model that fails is logged and left behind for a while; else the failure is raised.
        """
        head = self._store.head()
        followed = [each for each in bookmarks.all_bookmarks(self._connection) if self._is_followed(each)]
        active = [each for each in followed if each.active]
        replaced = {each.name for each in active}
        # A rebuild of the same version is moved by whoever asked for it.
        building = [each for each in followed if not each.active and each.name not in replaced]
        moved, self._stories = self._advance(active, self._stories, head, patient=patient)
        new, self._building = self._advance(building, self._building, head, patient=patient)
        if new < self._batch:
            for each in building:
                if bookmarks.switch(self._connection, each):
                    structlog.get_logger().info("read model switched", model=each.name, version=each.version)
        return moved + new

    def advance(self, bookmark: Bookmark, head: int) -> int:
        """One batch for one generation alone. Gives how far it moved."""
        moved, self._building = self._advance([bookmark], self._building, head, patient=False)
        return moved

    def _is_followed(self, bookmark: Bookmark) -> bool:
        model = self._models.get(bookmark.name)
        waits = self._failed.get(bookmark.name, 0.0) > time.monotonic()
        return model is not None and model.version == bookmark.version and not waits

    def _advance(
        self, followed: Sequence[Bookmark], stories: Stories | None, head: int, *, patient: bool
    ) -> tuple[int, Stories | None]:
        """One batch for those furthest behind, up to where the next ones stand."""
        start = min((each.position for each in followed), default=head)
        if start >= head:
            return 0, stories
        group = [each for each in followed if each.position == start]
        until = min((each.position for each in followed if each.position > start), default=head)
        models = tuple(self._models[each.name] for each in group)
        events = self._store.read(start, self._batch)
        until = min(until, events[-1].position)
        names = frozenset[str]().union(*(model.reads for model in models))
        events = [each for each in events if each.position <= until and each.name in names]
        if stories is None or stories.position != start or stories.models != models:
            stories = Stories(self._store, models, start)
        batch = stories.read_on(events, until)
        idle = []
        for each in group:
            if batch.changes(self._models[each.name]):
                self._take(each, batch, until, patient=patient)
            else:
                idle.append(each)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            bookmarks.move(cursor, idle, until)
        return until - start, stories

    def _take(self, bookmark: Bookmark, batch: Batch, until: int, *, patient: bool) -> None:
        """Let one read model take the batch, or fail alone."""
        model = self._models[bookmark.name]
        try:
            self._commit(model, bookmark, batch.for_model(model), until)
        except psycopg.OperationalError:
            raise
        except Exception:
            if not patient:
                raise
            self._failed[model.name] = time.monotonic() + PATIENCE_SECONDS
            structlog.get_logger().exception("read model failed", model=model.name, position=bookmark.position)

    def _commit(self, model: ReadModel, bookmark: Bookmark, batch: Batch, until: int) -> None:
        """Rows and bookmark together, unless somebody else was faster."""
        if failure := batch.failures.get(model.name):
            raise failure
        with self._connection.transaction(), bookmarks.cursor_of(self._connection) as cursor:
            if bookmarks.hold(cursor, bookmark):
                model.take(cursor, batch)
                bookmarks.move(cursor, [bookmark], until)


def rebuild(connection: Connection, model: ReadModel, store: EventStore, on_progress: Progress, *, batch: int) -> None:
    """Read one read model again from the first event, into a new generation, and let it answer when it has caught up."""
    follower = Follower(connection, [model], store, batch=batch)
    with connection.transaction(), connection.cursor() as cursor:
        for each in bookmarks.all_bookmarks(connection):  # what a killed rebuild left behind
            if each.name == model.name and not each.active:
                bookmarks.drop_generation(cursor, each)
    building = bookmarks.open_generation(connection, model, again=True)
    while True:
        head = store.head()
        on_progress(building.position, head)
        if not follower.advance(building, head) and bookmarks.switch(connection, building):
            return
        found = [each for each in bookmarks.all_bookmarks(connection) if each[:2] == building[:2]]
        if not found:
            raise RuntimeError(f"the generation {building.schema} was dropped by another rebuild")
        building = found[0]
