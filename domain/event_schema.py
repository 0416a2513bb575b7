"""Making the event store's tables, function and role in a PostgreSQL database, as often as anybody likes."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import DuplicateObject, InsufficientPrivilege, InternalError_, UniqueViolation

APP_ROLE = "canopy_app"
"""May read what was recorded and call canopy.append; nothing else."""

_SCHEMA = Path(__file__).with_name("event_store.sql")
_LOCK = int.from_bytes(b"canopy", "big")
_GRANTS = sql.SQL("""
    GRANT USAGE ON SCHEMA canopy TO {role};
    GRANT SELECT ON canopy.events, canopy.commands, canopy.head, canopy.clock TO {role};
    GRANT EXECUTE ON FUNCTION canopy.append, canopy.now, canopy.domain_time TO {role};
""").format(role=sql.Identifier(APP_ROLE))


class RoleUnavailable(RuntimeError):
    """The database's user may not make the role the event store is used with; the message says what to run as whom."""


def app_url(owner_url: str, app_password: str) -> str:
    """Where the app role connects: the same database as the owner's."""
    return make_conninfo(owner_url, user=APP_ROLE, password=app_password)


def migrate(owner_url: str, *, app_password: str) -> None:
    """Bring the database to today's schema. Any number of processes may do it at once.

    Raises RoleUnavailable when the role is missing, or has another password, and the owner may not change that.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # let go when the connection closes
        _provide_role(connection, owner_url, app_password)
        text = _SCHEMA.read_bytes()
        digest = hashlib.sha256(text).hexdigest()
        found = connection.execute("SELECT obj_description(to_regnamespace('canopy'), 'pg_namespace')").fetchone()
        with connection.transaction():
            if found != (digest,):
                connection.execute(text)
                connection.execute(sql.SQL("COMMENT ON SCHEMA canopy IS {}").format(digest))
            connection.execute(_GRANTS)


def _provide_role(connection: psycopg.Connection, owner_url: str, app_password: str) -> None:
    """Roles belong to the whole server, so other databases' migrations may be changing it at the same moment."""
    secret = connection.pgconn.encrypt_password(app_password.encode(), APP_ROLE.encode(), b"scram-sha-256").decode()
    options = sql.SQL("{} LOGIN PASSWORD {}").format(sql.Identifier(APP_ROLE), secret)
    for _ in range(20):
        known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
        if known is not None and _may_connect(app_url(owner_url, app_password)):
            return
        verb = sql.SQL("CREATE ROLE" if known is None else "ALTER ROLE")
        try:
            connection.execute(verb + sql.SQL(" ") + options)
        except InsufficientPrivilege as exc:
            raise RoleUnavailable(_how_to(known is not None)) from exc
        except (DuplicateObject, UniqueViolation, InternalError_):  # "tuple concurrently updated" is an internal error
            time.sleep(0.05)
        else:
            return
    raise RoleUnavailable(f"role {APP_ROLE} is being changed by others all the time")


def _may_connect(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _how_to(known: bool) -> str:
    wish = f"{'ALTER' if known else 'CREATE'} ROLE {APP_ROLE} LOGIN PASSWORD '(the configured app password)'"
    return f"the database's user may not provide the role {APP_ROLE}: let an administrator run {wish}"
