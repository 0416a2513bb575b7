"""Every role × every command × every stage, tried against the domain and held against the written table."""

from collections.abc import Mapping
from typing import get_args
from unittest.mock import patch

import pytest

from domain.commands import admit
from domain.kernel import COMMANDS, STORY, Actor, Command, Event
from domain.project import Project, Stage
from domain.recusal import GrantUnansweredRecusal
from domain.reserve import CloseReserve
from domain.round import Round, RoundStage
from domain.slot import RecordAbsence
from domain.suspension import ResumeProject, SuspendProject
from tests.controls import PROJECT, extend, lin, on
from tests.delivering import a_self_assessment, a_silent_mid_term
from tests.domain import test_recusal
from tests.domain.closing_in_days import begun
from tests.domain.golden_events import LIVES
from tests.domain.permission_cells import (
    PARTS,
    WISHES,
    Answer,
    Part,
    cells,
    label,
    line_of,
    permission_of,
    stage_in,
    stage_of,
)
from tests.domain.permissions import PERMISSIONS
from tests.domain.test_deadlines import ASKED
from tests.domain.test_eligibility import C7, RETURN
from tests.domain.test_slot import a_drawn_session
from tests.ending import a_change, a_clawback, a_coaching
from tests.situations import a_concluded_agreement
from tests.world import World, given, put

_SUSPEND = SuspendProject(project=PROJECT, reason="Under inquiry.")
MORE_LIVES = (
    (
        a_concluded_agreement(),
        put(_SUSPEND, by=lin),
        put(ResumeProject(project=PROJECT, reason="All is well."), by=lin),
    ),
    (
        test_recusal.RULES,
        test_recusal.a_request(),
        put(GrantUnansweredRecusal(project=PROJECT, person="wang"), by=STORY, at=test_recusal.DUE),
    ),
    (*C7, put(RETURN, by=lin), put(extend("completion", "04-01"), by=lin)),
    (ASKED, put(extend("recusal", "04-02", part="wang"), by=lin)),
    (a_self_assessment(), put(extend("mid-term-review", "07-07"), by=lin)),
    (a_silent_mid_term(), put(extend("mid-term-notice", "07-10"), by=lin)),
    (a_change(plan="Thirty afternoons."), put(extend("change", "05-19", part="later"), by=lin)),
    (a_coaching(), put(extend("follow-up", "06-19", part="lists"), by=lin)),
    (a_clawback(), put(extend("repayment", "08-15", part="1"), by=lin)),
    (begun(), put(extend("closing-duty", "12-01", part="publication"), by=lin)),
    (a_drawn_session(), put(RecordAbsence(project=PROJECT), by=lin, at=on("04-15", "15:00"))),
)
"""For commands whose events another command gives too."""
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
    for column, world in part.stages.items():
        subjects = {command.subject for command, _ in part.wishes}
        assert {stage_in(world.get(part.kind, id_)) for id_ in subjects} == {stage_of(column)}, column


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


@pytest.fixture(scope="module")
def lived() -> Mapping[str, set[tuple[str, str]]]:
    """Line of the table → the roles and stages in which it changed something, in the lives that see every event."""
    found: dict[str, set[tuple[str, str]]] = {}
    decided = World.decided

    def watched(world: World, command: Command, by: Actor) -> tuple[tuple[str, Event], ...]:
        events = decided(world, command, by)
        if events:
            state = world.get(command.ON[0], command.subject)
            found.setdefault(line_of(command), set()).add((admit(command, state, by).role, stage_in(state)))
        return events

    with patch.object(World, "decided", watched):
        for life in (*LIVES, *MORE_LIVES):
            given(*life)
    return found


def test_whatever_happens_in_a_life_is_in_the_table(lived: Mapping[str, set[tuple[str, str]]]) -> None:
    for line, seen in lived.items():
        for role, stage in seen:
            assert role in PERMISSIONS[line].roles, line
            assert stage in PERMISSIONS[line].stages, (line, stage)


@pytest.mark.parametrize("line", PERMISSIONS)
def test_every_command_is_seen_to_change_something_in_some_life(
    line: str, lived: Mapping[str, set[tuple[str, str]]]
) -> None:
    """So that no permission is written down that nobody could ever use."""
    tried = (found for name in WISHES if line_of(WISHES[name].command) == line for found in cells(name).values())
    assert line in lived or any(found.changes for found in tried)
