"""One child of the supervisor: started again when it dies, after a pause that grows with each death."""

import logging
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from workers.processes import ProcessIdentity, StackError
from workers.stack import SERVICE_SIGNALS, SIGNALS, ProcessStatus

log = logging.getLogger("supervisor")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds before a dead process is started again: doubled each time
_HEALTHY = 30.0  # seconds after which earlier deaths are forgotten


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Child:
    """One process that is started again when it dies, after a pause that grows with each death."""

    def __init__(self, name: str, launch: Callable[[], subprocess.Popen[bytes]], is_ready: Callable[[], bool]) -> None:
        self.status = ProcessStatus(name, since=now())
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.trouble = ""  # why it died last
        self._launch = launch
        self._is_ready = is_ready
        self._changed_at = 0.0
        self._start_at = 0.0

    def adopt(self, process: subprocess.Popen[bytes]) -> None:
        """Look after a process that was just started."""
        self.process = process
        identity = ProcessIdentity.of(process.pid)
        self.status = replace(self.status, pid=process.pid, created=identity.created if identity else None)
        self._become("starting")

    def watch(self) -> bool:
        """Look once, do what is due. True when something changed."""
        before = self.status
        if self.process is None:
            if time.monotonic() >= self._start_at:
                self._try_start()
        elif (code := self.process.poll()) is not None:
            self._pause(f"ended with {code}")
        elif before.state == "starting" and self._is_ready():
            self._become("running")
        elif self.deaths and before.state == "running" and time.monotonic() - self._changed_at > _HEALTHY:
            self.deaths = 0
        return self.status != before

    def end(self) -> None:
        """Send the first signal; `wait_end` sees to the rest."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self._signals[0][0])

    def wait_end(self) -> None:
        for number, seconds in self._signals:
            if self.process is None or self.process.poll() is not None:
                break
            self.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self._become("stopped")

    @property
    def _signals(self) -> tuple[tuple[signal.Signals, float], ...]:
        return SIGNALS.get(self.status.name, SERVICE_SIGNALS)

    def _try_start(self) -> None:
        try:
            process = self._launch()
        except (StackError, OSError) as problem:
            self._pause(str(problem))
        else:
            self.status = replace(self.status, restarts=self.status.restarts + (1 if self.deaths else 0))
            self.adopt(process)

    def _pause(self, reason: str) -> None:
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self.deaths) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
        log.warning("%s %s, starting again in %.1f s", self.status.name, reason, pause)
        self.process = None
        self.trouble = reason
        self.deaths += 1
        self._start_at = time.monotonic() + pause
        self._become("waiting")

    def _become(self, state: str) -> None:
        self._changed_at = time.monotonic()
        self.status = replace(self.status, state=state, since=now())
