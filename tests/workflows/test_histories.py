"""Every story ever recorded replays on today's code: a change that would break a running one fails here."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.record_histories import HISTORIES, JOURNEYS
from workflows.project import ProjectLife
from workflows.round import RoundLife

FILES = sorted(HISTORIES.glob("*.json"))


def text_of(file: Path) -> str:
    return file.read_text()


def test_each_journey_is_recorded_with_both_stories() -> None:
    recorded = {(file.stem.rpartition("-")[0].rpartition("-")[0], file.stem.rpartition("-")[2]) for file in FILES}
    assert recorded >= {(name, story) for name in JOURNEYS for story in ("ProjectLife", "RoundLife")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_recorded_story_replays(file: Path) -> None:
    history = WorkflowHistory.from_json("replayed", text_of(file))
    replayer = Replayer(workflows=[ProjectLife, RoundLife], data_converter=pydantic_data_converter)
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    assert result.replay_failure is None


def test_no_story_comes_near_temporals_limits() -> None:
    for file in FILES:
        events = WorkflowHistory.from_json("counted", file.read_text()).events
        assert len(events) < 200, file.name
