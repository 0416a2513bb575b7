"""Prepare the database with the owner's password, so that no process that runs on needs it. Safe to repeat.

python -m deploy.prepare
"""

import sys

import psycopg

import bootstrap
from domain.event_store import RoleUnavailable
from entrypoints import drafts
from workers.prepare import prepare
from workers.processes import StackError


def main() -> int:
    canopy = bootstrap.load()
    try:
        prepare(canopy)
        drafts.create(canopy.owner_url())  # else `web` would make it, which then would have to own the database
    except (StackError, RoleUnavailable, psycopg.Error) as problem:
        print(str(problem).strip().replace("\n", " "), file=sys.stderr)  # noqa: T201  `docker compose logs` shows it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
