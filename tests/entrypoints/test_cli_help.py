"""What `--help` says of every command people may give."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from rich.cells import cell_len

from domain.kernel import PersonalRole
from entrypoints.cli import run
from entrypoints.doing import offered
from entrypoints.fields import fields_of
from projections import READ_MODELS


def test_the_commands_are_listed_with_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["do", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in offered())
    assert "OpenCall" not in said


def test_every_command_shows_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    for name, command in offered().items():
        assert run(["do", name, "--help"]) == 0
        said = capsys.readouterr().out
        assert all(cell_len(line) <= 80 for line in said.splitlines()), name
        for field in fields_of(command):
            assert f"    {field.name}" in said, name
        assert (command.__doc__ or "").split(".")[0].split("\n")[0][:30] in said


def test_help_is_for_those_who_read_it_in_a_hurry(capsys: pytest.CaptureFixture[str]) -> None:
    run(["do", "SubmitApplication", "--help"])
    said = capsys.readouterr().out
    assert "    title: text; 1 to 200 characters\n" in said
    assert "    budget: list of objects; 1 to 200 items\n" in said
    assert "    indicators[].baseline: whole number\n" in said
    assert "May be refused: NotFound, CallNotOpen, Banned, NotEligible, TooManyProjects," in said
    assert "    answers[].value[].file_name: text; 1 to 200 characters\n" in said
    run(["do", "CompleteApplication", "--help"])
    assert "    budget[].item: text; 1 to 200 characters\n" in capsys.readouterr().out
    run(["do", "SubmitReview", "--help"])
    assert "    comment (optional): text; at most 4000 characters\n" in capsys.readouterr().out
    run(["do", "PublishProgramme", "--help"])
    said = capsys.readouterr().out
    assert "    rules.format: 2\n" in said
    assert "    rules.calendar: object\n" in said
    assert "    rules.calendar.holidays: list of dates, like 2018-03-05\n" in said
    assert "    rules.evaluation.pass_mark: whole number; 0 to 10000\n" in said
    run(["ask", "--help"])
    said = capsys.readouterr().out
    assert str(2**63 - 1) not in said
    assert re.search(r"round_funnel +批次漏斗: round, programme, stage, kind\n", said)
    for model in READ_MODELS:
        assert model.name in said
        assert all(name in said for name in model.question.filters)


@pytest.mark.parametrize("command", ["GrantRole", "EndRole"])
def test_only_roles_that_people_may_hold_are_offered(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(["do", command, "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"role: one of {', '.join(get_args(PersonalRole))} scope: " in said
