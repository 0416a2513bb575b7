"""What the domain answers to every command, in every role and every stage: the cells of docs/permissions.md.

Nothing here decides anything: each cell is the command given by somebody with that one role to a project, a round, a fund … in that
stage. On a project it is late in the year, so that no deadline excuses a story (an application is made in its call's days); on
anything else it is then for a story, and for people the day on which the stage's example stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple, get_args

from domain.errors import Refusal
from domain.fund import Fund
from domain.kernel import STORY, Actor, Aggregate, Command, Role
from domain.organisation import Organisation
from domain.person import Person
from domain.programme import Programme
from domain.project import Project
from domain.round import Round
from domain.selection import PublishRanking
from tests.controls import on
from tests.domain import permission_projects as projects
from tests.domain import permission_register as register
from tests.domain import permission_rounds as rounds
from tests.domain.permissions import PERMISSIONS, Permission
from tests.world import World, given

ROLES: tuple[Role, ...] = get_args(Role)
LATE = on("12-31")


class Part(NamedTuple):
    """What commands are on: an example of each stage, and each command with everything filled in and who gives it.

    A stage may have several examples, named like "assessment, review".
    """

    kind: type[Aggregate]
    stages: Mapping[str, World]
    wishes: Sequence[tuple[Command, Actor]]


class Answer(NamedTuple):
    """`changes`: something happened. Else the refusal and the rule that said it; neither: it was so already."""

    changes: bool
    refusal: str = ""
    rule: str = ""


_PROJECTS: dict[str, World] = {
    name: given(play).world.at(on("03-10") if name == "" else LATE) for name, play in projects.STAGES.items()
}
PARTS: tuple[Part, ...] = (
    Part(Person, register.PERSONS, register.OF_PERSONS),
    Part(Organisation, register.ORGANISATIONS, register.OF_ORGANISATIONS),
    Part(Programme, register.PROGRAMMES, register.OF_PROGRAMMES),
    Part(Fund, register.FUNDS, register.OF_FUNDS),
    Part(Round, rounds.lived(), rounds.WISHES),
    Part(Project, _PROJECTS, projects.WISHES),
)


def stage_of(column: str) -> str:
    """The stage that a column of the page is about."""
    return column.partition(",")[0]


def stage_in(state: Aggregate) -> str:
    """The stage of a project or a round; of anything else, whether it is recorded."""
    if isinstance(state, Project | Round):
        return state.stage
    return "recorded" if state.exists else ""


def line_of(command: Command) -> str:
    """The line of the table: the command, and the side it is given for or the deadline it is about."""
    about = (getattr(command, field, "") for field in ("side", "deadline"))
    return " ".join([type(command).__name__, *filter(None, about)])


def label(command: Command) -> str:
    """The line of the table; of a ranking also whether its ties are drawn."""
    drawn = isinstance(command, PublishRanking) and command.seed
    return f"{line_of(command)} with ties drawn" if drawn else line_of(command)


class Wish(NamedTuple):
    """A line of the page: a command with everything filled in, and who gives it."""

    part: Part
    command: Command
    own: Actor


WISHES = {label(command): Wish(part, command, own) for part in PARTS for command, own in part.wishes}


def permission_of(command: Command) -> Permission:
    return PERMISSIONS[line_of(command)]


def somebody(command: Command, own: Actor, role: Role) -> Actor:
    """Somebody with this role alone: who is meant by the wish where it is their own role, as on a panel."""
    if own == STORY:
        return Actor(id="somebody", grants=frozenset({(role, "*")})) if role != "story" else STORY
    theirs = any(held == role for held, _ in own.grants) or role == permission_of(command).roles[0]
    return Actor(id=own.id if theirs else f"some-{role}", grants=frozenset({(role, "*")}))


@cache
def cells(line: str) -> Mapping[tuple[Role, str], Answer]:
    """Role and column → the answer."""
    wish = WISHES[line]
    return {(role, column): answer(wish, role, column) for role in ROLES for column in wish.part.stages}


def answer(wish: Wish, role: Role, column: str) -> Answer:
    world = wish.part.stages[column]
    if role == "story" and column:
        world = world.at(max(LATE, world.now))
    try:
        return Answer(changes=bool(world.decided(wish.command, somebody(wish.command, wish.own, role))))
    except Refusal as refusal:
        return Answer(changes=False, refusal=refusal.code, rule=_raised_by(refusal))


def _raised_by(refusal: Refusal) -> str:
    """The rule that said no: the function of the domain that raised it."""
    trace = refusal.__traceback__
    assert trace is not None
    while trace.tb_next is not None:
        trace = trace.tb_next
    name = str(trace.tb_frame.f_globals["__name__"]).removeprefix("domain.")
    return f"{name}.{_qualified(trace.tb_frame.f_code)}"


def _qualified(code: object) -> str:
    name = str(getattr(code, "co_qualname"))  # noqa: B009  unknown to the type checker on some versions
    return name.replace(".<locals>.<genexpr>", "")
