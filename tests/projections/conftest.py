"""An event store and views on a fresh database."""

from collections.abc import Iterator

import pytest

from domain.event_store import EventStore, app_url, migrate
from projections.views import Views

APP_PASSWORD = "of the tests"


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
