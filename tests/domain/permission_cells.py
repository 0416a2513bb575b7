"""What the domain answers to every command, in every role and every stage: the cells of docs/permissions.md.

Nothing here decides anything: each cell is the command given by somebody with that one role to a project, a round, a fund … in that
stage: in the stage's example, and for a project also in whatever states the lives of the other tests leave it in that stage. For a
story it is late in the year, so that no deadline excuses it.
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
from tests.domain.permission_lives import happened, line_of, moments
from tests.domain.permissions import PERMISSIONS, Permission
from tests.world import World, given

ROLES: tuple[Role, ...] = get_args(Role)
LATE = on("12-31")


class Part(NamedTuple):
    """What commands are on: examples of each stage, and each command with everything filled in and who gives it.

    A stage may have several columns, named like "assessment, review". The first of a column's worlds is its example.
    """

    kind: type[Aggregate]
    stages: Mapping[str, tuple[World, ...]]
    wishes: Sequence[tuple[Command, Actor]]


class Answer(NamedTuple):
    """`changes`: something happened. Else the refusal and the rule that said it; neither: it was so already."""

    changes: bool
    refusal: str = ""
    rule: str = ""


def _projects() -> dict[str, tuple[World, ...]]:
    examples = {
        name: given(play).world.at(on("03-10") if name == "" else LATE) for name, play in projects.STAGES.items()
    }
    return {stage: (example, *(moments(stage) if stage else ())) for stage, example in examples.items()}


def _alone(stages: Mapping[str, World]) -> dict[str, tuple[World, ...]]:
    return {stage: (world,) for stage, world in stages.items()}


PARTS: tuple[Part, ...] = (
    Part(Person, _alone(register.PERSONS), register.OF_PERSONS),
    Part(Organisation, _alone(register.ORGANISATIONS), register.OF_ORGANISATIONS),
    Part(Programme, _alone(register.PROGRAMMES), register.OF_PROGRAMMES),
    Part(Fund, _alone(register.FUNDS), register.OF_FUNDS),
    Part(Round, rounds.lived(), rounds.WISHES),
    Part(Project, _projects(), projects.WISHES),
)


def stage_of(column: str) -> str:
    """The stage that a column of the page is about."""
    return column.partition(",")[0]


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
    other = "sun" if role == "judge" else f"some-{role}"  # who sits in the example's roadshow
    return Actor(id=own.id if theirs else other, grants=frozenset({(role, "*")}))


@cache
def cells(line: str) -> Mapping[tuple[Role, str], Answer]:
    """Role and column → the answer."""
    wish = WISHES[line]
    return {(role, column): answer(wish, role, column) for role in ROLES for column in wish.part.stages}


def answer(wish: Wish, role: Role, column: str) -> Answer:
    """In the column's example; but where the role may give it, in the first of the column's worlds that it changes.

    Or as it was given, with other content, in one of a project's lives.
    """
    may = role in permission_of(wish.command).roles
    if wish.part.kind is Project and (role, column) in happened().get(line_of(wish.command), ()):
        return Answer(changes=True)
    worlds = wish.part.stages[column]
    answers = (_in(world, wish, role) for world in (worlds if may else worlds[:1]))
    first = next(answers)
    return first if first.changes else next((found for found in answers if found.changes), first)


def _in(world: World, wish: Wish, role: Role) -> Answer:
    try:
        changes = _moment(world, role).decided(wish.command, somebody(wish.command, wish.own, role))
    except Refusal as refusal:
        return Answer(changes=False, refusal=refusal.code, rule=_raised_by(refusal))
    return Answer(changes=bool(changes))


def _moment(world: World, role: Role) -> World:
    """Late for a story: but an application is made in its call's days."""
    return world.at(max(LATE, world.now)) if role == "story" and world.events else world


def changing(wish: Wish, role: Role, column: str) -> World:
    """The first of the column's worlds in which it changes something; or else its example."""
    worlds = wish.part.stages[column]
    found = next((world for world in worlds if _in(world, wish, role).changes), worlds[0])
    return _moment(found, role)


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
