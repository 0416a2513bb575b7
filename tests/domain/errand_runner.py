"""Another process that uses the event store: python -m tests.domain.errand_runner <what> <url> <argument>."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from domain.event_store import EventStore
from domain.kernel import SYSTEM
from tests.domain.errands import FillPurse, Note, Spend, errands_known, new_id


def write(url: str, who: str) -> None:
    """Fifty commands, each of one to three events."""
    with EventStore(url) as store:
        for number in range(50):
            command = Note(errand=f"{who}-{number % 5}", text="x", times=1 + number % 3)
            store.do(command, by=SYSTEM, command_id=f"{who}-{number}")


def once(url: str, command_id: str) -> None:
    """One command that may be on its way already."""
    with EventStore(url) as store:
        store.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id=command_id)


def die(url: str, when: str) -> None:
    """Killed in the middle of a command: before the append, or after it and before the answer is out."""
    append = EventStore._append

    def deadly(*arguments: Any) -> None:
        if when == "after":
            append(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    EventStore._append = deadly  # type: ignore[method-assign, assignment]
    once(url, "deadly")


def fill(url: str, command_ids: str) -> None:
    """Commands without end, their ids said aloud when they are acknowledged."""
    with EventStore(url) as store:
        for number in range(100_000):
            store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id=f"{command_ids}-{number}")
            print(number, flush=True)  # noqa: T201  read by the test


def contend(url: str, _: str) -> None:
    """Thirty commands on one stream that others write too."""
    with EventStore(url) as store:
        for _number in range(30):
            store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id=new_id())


if __name__ == "__main__":
    with errands_known():
        globals()[sys.argv[1]](*sys.argv[2:])
