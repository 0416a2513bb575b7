"""The one place that reads the environment and joins the parts.

CANOPY_STATE               the state folder (default .canopy in the present folder)
CANOPY_DATABASE_URL        an outside PostgreSQL, as the role canopy_app; without it, the embedded one
CANOPY_OWNER_DATABASE_URL  the same as the owner of the tables, for migrations and the clock
CANOPY_APP_PASSWORD        the password migrations give the role canopy_app: without it, the one in CANOPY_DATABASE_URL
                           (for the embedded one it is made up once)
CANOPY_TOKEN_KEY           the secret that signs bearer tokens (made up once in the state folder)
CANOPY_TIME_ZONE           the time zone in which people are shown times (Asia/Shanghai)
CANOPY_WAKE_WINDOW_SECONDS how long events are gathered into one wake of a story (0.1)
TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS…, TEMPORAL_API_KEY   an outside Temporal, read by temporalio's envconfig
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workers.processes import StackError
from workers.state_folder import Addresses, StateFolder, write_atomically

if TYPE_CHECKING:
    from temporalio.client import Client

    from domain.event_store import EventStore, StoreClock
    from projections.views import Views

TASK_QUEUE = "canopy-stories"
NAMESPACE = "canopy"
STEWARD = "steward"
_APP_PASSWORD = "CANOPY_APP_PASSWORD"  # noqa: S105  its name


@dataclass(frozen=True)
class Canopy:
    """One installation: where it keeps its state, and how to reach its parts. Nothing is opened before it is asked for."""

    state: StateFolder
    outside_database: str | None = None
    outside_owner: str | None = None
    outside_temporal: str | None = None
    wake_window_seconds: float = 0.1

    def owner_url(self) -> str:
        """The database as its owner. Raises StackError when nothing was ever started."""
        if self.outside_database:
            return self.outside_owner or self.outside_database
        return self._addresses().database_url

    def database_url(self) -> str:
        """The database as the role that can only append. Raises StackError when nothing was ever started."""
        if self.outside_database:
            return self.outside_database
        found = self._addresses()
        if found.outside_database:  # it was named to `canopy up`, in another terminal
            return found.database_url
        from domain.event_store import app_url

        return app_url(found.database_url, self.app_password())

    def app_password(self) -> str:
        """What migrations give the role that can only append."""
        if self.outside_database and not os.environ.get(_APP_PASSWORD):
            from psycopg.conninfo import conninfo_to_dict

            from domain.event_store import APP_ROLE

            given = conninfo_to_dict(self.outside_database)
            if given.get("user") == APP_ROLE and given.get("password"):
                return str(given["password"])
        return self.secret("app-password", _APP_PASSWORD)

    def store(self, *, connections: int = 10) -> EventStore:
        from domain.event_store import EventStore

        return EventStore(self.database_url(), max_connections=connections)

    def clock(self) -> StoreClock:
        from domain.event_store import StoreClock

        return StoreClock(self.owner_url())

    def views(self) -> Views:
        from projections.views import Views

        return Views(self.database_url())

    def found_steward(self, store: EventStore) -> None:
        """The first person of an empty store: a steward, who can name all others. Only who has the state folder can."""
        from domain.kernel import EVERYWHERE, SYSTEM
        from domain.person import GrantRole, RegisterPerson

        if store.head() > 1:
            return
        store.do(RegisterPerson(person=STEWARD, name="Steward 系统管理"), by=SYSTEM, command_id="first-steward")
        grant = GrantRole(person=STEWARD, role="steward", scope=EVERYWHERE)
        store.do(grant, by=SYSTEM, command_id="first-steward-role")

    async def temporal(self) -> Client:
        """A client of the Temporal server, speaking pydantic."""
        from temporalio.client import Client
        from temporalio.contrib.pydantic import pydantic_data_converter
        from temporalio.envconfig import ClientConfig

        connect: dict[str, Any] = {"namespace": NAMESPACE}
        if self.outside_temporal:
            connect |= ClientConfig.load_client_connect_config()
        else:
            connect["target_host"] = self._addresses().temporal_address
        return await Client.connect(**connect, data_converter=pydantic_data_converter)

    def token_key(self) -> bytes:
        return self.secret("token-key", "CANOPY_TOKEN_KEY").encode()

    @property
    def api_port(self) -> int:
        """Where the web process listens, on loopback."""
        return self._addresses().web_port

    def secret(self, name: str, variable: str) -> str:
        """A secret from the environment, else from the state folder, where it is made at the first call (0600)."""
        given = os.environ.get(variable)
        if given:
            return given
        path = self.state.path / "secrets" / name
        if not path.exists():
            self.state.create()
            write_atomically(path, secrets.token_urlsafe(32))
        return path.read_text()

    def _addresses(self) -> Addresses:
        found = self.state.addresses()
        if found is None:
            raise StackError(f"nothing runs in {self.state.path}: start it with `canopy up`")
        return found


def time_zone() -> ZoneInfo:
    """Where people are shown times; deadlines are reckoned in their programme's own zone. Raises StackError."""
    name = os.environ.get("CANOPY_TIME_ZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:  # OSError for a folder of the database, like Asia
        raise StackError(f"CANOPY_TIME_ZONE: {name} is not a time zone of the IANA database") from unknown


def load(state: Path | str | None = None) -> Canopy:
    """The installation the environment and the state folder describe. Raises StackError."""
    env = os.environ
    time_zone()  # rather now than in the middle of an answer
    return Canopy(
        state=StateFolder(state or env.get("CANOPY_STATE") or ".canopy"),
        outside_database=env.get("CANOPY_DATABASE_URL") or None,
        outside_owner=env.get("CANOPY_OWNER_DATABASE_URL") or None,
        outside_temporal=env.get("TEMPORAL_ADDRESS") or None,
        wake_window_seconds=float(env.get("CANOPY_WAKE_WINDOW_SECONDS", "0.1")),
    )


def start_logging(process: str) -> Any:
    """Structlog for one process: JSON lines into its log file, a readable console when somebody watches."""
    import structlog

    watched = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # What libraries log the standard way comes out in the same form.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    return structlog.get_logger(process=process)
