"""Prepare the database, once at every boot: migrations, the views' schemas, the waker's bookmark, the table of drafts.

    python -m workers.prepare --state DIR

The only process that needs the owner's password. Any number of them may do it at once. Exit code 1 with one clear line
when something is in the way.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import psycopg

import bootstrap
from domain.event_store import APP_ROLE, RoleUnavailable, migrate
from entrypoints import drafts
from workers.processes import StackError
from workers.waker import BOOKMARK_SCHEMA


def prepare(canopy: bootstrap.Canopy) -> None:
    """Bring everything the processes need into the database. Raises StackError, RoleUnavailable, psycopg.Error."""
    owner = canopy.owner_url()
    migrate(owner, app_password=canopy.secret("app-password", "CANOPY_APP_PASSWORD"))
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(BOOKMARK_SCHEMA.format(role=APP_ROLE).encode())
    views = canopy.views()
    views.create(owner)
    views.close()
    drafts.create(owner)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="workers.prepare", description=__doc__)
    parser.add_argument("--state")
    try:
        prepare(bootstrap.load(parser.parse_args(arguments).state))
    except (StackError, RoleUnavailable, psycopg.Error) as problem:
        print(str(problem).strip().replace("\n", " "), file=sys.stderr)  # noqa: T201  read by the supervisor
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
