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
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from workers.processes import StackError, until

POSTGRES_ACCOUNT = "canopy-pg"
ELSEWHERE = Path("/var/lib/canopy")
_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Account:
    """The user another program runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Addresses:
    """Where the servers are. Holds the database password: never show or log it whole."""

    database_url: str
    temporal_address: str
    temporal_ui: str | None
    web_port: int

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"


@dataclass(frozen=True)
class PostgresHome:
    """The folder of PostgreSQL's files, and the user who owns them (None: whoever runs us)."""

    path: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.path / "pg18"


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
        path = self._secrets / "postgres-password"
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(24))
        return path.read_text()

    def postgres_home(self) -> PostgresHome:
        """Where PostgreSQL's files lie. As root, its user is made when missing, and a place that user may enter.

        Raises StackError when there is no such place, or when the data belong to another state folder.
        """
        recorded = Path(self._elsewhere.read_text()) if self._elsewhere.exists() else None
        if os.geteuid() != 0:
            if recorded is not None:
                raise StackError(f"{self.path} was set up by root, its data lie in {recorded}: start it as root")
            return PostgresHome(self.path, None)
        home = recorded or self.path
        account = _owner_of(PostgresHome(home, None).data) or _account(POSTGRES_ACCOUNT)
        if recorded is None and not may_enter(account, self.path):
            home = ELSEWHERE / hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        if home != self.path:
            self._settle_elsewhere(home)
        return PostgresHome(home, account)

    def _settle_elsewhere(self, home: Path) -> None:
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        home.mkdir(mode=0o711, exist_ok=True)
        # A copied state folder names the same place: two servers there would be one too many.
        owner = home / "state-folder"
        first = Path(owner.read_text()) if owner.exists() else self.path
        if first != self.path and (first / self._elsewhere.name).exists():
            raise StackError(f"{home} belongs to {first}: remove {self._elsewhere} to start {self.path} with no data")
        write_atomically(owner, str(self.path))
        write_atomically(self._elsewhere, str(home))


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


def may_enter(account: Account, folder: Path) -> bool:
    """Whether that user can enter this folder: tried, because modes alone do not tell (groups, access lists)."""
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except PermissionError as problem:
        raise StackError(f"cannot read {path}: it belongs to another user") from problem
    return found


def _owner_of(data: Path) -> Account | None:
    """Data made before by a normal user stay that user's."""
    if not data.exists() or data.stat().st_uid == 0:
        return None
    found = pwd.getpwuid(data.stat().st_uid)
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _account(name: str) -> Account:
    """The system user of this name, made when missing. Raises StackError when that is not possible."""
    useradd = shutil.which("useradd")
    for _ in until(3, every=0.3):  # another stack may be making it at this moment
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
        if useradd is None:
            break
        subprocess.run(
            [
                useradd,
                "--system",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                name,
            ],
            capture_output=True,
            check=False,
        )
    raise StackError(f"PostgreSQL does not run as root: make a system user named {name}, or start as a normal user")
