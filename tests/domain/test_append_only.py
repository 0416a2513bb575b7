"""What was recorded stays: the database itself refuses to change it. And how its tables come to be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege

from domain.event_store import EventStore, RoleUnavailable, app_url, migrate
from domain.kernel import SYSTEM
from tests.controls import APP_PASSWORD
from tests.domain.errands import FillPurse

CHANGES = (
    "UPDATE canopy.events SET actor = 'nobody'",
    "DELETE FROM canopy.events WHERE position = 1",
    "TRUNCATE canopy.events",
    "UPDATE canopy.commands SET command_id = 'other'",
    "DELETE FROM canopy.commands",
    "TRUNCATE canopy.commands",
    "DELETE FROM canopy.head",
    "TRUNCATE canopy.head",
)
NOT_FOR_THE_APP = (
    *CHANGES,
    "INSERT INTO canopy.events SELECT 99, stream, 99, name, recorded_at, actor, role, NULL, '', '', NULL, payload FROM canopy.events",
    "INSERT INTO canopy.commands SELECT 'mine', content_hash, actor, first, position, recorded_at FROM canopy.commands",
    "UPDATE canopy.head SET position = 0",
    "INSERT INTO canopy.clock VALUES (true, now(), now(), now(), now(), 0)",
    "ALTER TABLE canopy.events DISABLE TRIGGER ALL",
    "CREATE TABLE canopy.mine ()",
    "SELECT canopy.refuse_change()",
    "SET session_replication_role = replica",
)


@pytest.fixture
def filled(store: EventStore) -> EventStore:
    store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="fill")
    return store


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_even_the_owner_cannot_change_what_was_recorded(
    filled: EventStore, database: str, change: str, role: str
) -> None:
    with psycopg.connect(database) as owner:
        owner.execute(f"SET session_replication_role = {role}".encode())
        with pytest.raises(InsufficientPrivilege, match="append-only"):
            owner.execute(change.encode())
    assert filled.recorded("purse:red")[0].actor == SYSTEM.id


@pytest.mark.parametrize("change", NOT_FOR_THE_APP)
def test_the_app_may_only_read_and_append(filled: EventStore, change: str) -> None:
    with psycopg.connect(filled.url) as app, pytest.raises(InsufficientPrivilege):
        app.execute(change.encode())


def test_the_schema_is_made_once_however_many_processes_boot(empty_database: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        for made in [threads.submit(migrate, empty_database, app_password=APP_PASSWORD) for _ in range(8)]:
            made.result()
    with EventStore(app_url(empty_database, APP_PASSWORD)) as store:
        assert store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="fill").position == 1
        migrate(empty_database, app_password=APP_PASSWORD)
        assert store.head() == 1


def test_the_app_password_follows_the_configuration(empty_database: str) -> None:
    migrate(empty_database, app_password="an earlier one")
    migrate(empty_database, app_password=APP_PASSWORD)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(app_url(empty_database, "an earlier one"))
    with EventStore(app_url(empty_database, APP_PASSWORD)) as store:
        assert store.head() == 0


@pytest.fixture
def landlord(empty_database: str) -> Iterator[str]:
    """URL of an owner who may do what they like in their database, and nothing else on the server."""
    name = f"landlord_{uuid4().hex}"
    with psycopg.connect(empty_database, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'rent'".encode())
        admin.execute(f"GRANT ALL ON DATABASE {admin.info.dbname} TO {name}".encode())
    yield make_conninfo(empty_database, user=name, password="rent")
    with psycopg.connect(empty_database, autocommit=True) as admin:
        admin.execute(f"DROP OWNED BY {name}".encode())
        admin.execute(f"DROP ROLE {name}".encode())


def test_an_owner_who_may_not_make_roles_is_told_what_to_ask_for(empty_database: str, landlord: str) -> None:
    migrate(empty_database, app_password=APP_PASSWORD)
    with psycopg.connect(empty_database, autocommit=True) as admin:
        admin.execute("DROP SCHEMA canopy CASCADE")
    with pytest.raises(RoleUnavailable, match="ALTER ROLE canopy_app LOGIN PASSWORD"):
        migrate(landlord, app_password="another")


def test_an_owner_who_is_no_superuser_is_enough_once_the_role_is_there(empty_database: str, landlord: str) -> None:
    migrate(empty_database, app_password=APP_PASSWORD)
    with psycopg.connect(empty_database, autocommit=True) as admin:
        admin.execute("DROP SCHEMA canopy CASCADE")
    migrate(landlord, app_password=APP_PASSWORD)
    with EventStore(app_url(landlord, APP_PASSWORD)) as store:
        assert store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="fill").position == 1
