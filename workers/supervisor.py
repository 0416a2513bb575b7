"""The parent of the embedded stack: `python -m workers.supervisor --state FOLDER`.

Boots PostgreSQL → prepare (migrations) → Temporal → services, starts again what dies, and stops in the other order.
One thread and no waiting on any one child, so the order of things is the order of the lines.
"""

import argparse
import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import IO, Any

from workers.child import Child, now
from workers.postgres import PostgresServer
from workers.processes import (
    ProcessIdentity,
    StackError,
    dies_with_us,
    free_port,
    is_listening,
    last_lines,
    leave,
    until,
)
from workers.stack import (
    ALREADY_HELD,
    SIGNALS,
    WEB_PORT,
    Plan,
    ProcessStatus,
    Service,
    StackStatus,
    end_left_behind,
    shown,
    stack_status,
)
from workers.state_folder import Addresses, StateFolder
from workers.temporal import TemporalServer, prepare_namespace

log = logging.getLogger("supervisor")

_BOOT_DEATHS = 3  # a service that dies so often while we boot will not get better
_BOOT_SECONDS = 60.0  # for each server or group of services to get ready


class Stopping(Exception):
    """Somebody asked us to stop while we were starting."""


class Supervisor:
    """Runs the plan of one state folder until told to stop."""

    def __init__(self, state: StateFolder, plan: Plan, lock: IO[bytes]) -> None:
        self.state = state
        self.plan = plan
        self.lock = lock
        self.children: list[Child] = []
        self.stopping = False
        self._postgres: PostgresServer | None = None
        self._temporal: TemporalServer | None = None
        self._addresses: Addresses | None = None
        me = ProcessIdentity.of(os.getpid())
        self._status = StackStatus(
            state_folder=str(state.path),
            log=str(state.log("supervisor")),
            phase="starting",
            supervisor=ProcessStatus("supervisor", os.getpid(), me.created if me else None, "running", now()),
            since=now(),
            ports=stack_status(state).ports,
        )

    def run(self) -> int:
        """Boot, watch, stop. Gives the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            for line in end_left_behind(self.state):
                log.warning(line)
            self._record()
            self._boot()
            while not self.stopping and self.state.holds(self.lock):
                self._watch()
                time.sleep(0.1)
        except Stopping:
            pass
        except StackError as problem:
            log.error("%s", problem)  # noqa: TRY400 (its message is all there is to know)
            self._stop("failed", str(problem))
            return 1
        self._stop("stopped")
        return 0

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _boot(self) -> None:
        begun = time.monotonic()
        if self.plan.outside_database is None:
            self._step("postgres")
            self._boot_postgres()
        self._choose_addresses()
        self._step("prepare")
        self._prepare()
        if self._temporal is not None:
            self._step("temporal")
            self._boot_temporal(self._temporal)
        self._step("services")
        for service in self.plan.services:
            self.children.append(self._child_for(service))
        self._wait_ready(self.children)
        self._record(phase="running", since=now())
        log.info("ready after %.1f s", time.monotonic() - begun)

    def _boot_postgres(self) -> None:
        postgres = self._postgres = PostgresServer(self.state, port=self._status.ports.get("postgres"))
        postgres.start()
        assert postgres.process is not None
        child = Child("postgres", postgres.launch, postgres.is_ready)
        child.adopt(postgres.process)
        self.children.append(child)
        for home in postgres.home.set_aside:
            log.warning("a folder that was here was deleted with its data's password: they are set aside in %s", home)
        self._record(postgres_data=str(postgres.home.data), set_aside=tuple(map(str, postgres.home.set_aside)))

    def _boot_temporal(self, temporal: TemporalServer) -> None:
        child = Child("temporal", temporal.launch, temporal.is_ready)
        child.adopt(temporal.launch())
        self.children.append(child)
        self._wait_ready([child])
        prepare_namespace(temporal.address)

    def _choose_addresses(self) -> None:
        """Write down where everything is or will be: the prepare step and the services read it from the folder."""
        ports = dict(self._status.ports)
        if self.plan.outside_temporal is None:
            temporal = TemporalServer(self.state, port=ports.get("temporal"), ui_port=ports.get("temporal_ui"))
            self._temporal = temporal
            ports |= {"temporal": temporal.port, "temporal_ui": temporal.ui_port}
        if self._postgres is not None:
            ports["postgres"] = self._postgres.port
        ports["web"] = free_port(self.plan.web_port, ports.get("web"), WEB_PORT)
        if self.plan.web_port not in {None, ports["web"]}:
            raise StackError(f"port {self.plan.web_port} is in use: choose another one for the web pages")
        found = Addresses(
            database_url=self.plan.outside_database or (self._postgres.owner_url() if self._postgres else ""),
            temporal_address=self.plan.outside_temporal or (self._temporal.address if self._temporal else ""),
            temporal_ui=self._temporal.ui if self._temporal else None,
            web_port=ports["web"],
            outside_database=self.plan.outside_database is not None,
        )
        self.state.write_addresses(found)
        self._record(
            ports=ports,
            database=shown(found.database_url),
            temporal=found.temporal_address,
            temporal_ui=found.temporal_ui,
            web=found.web,
        )

    def _prepare(self) -> None:
        """Run the migrations. Raises StackError with the last line they wrote when they fail."""
        process = self._popen("prepare", self.plan.prepare)
        while process.poll() is None:
            if self.stopping:
                process.terminate()
                process.wait()
                raise Stopping
            time.sleep(0.02)
        if process.returncode != 0:
            raise StackError(f"preparing failed: {last_lines(self.state.log('prepare'), 1)}")

    def _child_for(self, service: Service) -> Child:
        def is_ready() -> bool:
            return not service.listens or is_listening(self._status.ports["web"])

        return Child(service.name, lambda: self._popen(service.name, service.command), is_ready)

    def _popen(self, name: str, command: Iterable[str]) -> subprocess.Popen[bytes]:
        with self.state.open_log(name) as output:
            return subprocess.Popen(
                [*command, "--state", str(self.state.path)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=Path(__file__).parent.parent,  # so that it finds the packages in a clone, too
                start_new_session=True,  # Ctrl-C in a terminal is for us: we stop things in order
                umask=0o077,
                preexec_fn=dies_with_us(signal.SIGTERM),  # noqa: PLW1509 (one system call, looked up beforehand)
            )

    def _wait_ready(self, children: list[Child]) -> None:
        for _ in until(_BOOT_SECONDS, every=0.02):
            if self.stopping:
                raise Stopping
            self._watch()
            for child in children:
                if child.deaths >= _BOOT_DEATHS:
                    name = child.status.name
                    raise StackError(f"{name} {child.trouble}: {last_lines(self.state.log(name), 1)}")
            if all(child.status.state == "running" for child in children):
                return
        waiting = ", ".join(child.status.name for child in children if child.status.state != "running")
        raise StackError(f"not ready after {_BOOT_SECONDS:.0f} s: {waiting}")

    def _watch(self) -> None:
        changed = [child.watch() for child in self.children]
        if any(changed):
            self._record()

    def _stop(self, phase: str, error: str | None = None) -> None:
        """Services together, then Temporal, then PostgreSQL: the other order than we started."""
        if not self.state.holds(self.lock):
            log.warning("%s was deleted: stopping", self.state.path)
        self._record(phase="stopping", since=now())
        for child in reversed(self.children):
            if child.status.name not in SIGNALS:
                child.end()
        for child in reversed(self.children):
            child.wait_end()
            self._record()
        if self._postgres is not None:
            self._postgres.stop()  # takes a socket folder in a temporary place away
        me = replace(self._status.supervisor, state="stopped", since=now())
        self._record(phase=phase, since=now(), error=error, supervisor=me)

    def _step(self, name: str) -> None:
        if self.stopping:
            raise Stopping
        self._record(steps=(*self._status.steps, name))

    def _record(self, **changes: Any) -> None:
        self._status = replace(self._status, processes=tuple(child.status for child in self.children), **changes)
        # Deleted while we ran, the folder may be another supervisor's by now: nothing of ours is written there.
        if self.state.holds(self.lock):
            self.state.write_stack(asdict(self._status))


def main() -> int:
    """Run the supervisor of one folder in the foreground. Gives the exit code; 75 when another one has the folder."""
    parser = argparse.ArgumentParser(prog="workers.supervisor", description=__doc__)
    parser.add_argument("--state", default=".canopy", help="the state folder")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    state = StateFolder(parser.parse_args().state)
    try:
        state.create()
        lock = state.lock(state.supervisor_lock)
        if lock is None:
            log.error("another supervisor runs in %s", state.path)
            return ALREADY_HELD
        with lock:
            return Supervisor(state, Plan.read(state), lock).run()
    except StackError as problem:
        log.error("%s", problem)  # noqa: TRY400 (its message is all there is to know)
        return 1


if __name__ == "__main__":
    leave(main())
