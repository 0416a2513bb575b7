"""Real servers for the tests: one PostgreSQL and one Temporal per pytest worker, in a folder that is thrown away."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from domain.event_store import migrate
from tests.controls import APP_PASSWORD
from workers.postgres import PostgresServer
from workers.state_folder import StateFolder
from workers.temporal import TemporalServer

_ROOM_IN_MEMORY = 6 * 2**30  # bytes
LONGEST_FIRST = (
    *("test_jiangbei_venture", "test_demonstration", "test_sichuan_15n", "test_ningbo_contest", "test_dongguan"),
    *("programmes", "workflows", "workers"),
)
"""Files, then folders. The other files take seconds."""


def _place(item: pytest.Item) -> int:
    names = {item.path.stem, item.path.parent.name}
    return next((place for place, name in enumerate(LONGEST_FIRST) if name in names), len(LONGEST_FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: what is left for the end is short, so that no process waits for another."""
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


settings.register_profile("canopy", deadline=None)  # a busy machine is no bug
settings.load_profile("canopy")


def roomy_memory() -> Path | None:
    """Linux' folder in memory, where there is one with room: a new database takes 10 ms there and 60 to 200 on a disk."""
    folder = Path("/dev/shm")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return None
    # PostgreSQL's programs may be copied there, for a user who may not enter the environment.
    may_run = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return folder if may_run and shutil.disk_usage(folder).free > _ROOM_IN_MEMORY else None


@pytest.fixture(scope="session")
def state() -> Iterator[StateFolder]:
    """The folder of this pytest worker's servers. Not under pytest's own, which other users may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="canopy-tests-", dir=roomy_memory()))
    yield StateFolder(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(state: StateFolder) -> Iterator[str]:
    """URL of the owner of a PostgreSQL server; each test that writes takes `database` instead."""
    server = PostgresServer(state, settings={"fsync": "off"})  # its data live no longer than the tests
    yield server.start()
    server.stop()


@contextmanager
def a_copy_of(template: str, postgres: str) -> Iterator[str]:
    """URL of a fresh database, dropped afterwards with whatever is still connected."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        # Copying its files is less work than writing every page of it into the log.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy'.encode())
    yield f"{postgres.rpartition('/')[0]}/{name}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def with_schema(postgres: str) -> str:
    """The name of a database that has the event store's schema, and is only copied: a thousand tests want one."""
    name = "with_schema"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    migrate(f"{postgres.rpartition('/')[0]}/{name}", app_password=APP_PASSWORD)
    return name


@pytest.fixture
def database(postgres: str, with_schema: str) -> Iterator[str]:
    """URL of a fresh database with an empty event store."""
    with a_copy_of(with_schema, postgres) as url:
        yield url


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """URL of a fresh database with nothing in it, not even a schema."""
    with a_copy_of("template1", postgres) as url:
        yield url


@pytest.fixture(scope="session")
def temporal_address(state: StateFolder) -> Iterator[str]:
    """host:port of a Temporal server with the namespace `canopy` and its search attributes."""
    server = TemporalServer(state)
    yield server.start()
    server.stop()
