"""An event store and views on a fresh database, and a reader who is told lives and asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from domain.event_store import EventStore, Recorded, app_url, migrate
from domain.kernel import AGGREGATES
from projections.catch_up import Follower
from projections.read_model import ReadModel
from projections.views import Views
from tests.controls import APP_PASSWORD
from tests.projections.chronicle import chronicle, record
from tests.projections.lives import Life


@pytest.fixture
def store_url(database: str) -> str:
    """URL of the app role on a database with an event store and the views' schema; `database` is its owner's."""
    migrate(database, app_password=APP_PASSWORD)
    url = app_url(database, APP_PASSWORD)
    with Views(url) as views:
        views.create(database)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[EventStore]:
    with EventStore(store_url) as store:
        yield store


@pytest.fixture
def views(store_url: str) -> Iterator[Views]:
    with Views(store_url) as views:
        yield views


@dataclass
class Reader:
    """Somebody who asks the read models after they were told what happened."""

    owner_url: str
    store: EventStore
    views: Views
    states: dict[str, Any] = field(default_factory=dict)

    def told(self, *situations: Life) -> Reader:
        record(self.owner_url, chronicle(*situations))
        self.views.catch_up_once(self.store)
        return self

    def rows(self, name: str, /, **filters: Any) -> list[dict[str, Any]]:
        return self.views.ask(name, filters).rows

    def one(self, name: str, /, **filters: Any) -> dict[str, Any]:
        (row,) = self.rows(name, **filters)
        return row

    def step_by_step(self, models: Sequence[ReadModel], *situations: Life) -> Iterator[Recorded]:
        """After each single event, with the read models caught up and `states` folded by the domain."""
        events = chronicle(*situations)
        record(self.owner_url, events)
        with psycopg.connect(self.views.url, autocommit=True) as connection:
            follower = Follower(connection, models, self.store, batch=1)
            follower.prepare()
            for recorded in events:
                assert follower.step() == 1
                kind, _, id_ = recorded.stream.partition(":")
                before = self.states.get(recorded.stream) or AGGREGATES[kind](id=id_)
                self.states[recorded.stream] = recorded.event.apply(before)
                yield recorded


@pytest.fixture
def reader(database: str, store: EventStore, views: Views) -> Reader:
    return Reader(database, store, views)
