"""Every role × every command × every stage, tried against the domain and held against the written table."""

from typing import get_args

import pytest

from domain.kernel import COMMANDS, STORY
from domain.project import Project, Stage
from domain.reserve import CloseReserve
from domain.round import Round, RoundStage
from tests.domain.permission_cells import (
    PARTS,
    WISHES,
    Answer,
    Part,
    cells,
    label,
    permission_of,
    stage_of,
)
from tests.domain.permission_lives import happened, line_of, stage_in
from tests.domain.permissions import PERMISSIONS

MISSING = Answer(changes=False, refusal="RoleMissing", rule="commands.admit")
NO_PROJECT = "NotFound"
"""Where nothing was handed in, there are no rules yet that could name another role."""


def test_every_stage_and_every_command_is_tried() -> None:
    stages = {part.kind: {stage_of(column) for column in part.stages} for part in PARTS}
    assert stages[Project] == set(get_args(Stage))
    assert stages[Round] == set(get_args(RoundStage))
    assert {type(wish.command).__name__ for wish in WISHES.values()} == set(COMMANDS)
    assert {line_of(wish.command) for wish in WISHES.values()} == set(PERMISSIONS)
    assert len(WISHES) == sum(len(part.wishes) for part in PARTS)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.kind.kind)
def test_the_example_of_a_stage_is_in_that_stage(part: Part) -> None:
    """And what is tried there is tried on it."""
    subjects = {command.subject for command, _ in part.wishes}
    for column, worlds in part.stages.items():
        stages = {stage_in(world.get(part.kind, id_)) for world in worlds for id_ in subjects}
        assert stages == {stage_of(column)}, column


@pytest.mark.parametrize("line", WISHES)
def test_every_role_that_is_not_in_the_table_is_refused_in_every_stage_by_the_one_rule_for_roles(line: str) -> None:
    wish = WISHES[line]
    for (role, column), found in cells(line).items():
        no_project = wish.part.kind is Project and column == "" and found.refusal == NO_PROJECT
        if role not in permission_of(wish.command).roles:
            assert found == MISSING or no_project, (role, column)


@pytest.mark.parametrize("line", WISHES)
def test_a_role_in_the_table_is_never_refused_for_its_role_and_changes_something_in_its_stages_only(line: str) -> None:
    permission = permission_of(WISHES[line].command)
    for (role, column), found in cells(line).items():
        if role in permission.roles:
            assert found.refusal != "RoleMissing", (role, column)
            assert not found.changes or stage_of(column) in permission.stages, (role, column)


def test_stories_and_people_never_do_each_others_work() -> None:
    """But a reserve is closed by either: by its officer, or when its days are over."""
    for _, command, by in WISHES.values():
        if not isinstance(command, CloseReserve):
            assert ("story" in permission_of(command).roles) == (by == STORY), label(command)


def test_whatever_happens_in_a_life_is_in_the_table() -> None:
    for line, seen in happened().items():
        for role, stage in seen:
            assert role in PERMISSIONS[line].roles, line
            assert stage in PERMISSIONS[line].stages, (line, stage)


@pytest.mark.parametrize("line", PERMISSIONS)
def test_every_command_is_seen_to_change_something_in_some_life(line: str) -> None:
    """So that no permission is written down that nobody could ever use."""
    tried = (found for name in WISHES if line_of(WISHES[name].command) == line for found in cells(name).values())
    assert line in happened() or any(found.changes for found in tried)
