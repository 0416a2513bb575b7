"""One folder holds everything the embedded stack keeps: data, logs, secrets, and who is running.

.canopy/
  stack.json          what runs: addresses, processes (see workers/stack.py)
  plan.json           what the supervisor was asked to run (0600)
  supervisor.lock     held by the one supervisor of this folder
  secrets/            database password, addresses with password (0600)
  logs/               one file per process
  temporal.db         Temporal's SQLite file; temporal.lock is held by the server that uses it
  pg18/               PostgreSQL's data, unless postgres-home names another place
  postgres-home       as root: where PostgreSQL's files lie, when its user may not enter this folder
"""

import contextlib
import fcntl
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from workers.postgres_home import (
    FILES,
    PostgresHome,
    erase,
    erase_home,
    former_homes,
    make_elsewhere,
    may_enter,
    own,
    owner_of_data,
    owner_of_home,
    set_aside,
    system_account,
)
from workers.processes import StackError

_LOG_BYTES = 10_000_000
_FILES = ("temporal.lock", "logs", "secrets", "plan.json", "stack.json", "supervisor.lock")
"""What is in the folder besides PostgreSQL's files, Temporal's, and `postgres-home`."""


@dataclass(frozen=True)
class Addresses:
    """Where the servers are. Holds the database password: never show or log it whole."""

    database_url: str
    temporal_address: str
    temporal_ui: str | None
    web_port: int
    outside_database: bool = False  # then the address is not the owner's

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"


class StateFolder:
    """The paths of one state folder. Nothing is made before `create`."""

    def __init__(self, path: Path | str = ".canopy") -> None:
        self.path = Path(path).resolve()  # one spelling, because command lines are compared with it
        self.logs = self.path / "logs"
        self.temporal_db = self.path / "temporal.db"
        self.temporal_lock = self.path / "temporal.lock"
        self.supervisor_lock = self.path / "supervisor.lock"
        self._secrets = self.path / "secrets"
        self._stack = self.path / "stack.json"
        self._plan = self.path / "plan.json"
        self._addresses = self._secrets / "addresses.json"
        self._postgres_password = self._secrets / "postgres-password"
        self._elsewhere = self.path / "postgres-home"

    def create(self) -> None:
        """Make the folder with what must be in it. Raises StackError when we may not."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # PostgreSQL's own user must pass through to its data; it can list nothing and read no secret.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.logs, self._secrets):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as problem:
            raise StackError(f"cannot use the state folder {self.path}: {problem.strerror}") from problem

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def open_log(self, name: str) -> IO[bytes]:
        """The log of one process, to append to; a long one is set aside first as `.log.1`."""
        path = self.log(name)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > _LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def lock(self, path: Path) -> IO[bytes] | None:
        """Hold a lock file until the answer is closed by us and by every child that was given it. None: it is held."""
        file = path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def holds(self, lock: IO[bytes]) -> bool:
        """Whether the supervisor's lock is still this folder's: it is not when the folder was deleted, or made anew."""
        try:
            return os.path.samestat(os.fstat(lock.fileno()), self.supervisor_lock.stat())
        except FileNotFoundError:
            return False

    def read_stack(self) -> dict[str, Any]:
        return _read_json(self._stack)

    def write_stack(self, record: dict[str, Any]) -> None:
        write_atomically(self._stack, json.dumps(record, indent=1))

    def read_plan(self) -> dict[str, Any]:
        return _read_json(self._plan)

    def write_plan(self, plan: dict[str, Any]) -> None:
        write_atomically(self._plan, json.dumps(plan))

    def addresses(self) -> Addresses | None:
        """Where the servers of the running (or last) stack are; None before the first start."""
        found = _read_json(self._addresses)
        return Addresses(**found) if found else None

    def write_addresses(self, addresses: Addresses) -> None:
        write_atomically(self._addresses, json.dumps(asdict(addresses)))

    def postgres_password(self) -> str:
        """The owner's password, made at the first call."""
        path = self._postgres_password
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(24))
        return path.read_text()

    def known_postgres_password(self) -> str:
        """The password of data that are there. Raises StackError when it is gone: a new one would not open them."""
        if not self._postgres_password.exists():
            raise StackError(
                f"{self._postgres_password} is gone, without it nobody can enter the data in {self.postgres_home().data}: "
                "restore it, or move the data away to start with none"
            )
        return self.postgres_password()

    def home_elsewhere(self) -> Path | None:
        """The folder outside of this one that PostgreSQL's files are in, if they are. Raises StackError when we may not know."""
        try:
            return Path(self._elsewhere.read_text())
        except FileNotFoundError:
            return None
        except PermissionError as problem:
            raise StackError(f"{self.path} was set up by root: use it as root") from problem

    def postgres_home(self) -> PostgresHome:
        """Where PostgreSQL's files lie. As root, its user is made when missing, and a place that user may enter.

        Raises StackError when there is no such place, or when the data belong to another state folder.
        """
        recorded = self.home_elsewhere()
        if os.geteuid() != 0:
            if recorded is not None:
                raise self._set_up_by_root(recorded)
            return PostgresHome(self.path, None)
        home = recorded or self.path
        account = owner_of_data(home / "pg18") or system_account()
        aside: tuple[Path, ...] = ()
        if recorded is None and not may_enter(account, self.path):
            aside = set_aside(self.path)
            home = make_elsewhere()
        if home != self.path:
            self._settle(home)
        return PostgresHome(home, account, aside)

    def _settle(self, home: Path) -> None:
        # A copied state folder names the same place: two servers there would be one too many.
        if (first := self._first_owner(home)) is not None:
            raise StackError(f"{home} belongs to {first}: remove {self._elsewhere} to start {self.path} with no data")
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        own(home, self.path)
        write_atomically(self._elsewhere, str(home))

    def _first_owner(self, home: Path) -> Path | None:
        """The other state folder that we are a copy of; None when the data are ours."""
        first = owner_of_home(home) or self.path
        return first if first != self.path and (first / self._elsewhere.name).exists() else None

    def _set_up_by_root(self, home: Path) -> StackError:
        return StackError(f"{self.path} was set up by root, its data lie in {home}: start it as root")

    def erase(self) -> "Erased":
        """Delete the folder, and PostgreSQL's data where they lie elsewhere. What is not ours stays.

        Raises StackError while the stack runs, and when we may not.
        """
        home = self.home_elsewhere()
        if home is not None and os.geteuid() != 0:
            raise self._set_up_by_root(home)
        ours = home if home is not None and home.exists() and self._first_owner(home) is None else None
        deleted = [path for path in (ours, self.path) if path is not None] if self._is_state_folder() else []
        try:
            if deleted:
                self._erase(ours)
        except OSError as problem:
            raise StackError(f"cannot delete {problem.filename}: {problem.strerror}") from problem
        stays = {path for path in (home, self.path) if path is not None and path.exists()}
        return Erased(tuple(deleted), tuple(sorted(stays.union(former_homes(self.path)))))

    def _erase(self, home: Path | None) -> None:
        lock = self.lock(self.supervisor_lock)
        if lock is None:
            raise StackError(f"the stack in {self.path} runs: stop it with `canopy down`")
        with lock:
            if home is not None:
                erase_home(home)
            passing = [path.name for kept in _FILES for path in self.path.glob(f".{kept}.*")]  # of write_atomically
            temporal = [path.name for path in self.path.glob(f"{self.temporal_db.name}*")]
            # The record of the other place last, so that whoever is interrupted can do it again.
            erase(self.path, (*temporal, *FILES, *passing, *_FILES, self._elsewhere.name))

    def _is_state_folder(self) -> bool:
        """Whether something of ours was ever kept here: `--state` may name any folder."""
        signs = (self._stack, self._plan, self.supervisor_lock, self._elsewhere, self._secrets / "token-key")
        return any(sign.exists() for sign in (*signs, self._secrets / "app-password", self._postgres_password))


@dataclass(frozen=True)
class Erased:
    """What `StateFolder.erase` deleted, and what is still there: things of others, data of an earlier folder at this path."""

    deleted: tuple[Path, ...]
    left: tuple[Path, ...]


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old text or the new, never a half; only we may read it (0600)."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except PermissionError as problem:
        raise StackError(f"cannot read {path}: it belongs to another user") from problem
    return found
