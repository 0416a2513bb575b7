"""Every role × every command on a project × every stage, tried against the domain and held against the written table."""

from collections.abc import Mapping
from unittest.mock import patch

import pytest

from domain.commands import admit
from domain.kernel import STORY, Actor, Command, Event
from domain.project import Project, ProjectCommand
from domain.recusal import GrantUnansweredRecusal
from domain.slot import RecordAbsence
from domain.suspension import ResumeProject, SuspendProject
from tests.controls import PROJECT, lin, on
from tests.domain import test_recusal
from tests.domain.golden_events import LIVES
from tests.domain.permission_cells import ROLES, Answer, answer, label, line_of, permission_of
from tests.domain.permissions import PERMISSIONS
from tests.domain.test_permissions import STAGES, WISHES
from tests.domain.test_slot import a_drawn_session
from tests.situations import a_concluded_agreement
from tests.world import World, given, put

EVERY_WISH = pytest.mark.parametrize(("command", "by"), WISHES, ids=[label(command) for command, _ in WISHES])
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
    (a_drawn_session(), put(RecordAbsence(project=PROJECT), by=lin, at=on("04-15", "15:00"))),
)
"""For commands whose events another command gives too."""
MISSING = Answer(changes=False, refusal="RoleMissing", rule="commands.admit")
NO_PROJECT = "NotFound"
"""Where nothing was handed in, there are no rules yet that could name another role."""


@EVERY_WISH
def test_every_role_that_is_not_in_the_table_is_refused_in_every_stage_by_the_one_rule_for_roles(
    command: Command, by: Actor
) -> None:
    for role in set(ROLES) - set(permission_of(command).roles):
        for stage in STAGES:
            found = answer(command, by, role, stage)
            assert found == MISSING or (stage == "" and found.refusal == NO_PROJECT), (role, stage)


@EVERY_WISH
def test_a_role_in_the_table_is_never_refused_for_its_role_and_changes_something_in_its_stages_only(
    command: Command, by: Actor
) -> None:
    for role in permission_of(command).roles:
        for stage in STAGES:
            found = answer(command, by, role, stage)
            assert found.refusal != "RoleMissing", (role, stage)
            assert not found.changes or stage in permission_of(command).stages, (role, stage)


def test_stories_and_people_never_do_each_others_work() -> None:
    for command, by in WISHES:
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
            stage = state.stage if isinstance(state, Project) else ""
            found.setdefault(line_of(command), set()).add((admit(command, state, by).role, stage))
        return events

    with patch.object(World, "decided", watched):
        for life in (*LIVES, *MORE_LIVES):
            given(*life)
    return found


def test_whatever_happens_in_a_life_is_in_the_table(lived: Mapping[str, set[tuple[str, str]]]) -> None:
    for line, seen in lived.items():
        for role, stage in seen:
            assert role in PERMISSIONS[line].roles, line
            assert stage in (*PERMISSIONS[line].stages, ""), (line, stage)


@pytest.mark.parametrize("line", PERMISSIONS)
def test_every_command_is_seen_to_change_something_in_some_life(
    line: str, lived: Mapping[str, set[tuple[str, str]]]
) -> None:
    """So that no permission is written down that nobody could ever use."""
    assert line in lived


def test_every_command_on_a_project_has_its_stages() -> None:
    for command, _ in WISHES:
        assert isinstance(command, ProjectCommand)
        assert permission_of(command).stages, label(command)
