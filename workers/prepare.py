"""Prepare the servers, once at every boot: migrations, the views' schemas, the waker's bookmark, the table of drafts.

    python -m workers.prepare --state DIR

An outside Temporal is looked at, too. The only process that needs the database's owner. Any number of them may do it at once.
Exit code 1 with one clear line when something is in the way.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

import psycopg

import bootstrap
from domain.event_store import APP_ROLE, RoleUnavailable, migrate
from entrypoints import drafts
from workers.outside_temporal import look_at
from workers.processes import StackError, leave
from workers.waker import BOOKMARK_SCHEMA


def prepare(canopy: bootstrap.Canopy) -> None:
    """Bring everything the processes need into the database. Raises StackError, RoleUnavailable, psycopg.Error."""
    owner = canopy.owner_url()
    migrate(owner, app_password=canopy.app_password())
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
        canopy = bootstrap.load(parser.parse_args(arguments).state)
        prepare(canopy)
        if canopy.outside_temporal:
            asyncio.run(look_at(canopy, canopy.outside_temporal))
    except psycopg.errors.InsufficientPrivilege as problem:
        return _failed(f"{problem} (CANOPY_OWNER_DATABASE_URL must be the owner's)")
    except (StackError, RoleUnavailable, psycopg.Error) as problem:
        return _failed(str(problem))
    return 0


def _failed(why: str) -> int:
    print(" ".join(why.split()), file=sys.stderr)  # noqa: T201  read by the supervisor
    return 1


if __name__ == "__main__":
    leave(main())
