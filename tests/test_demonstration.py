"""The README's first command, as a newcomer types it, with the plug pulled at every turn: the totals stay exact."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bootstrap
from workers.stack import stack_status, stop_stack
from workers.state_folder import StateFolder

PUBLISHED = {
    "rounds": 3,
    "disbursed_fen": 123_000_000,
    "organisations": 31,
    "projects": 62,
    "fields": 7,
    "activities": 1_022,
    "people_served": 13_899,
}


class Canopy:
    """The command line on one state folder."""

    def __init__(self, folder: Path) -> None:
        self.state = StateFolder(folder)
        self.folder = folder

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "entrypoints.cli", *arguments, "--state", str(self.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=Path(__file__).parent.parent,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "LANG": "en_GB.UTF-8"},
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=280)
        assert process.returncode == 0, output
        return output

    def rows(self, model: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.run("ask", model, "--json"))
        return rows

    def kill(self, name: str) -> None:
        status = stack_status(self.state)
        process = next(each for each in (status.supervisor, *status.processes) if each.name == name)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)

    async def story(self, id_: str) -> str:
        """The status of a story in Temporal."""
        client = await bootstrap.load(self.folder).temporal()
        described = await client.get_workflow_handle(id_).describe()
        assert described.status is not None
        return described.status.name

    def stop(self) -> None:
        stop_stack(self.state)


@pytest.fixture
def canopy() -> Iterator[Canopy]:
    folder = Path(tempfile.mkdtemp(prefix="canopy demonstration "))
    installation = Canopy(folder)
    yield installation
    installation.stop()
    shutil.rmtree(folder)


def until(demo: subprocess.Popen[str], date: str) -> None:
    """Read what the demonstration says until it has come to a date."""
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        words = line.split()
        if len(words) > 1 and words[0].endswith("%") and words[1] >= date:
            return
    pytest.fail(f"the demonstration ended before {date}:\n{said}")


def test_three_rounds_reach_the_published_totals_whatever_is_killed_on_the_way(canopy: Canopy) -> None:
    demo = canopy.start("demo")
    with demo:
        for date, victim in (
            ("2018-03-01", "stories"),
            ("2018-04-02", "postgres"),
            ("2018-05-01", "temporal"),
            ("2018-07-01", "waker"),
            ("2018-10-01", "views"),
            ("2019-02-01", "web"),
        ):
            until(demo, date)
            canopy.kill(victim)
        until(demo, "2019-05-02")
        canopy.kill("supervisor")
        demo.kill()
    # Temporal's database is lost as well: the event store alone knows what has to run.
    canopy.stop()
    for left in canopy.folder.glob("temporal.db*"):
        left.unlink()

    canopy.run("up")
    canopy.run("reconcile")
    ended = canopy.run("demo")

    (totals,) = canopy.rows("programme_totals")
    assert PUBLISHED.items() <= totals.items()
    assert sum(row["disbursed_fen"] for row in canopy.rows("round_totals")) == PUBLISHED["disbursed_fen"]
    assert the_last_act_in(ended) == the_last_act_in(canopy.run("demo"))
    assert "%" not in canopy.run("demo"), "said again, it plays nothing and shows the totals"
    canopy.run("rebuild", "programme_totals")
    assert canopy.rows("programme_totals") == [totals]
    the_newcomer_closes_the_last_round(canopy, the_last_act_in(ended))
    assert canopy.rows("programme_totals") == [totals]
    assert "%" not in (again := canopy.run("demo"))
    assert "CloseRound" not in again


def the_last_act_in(output: str) -> list[str]:
    """The arguments of the command that the demonstration ends with."""
    program, *arguments = shlex.split(output.splitlines()[-1])
    assert program == "canopy"
    return arguments


def the_newcomer_closes_the_last_round(canopy: Canopy, command: list[str]) -> None:
    """As the demonstration suggests; until then it was the only duty, and its story lived on in the normal server."""
    (duty,) = canopy.rows("duties")
    assert (duty["kind"], duty["round"], duty["role"]) == ("closing", "fenghua-2020", "officer")
    assert command[:4] == ["do", "CloseRound", "--as", "chen-wei"]
    assert asyncio.run(canopy.story("round:fenghua-2020")) == "RUNNING"
    assert "closed the round" in canopy.run(*command)
    assert canopy.rows("duties") == []
    for _ in range(100):
        if asyncio.run(canopy.story("round:fenghua-2020")) == "COMPLETED":
            return
        time.sleep(0.1)
    pytest.fail("the story of the round did not end")
