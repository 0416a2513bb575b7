"""Hearing that something was recorded. A hint and no more: whoever waits looks again by themselves before long."""

from __future__ import annotations

import threading

import psycopg

POLL_SECONDS = 1.0
"""How long a lost hint can go unnoticed."""


class News:
    """One listening connection for a whole process, opened when somebody first waits and again whenever it breaks.

    `heard` grows with every hint (an event recorded, the clock changed), so that none is lost between looking and waiting.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self.heard = 0

    def wait(self, heard: int, seconds: float) -> None:
        """Return when `heard` has grown, or after the time, or after POLL_SECONDS, whichever comes first."""
        with self._changed:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._listen, name="canopy-news", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self.heard > heard, min(seconds, POLL_SECONDS))

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join(5)

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute("LISTEN canopy_events")
                    connection.execute("LISTEN canopy_clock")
                    self._announce()  # whatever came before we listened
                    while not self._closed.is_set():
                        for _ in connection.notifies(timeout=0.2, stop_after=1):
                            self._announce()
            except psycopg.OperationalError:
                self._closed.wait(0.5)  # the server is away; waiters poll meanwhile

    def _announce(self) -> None:
        with self._changed:
            self.heard += 1
            self._changed.notify_all()
