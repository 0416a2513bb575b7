"""A views process for the tests, to be killed: python -m tests.projections.runner <url> <events in a batch>."""

from __future__ import annotations

import sys
import threading

from domain.event_store import EventStore
from projections.views import Views


def main(url: str, batch: str) -> None:
    with EventStore(url) as store, Views(url, batch=int(batch)) as views:
        print("following", flush=True)  # noqa: T201  the test waits for it
        views.follow(store, threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
