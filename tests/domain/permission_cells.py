"""What the domain answers to every command on a project, in every role and every stage: the cells of docs/permissions.md.

Nothing here decides anything: each cell is the command given by somebody with that one role to a project in that stage, late in the
year, so that no deadline excuses a story (an application is made in its call's days).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple, get_args

from domain.errors import Refusal
from domain.kernel import STORY, Actor, Command, Role
from domain.project import Stage
from tests.controls import on
from tests.domain.permissions import PERMISSIONS, Permission
from tests.domain.test_permissions import STAGES, WISHES
from tests.world import World, given

ROLES: tuple[Role, ...] = get_args(Role)


class Answer(NamedTuple):
    """`changes`: something happened. Else the refusal and the rule that said it; neither: it was so already."""

    changes: bool
    refusal: str = ""
    rule: str = ""


@cache
def in_stage(stage: Stage) -> World:
    return given(STAGES[stage]).world.at(on("03-10") if stage == "" else on("12-31"))


def label(command: Command) -> str:
    """The line of the table, and which deadline it is about where there are several."""
    about = getattr(command, "deadline", "")
    return f"{line_of(command)} ({about})" if about else line_of(command)


def line_of(command: Command) -> str:
    return " ".join([type(command).__name__, *filter(None, [getattr(command, "side", "")])])


def permission_of(command: Command) -> Permission:
    return PERMISSIONS[line_of(command)]


def somebody(command: Command, own: Actor, role: Role) -> Actor:
    """Somebody with this role alone: who is meant by the wish where it is their own role, as on a panel."""
    if own == STORY:
        return Actor(id="somebody", grants=frozenset({(role, "*")})) if role != "story" else STORY
    theirs = any(held == role for held, _ in own.grants) or role == permission_of(command).roles[0]
    return Actor(id=own.id if theirs else f"some-{role}", grants=frozenset({(role, "*")}))


def answer(command: Command, own: Actor, role: Role, stage: Stage) -> Answer:
    try:
        return Answer(changes=bool(in_stage(stage).decided(command, somebody(command, own, role))))
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


def rows() -> Iterator[str]:
    """A line of the page for each command and role that may give it."""
    for command, own in WISHES:
        for role in permission_of(command).roles:
            changes, already, refused = [], [], dict[str, list[str]]()
            for stage in STAGES:
                found = answer(command, own, role, stage)
                name = stage or "(new)"
                if found.changes:
                    changes.append(name)
                elif found.refusal:
                    refused.setdefault(f"`{found.refusal}` by `{found.rule}`", []).append(name)
                else:
                    already.append(name)
            said = "; ".join(f"{rule}: {', '.join(stages)}" for rule, stages in refused.items())
            yield f"| `{label(command)}` | {role} | {', '.join(changes)} | {', '.join(already)} | {said} |\n"


if __name__ == "__main__":
    sys.stdout.writelines(rows())
