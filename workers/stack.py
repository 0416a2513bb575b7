"""The embedded stack of one state folder, seen from outside: start it, stop it, look at it.

`canopy up`, `down` and `status` call these. The processes themselves are looked after by workers/supervisor.py, which
runs on its own and writes what it does into `stack.json`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from workers import postgres, temporal
from workers.processes import ProcessIdentity, StackError, command_line, last_lines, until
from workers.state_folder import StateFolder

WEB_PORT: Final = 8787
ALREADY_HELD: Final = 75  # the supervisor's exit code when another one has the folder

# The signals that end a process well, each with the seconds it gets.
SIGNALS: Final[Mapping[str, tuple[tuple[signal.Signals, float], ...]]] = {
    "postgres": postgres.STOP,
    "temporal": temporal.STOP,
}
SERVICE_SIGNALS: Final = ((signal.SIGTERM, 35.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True)
class Service:
    """A process of ours: `command` is run with `--state FOLDER` after it."""

    name: str
    command: tuple[str, ...]
    listens: bool = False  # on the web port of `StateFolder.addresses()`, and is ready only then


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-u", "-m", name)


PREPARE: Final = _module("workers.prepare")
SERVICES: Final = (
    Service("stories", _module("workers.stories")),
    Service("views", _module("workers.views")),
    Service("waker", _module("workers.waker")),
    Service("web", _module("workers.web"), listens=True),
)


@dataclass(frozen=True)
class Plan:
    """What the supervisor is asked to run. Kept in the state folder (0600), because `ps` shows everyone's arguments."""

    outside_database: str | None = None
    outside_temporal: str | None = None
    web_port: int | None = None
    prepare: tuple[str, ...] = PREPARE
    services: tuple[Service, ...] = SERVICES

    @classmethod
    def read(cls, state: StateFolder) -> "Plan":
        found = state.read_plan()
        if not found:
            return cls()
        services = tuple(Service(**(service | {"command": tuple(service["command"])})) for service in found["services"])
        return cls(**(found | {"prepare": tuple(found["prepare"]), "services": services}))


@dataclass(frozen=True)
class ProcessStatus:
    """One process: `state` is starting, running, waiting (to be started again), stopped or gone."""

    name: str
    pid: int | None = None
    created: float | None = None  # start of the process, seconds since 1970; with pid, its identity
    state: str = "starting"
    since: str = ""  # when it came into this state, ISO 8601 UTC
    restarts: int = 0

    def is_alive(self) -> bool:
        return self.pid is not None and self.created is not None and ProcessIdentity(self.pid, self.created).is_alive()


@dataclass(frozen=True)
class StackStatus:
    """The stack of one state folder: `phase` is new, starting, running, stopping, stopped, failed or killed."""

    state_folder: str
    log: str
    phase: str = "new"
    running: bool = False  # whether the supervisor lives
    supervisor: ProcessStatus = field(default_factory=lambda: ProcessStatus("supervisor"))
    since: str = ""
    steps: tuple[str, ...] = ()  # of starting, begun so far
    error: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)  # taken again at the next start when they are free
    database: str | None = None  # shown to people: without password
    postgres_data: str | None = None  # None: the database is outside
    set_aside: tuple[str, ...] = ()  # where the data of a deleted state folder lie, found at this start
    temporal: str | None = None
    temporal_ui: str | None = None
    web: str | None = None
    processes: tuple[ProcessStatus, ...] = ()

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "StackStatus":
        return cls(
            **record
            | {
                "supervisor": ProcessStatus(**record["supervisor"]),
                "steps": tuple(record["steps"]),
                "set_aside": tuple(record.get("set_aside", ())),
                "processes": tuple(ProcessStatus(**process) for process in record["processes"]),
            }
        )


def stack_status(state: StateFolder) -> StackStatus:
    """What runs now: what the supervisor wrote, checked against the living processes."""
    try:
        written = StackStatus.from_record(state.read_stack())
    except (KeyError, TypeError):  # nothing written yet, or by another version
        return StackStatus(state_folder=str(state.path), log=str(state.log("supervisor")))
    if written.supervisor.is_alive():
        return replace(written, running=True)
    phase = written.phase if written.phase in {"stopped", "failed"} else "killed"
    processes = tuple(
        process if process.state == "stopped" or process.is_alive() else replace(process, state="gone")
        for process in written.processes
    )
    return replace(written, running=False, phase=phase, processes=processes)


def start_stack(
    state: StateFolder,
    *,
    outside_database: str | None = None,
    outside_temporal: str | None = None,
    web_port: int | None = None,
    prepare: tuple[str, ...] = PREPARE,
    services: tuple[Service, ...] = SERVICES,
    on_step: Callable[[str], None] | None = None,
    timeout: float = 120.0,
) -> StackStatus:
    """Start the stack and wait until it is ready; when it runs already, say how it is.

    `on_step` hears the name of each step as it begins: "already running", "postgres", "prepare", "temporal", "services".
    `web_port` is preferred, like the port of the last time. `timeout` is in seconds. Raises StackError: one line that
    ends with the path of the log.
    """
    state.create()
    say = on_step or (lambda _: None)
    status = stack_status(state)
    if status.running and status.phase == "running":
        say("already running")
        return status
    if (
        status.running
        and status.phase != "starting"
        and all(status.supervisor.is_alive() for _ in until(60, every=0.05))
    ):
        raise StackError(f"the stack is still stopping (log: {status.log})")
    launched: subprocess.Popen[bytes] | None = None
    if not status.supervisor.is_alive():
        state.write_plan(asdict(Plan(outside_database, outside_temporal, web_port, prepare, services)))
        launched = _launch_supervisor(state)
    return _wait_ready(state, launched, say, timeout)


def _wait_ready(
    state: StateFolder, launched: subprocess.Popen[bytes] | None, say: Callable[[str], None], timeout: float
) -> StackStatus:
    heard = 0
    for _ in until(timeout, every=0.05):
        code = launched.poll() if launched else None
        status = stack_status(state)
        if launched is None or status.supervisor.pid == launched.pid:  # else it has not written anything yet
            for step in status.steps[heard:]:
                say(step)
            heard = len(status.steps)
            if status.running and status.phase == "running":
                _let_live(launched)
                return status
            if status.phase == "failed":
                if launched is not None:
                    launched.wait()  # it has written its last word
                raise StackError(f"{status.error} (log: {status.log})")
        if code == ALREADY_HELD:
            launched = None  # somebody else started it at the same moment: wait for theirs
        elif code is not None or (launched is None and not status.running):
            reason = status.error or last_lines(state.log("supervisor"), 1)
            raise StackError(f"the stack stopped while starting: {reason} (log: {state.log('supervisor')})")
    _let_live(launched)
    raise StackError(
        f"the stack is not ready after {timeout:.0f} s, it goes on trying (log: {state.log('supervisor')})"
    )


def stop_stack(state: StateFolder, *, timeout: float = 120.0) -> list[str]:
    """Stop the stack, in the other order than it started, and wait. Gives one line per thing done.

    `timeout` is in seconds. Raises StackError when the supervisor is another user's or does not stop.
    """
    status = stack_status(state)
    supervisor = status.supervisor
    if not status.running or supervisor.pid is None or supervisor.created is None:
        return end_left_behind(state) or [f"nothing runs in {state.path}"]
    try:
        os.kill(supervisor.pid, signal.SIGTERM)
    except PermissionError as problem:
        raise StackError(f"the stack in {state.path} was started by another user") from problem
    except ProcessLookupError:
        pass
    if all(supervisor.is_alive() for _ in until(timeout, every=0.05)):
        raise StackError(f"the supervisor (process {supervisor.pid}) is still stopping (log: {status.log})")
    done = [
        f"stopped {process.name} (process {process.pid})"
        for process in reversed(stack_status(state).processes)
        if process.state == "stopped" and process.pid is not None
    ]
    return [*done, *end_left_behind(state), f"stopped the supervisor (process {supervisor.pid})"]


def end_left_behind(state: StateFolder) -> list[str]:
    """End the processes that a killed supervisor left. Gives one line per process; raises StackError if one stays.

    A process is ended only when it has the id and start time written down and its command line names our folder.
    """
    done = []
    status = stack_status(state)
    folders = {str(state.path), str(Path(status.postgres_data or state.path))}
    for process in reversed(status.processes):
        if process.pid is None or process.created is None or not process.is_alive():
            continue
        if not any(folder in part for part in command_line(process.pid) for folder in folders):
            continue
        signals = SIGNALS.get(process.name, SERVICE_SIGNALS)
        if not ProcessIdentity(process.pid, process.created).end(*signals):
            raise StackError(f"{process.name} (process {process.pid}), left by a killed supervisor, does not stop")
        done.append(f"ended {process.name} (process {process.pid}), left by a killed supervisor")
    return done


def shown(database_url: str) -> str:
    """A database address for people: host, port and name, never the password."""
    import psycopg  # late: it takes 0.1 s

    try:
        parts = psycopg.conninfo.conninfo_to_dict(database_url)
    except psycopg.ProgrammingError:  # which would quote it
        return "as configured"
    return f"{parts.get('host') or 'local'}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


def _launch_supervisor(state: StateFolder) -> subprocess.Popen[bytes]:
    with state.open_log("supervisor") as log:
        return subprocess.Popen(
            [*_module("workers.supervisor"), "--state", str(state.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parent.parent,  # so that it finds the packages in a clone, too
            start_new_session=True,  # it outlives the terminal
        )


def _let_live(launched: subprocess.Popen[bytes] | None) -> None:
    """Tell Python that this child is meant to outlive us; it would warn when the object goes."""
    if launched is not None and launched.poll() is None:
        launched.returncode = 0
