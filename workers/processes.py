"""Operating-system processes and ports: who a process is, how it ends with us, and how it is ended.

A bare process id proves nothing, because ids are used again. A process is ours only when its start time is the one we
wrote down, or when its command line names our folder.
"""

import contextlib
import ctypes
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil  # type: ignore[import-untyped]

# Below the ranges from which Linux (32768) and macOS (49152) take ports for outgoing connections. A server's port in
# that range could be lost to a client that tries to reach the very server while it restarts.
_PORTS = range(15_000, 30_000)
_PR_SET_PDEATHSIG = 1


class StackError(Exception):
    """The embedded servers cannot start or stop. The message is one clear line for the person at the terminal."""


@dataclass(frozen=True)
class ProcessIdentity:
    """A process that cannot be taken for another: its id and its start (seconds since 1970)."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity | None":
        """The process that has this id now, or None when there is none."""
        with contextlib.suppress(psutil.Error):
            return cls(pid, float(psutil.Process(pid).create_time()))
        return None

    def is_alive(self) -> bool:
        """Whether this very process still runs; one that ended and waits to be collected does not."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            # Setting the machine's clock moves the computed start a little.
            same = abs(float(process.create_time()) - self.created) < 2.0
            return same and process.status() != psutil.STATUS_ZOMBIE
        return False

    def end(self, *signals: tuple[signal.Signals, float]) -> bool:
        """Send each signal in turn and wait its number of seconds, until the process is gone. False: it still runs."""
        for number, seconds in signals:
            if not self.is_alive():
                return True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if any(not self.is_alive() for _ in until(seconds, every=0.02)):
                return True
        return not self.is_alive()


def command_line(pid: int) -> tuple[str, ...]:
    """The arguments a living process was started with; empty when it is gone or may not be looked at."""
    with contextlib.suppress(psutil.Error):
        return tuple(psutil.Process(pid).cmdline())
    return ()


def dies_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """What a child must do before it becomes its program, so that it gets this signal when we die (Linux only).

    Elsewhere None: there the next start finds and ends what was left behind.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec as little as possible may happen
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # we died before the line above
            os._exit(1)

    return tie


def leave(code: int) -> NoReturn:
    """End this process here and now, without taking the interpreter down, when it used Temporal's library.

    Its threads may still be answering, and crash an interpreter that closes (temporalio/sdk-python issue 300): measured,
    half of the processes that ended right after a call did.
    """
    if "temporalio.bridge" in sys.modules:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
        os._exit(code)
    sys.exit(code)


def until(seconds: float, *, every: float) -> Iterator[None]:
    """Turns of a waiting loop: at once, then after each pause, for this long, and once more at the end."""
    end = time.monotonic() + seconds
    yield
    while time.monotonic() < end:
        time.sleep(every)
        yield


def free_port(*preferred: int | None) -> int:
    """A port on 127.0.0.1 that nobody listens on: the first preferred one that is free, or any."""
    for port in preferred:
        if port is not None and _is_free(port):
            return port
    for port in random.sample(_PORTS, 200):
        if _is_free(port):
            return port
    raise StackError(f"no free port on 127.0.0.1 between {_PORTS.start} and {_PORTS.stop - 1}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: connections of a server that just ended must not make its port look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a log on one line, for an error message; empty when there is no log."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines: Sequence[str] = file.read().decode(errors="replace").strip().splitlines()
        return " | ".join(line.strip() for line in lines[-count:])
    return ""
