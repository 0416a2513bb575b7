"""An event store on a fresh database; and failures inside given/when/then say what differed."""

from collections.abc import Iterator

import pytest

from domain.event_store import EventStore, app_url, migrate
from tests.controls import APP_PASSWORD
from tests.domain.errands import BeginErrand, FillPurse, do, errands_known


@pytest.fixture
def store_url(database: str) -> Iterator[str]:
    """URL of the app role on a database with an event store that knows errands; `database` is its owner's."""
    migrate(database, app_password=APP_PASSWORD)
    with errands_known():
        yield app_url(database, APP_PASSWORD)


@pytest.fixture
def store(store_url: str) -> Iterator[EventStore]:
    with EventStore(store_url) as store:
        yield store


@pytest.fixture
def trip(store: EventStore) -> EventStore:
    """A store with an errand to Suzhou and ten coins for it."""
    do(store, FillPurse(purse="red", coins=10), BeginErrand(errand="tea", from_purse="red", town="suzhou"))
    return store
