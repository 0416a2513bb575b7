"""Every command × every role × every scope, held against the written table; and nobody decides about their own."""

from typing import Any, get_args

import pytest

from domain.commands import admit
from domain.errors import ConflictOfInterest, RoleMissing
from domain.kernel import COMMANDS, STORY, Actor, Command, Role
from domain.project import Project
from domain.review import DeclareConflict
from tests.controls import (
    FUND,
    ORGANISATION,
    PROGRAMME,
    PROJECT,
    ROUND,
    also,
    stranger,
)
from tests.domain.permission_cells import WISHES as LINES
from tests.domain.permission_page import TOPICS, page, topic
from tests.domain.permission_projects import WISHES
from tests.domain.permissions import FILE, PERMISSIONS, Scope
from tests.situations import (
    a_granted_award,
)
from tests.world import given

IDS: dict[str, Any] = {
    "person": "li",
    "programme": PROGRAMME,
    "round": ROUND,
    "fund": FUND,
    "project": PROJECT,
    "organisation": ORGANISATION,
}
RIGHT: dict[Scope, set[str]] = {
    "any": {*IDS.values(), "elsewhere"},
    "programme": {PROGRAMME},
    "fund": {FUND},
    "round": {ROUND, PROGRAMME},
    "project": {PROJECT, ORGANISATION, ROUND, PROGRAMME, FUND},
    "organisation": {ORGANISATION},
}
ROLES: tuple[Role, ...] = get_args(Role)
WORLD = given(a_granted_award()).world


def blank(line: str) -> Command:
    """The command of a line of the table, with no more than what the line is about."""
    name, _, about = line.partition(" ")
    said = {field: about for field in ("side", "deadline") if about and field in COMMANDS[name].model_fields}
    fields: dict[str, Any] = IDS | {"objection": "objection-1", "choice": "for"} | said
    return COMMANDS[name].model_construct(**fields)


def test_every_command_is_in_the_table_and_nothing_else() -> None:
    assert {line.partition(" ")[0] for line in PERMISSIONS} == set(COMMANDS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("line", PERMISSIONS)
def test_a_role_lets_pass_what_the_table_says_and_only_in_its_scope(line: str, role: Role) -> None:
    command = blank(line)
    kind = command.ON[0]
    state = WORLD.get(kind, IDS[kind.kind])
    permission = PERMISSIONS[line]
    for scope in ("*", "elsewhere", *IDS.values()):
        actor = Actor(id="somebody", grants=frozenset({(role, scope)}))
        if role in permission.roles and scope in {"*", *RIGHT[permission.scope]}:
            assert admit(command, state, actor).role == role
        else:
            with pytest.raises(RoleMissing):
                admit(command, state, actor)


def test_nobody_passes_without_a_role() -> None:
    for command in map(blank, PERMISSIONS):
        kind = command.ON[0]
        with pytest.raises(RoleMissing):
            admit(command, kind(id=IDS[kind.kind]), Actor(id="stranger"))


# ── people of the applying organisation ──────────────────────────────────────────────────────────────────────────────

OURS = WORLD.get(Project, PROJECT)
PEOPLES = [(command, by) for command, by in WISHES if by != STORY]


@pytest.mark.parametrize(("command", "by"), PEOPLES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("scope", [ORGANISATION, "*"])
def test_nobody_acts_in_an_official_role_on_a_project_of_their_own_organisation(
    command: Command, by: Actor, scope: str
) -> None:
    """Whatever the command; but they apply for it, and step aside from it."""
    role = admit(command, OURS, by).role
    partial = also(by, "applicant", scope)
    if role == "applicant" or isinstance(command, DeclareConflict):
        assert admit(command, OURS, partial).role == role
        return
    with pytest.raises(ConflictOfInterest) as caught:
        admit(command, OURS, partial)
    assert caught.value.fields == {"person": by.id, "reason": f"acts for {ORGANISATION}"}


@pytest.mark.parametrize(("command", "by"), PEOPLES, ids=lambda value: type(value).__name__)
def test_who_acts_for_another_organisation_is_not_partial(command: Command, by: Actor) -> None:
    assert admit(command, OURS, also(by, "applicant", "xingguang")).role == admit(command, OURS, by).role


def test_a_project_nobody_handed_in_is_nobodys() -> None:
    everything = also(also(stranger, "applicant"), "officer")
    for command, by in WISHES:
        if admit(command, OURS, by).role == "officer":
            assert admit(command, Project(id=PROJECT), everything).role == "officer"


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_the_table_says() -> None:
    assert FILE.read_text() == page(), "stale: run python -m tests.domain.permissions"


def test_the_page_has_a_row_for_every_command() -> None:
    """A new topic needs its place among the page's groups."""
    assert {topic(wish.command) for wish in LINES.values()} == {module for group in TOPICS.values() for module in group}
