"""Keeps the read models up to date with the event store.

    python -m workers.views --state DIR

Trouble with PostgreSQL is waited out; a read model that fails is logged and left behind, and the others go on. Any number of
these processes may run: each batch is taken once.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from typing import Any

import psycopg

import bootstrap
from workers.processes import StackError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0


def run(canopy: bootstrap.Canopy, stop: threading.Event, log: Any) -> None:
    """Follow until told to stop."""
    pause = _FIRST_PAUSE
    while not stop.is_set():
        began = time.monotonic()
        try:
            with canopy.store(connections=2) as store, canopy.views() as views:
                log.info("following")
                views.follow(store, stop)
        except (psycopg.Error, StackError, OSError) as trouble:
            log.warning("trouble, trying again", error=str(trouble).strip(), seconds=pause)
        except Exception:
            # A read model's own failure is dealt with where it happens; whatever else it is, the others still wait for us.
            log.exception("failure, trying again", seconds=pause)
        else:
            return
        if time.monotonic() - began > _LONGEST_PAUSE:
            pause = _FIRST_PAUSE
        stop.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="workers.views", description=__doc__)
    parser.add_argument("--state")
    canopy = bootstrap.load(parser.parse_args().state)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(canopy, stop, bootstrap.start_logging("views"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
