"""Prepare the database, once at every boot: migrations, the views' schemas, the waker's bookmark, the first steward.

    python -m workers.prepare --state DIR

Any number of processes may do it at once. Exit code 1 with one clear line when something is in the way.
"""

from __future__ import annotations

import argparse
import sys

import psycopg

import bootstrap
from domain.errors import Refusal
from domain.event_store import APP_ROLE, EventStore, RoleUnavailable, migrate
from domain.kernel import EVERYWHERE, SYSTEM
from domain.person import GrantRole, Person, RegisterPerson
from workers.processes import StackError
from workers.waker import BOOKMARK_SCHEMA

STEWARD = "steward"


def prepare(canopy: bootstrap.Canopy) -> None:
    """Bring everything the processes need into the database. Raises StackError, RoleUnavailable, psycopg.Error."""
    owner = canopy.owner_url()
    migrate(owner, app_password=canopy.secret("app-password", "CANOPY_APP_PASSWORD"))
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(BOOKMARK_SCHEMA.format(role=APP_ROLE).encode())
    views = canopy.views()
    views.create(owner)
    views.close()
    with canopy.store(connections=2) as store:
        found_steward(store)


def found_steward(store: EventStore) -> None:
    """The first person of a new store: a steward, who can name all others."""
    if store.load(Person, STEWARD).exists:
        return
    store.do(RegisterPerson(person=STEWARD, name="Steward"), by=SYSTEM, command_id="first-steward")
    store.do(GrantRole(person=STEWARD, role="steward", scope=EVERYWHERE), by=SYSTEM, command_id="first-steward-role")


def main() -> int:
    parser = argparse.ArgumentParser(prog="workers.prepare", description=__doc__)
    parser.add_argument("--state")
    try:
        prepare(bootstrap.load(parser.parse_args().state))
    except (StackError, RoleUnavailable, Refusal, psycopg.Error) as problem:
        print(str(problem).strip().replace("\n", " "), file=sys.stderr)  # noqa: T201  read by the supervisor
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
