"""Three projects heard at the roadshow, in a programme with other rules for what follows; for the tests of selection to award.

Asks are 30,000 yuan each, the budget 60,000. Best first: reading-hour (qinghe), second (xingguang), third (qinghe).
"""

from __future__ import annotations

from typing import Any

from domain.award import DeclineAward
from domain.kernel import Actor, Command
from domain.rules import Rules
from domain.voting import VoteOnAward
from tests.controls import PROJECT, RULES, he, person, rules_with
from tests.situations import a_presented_project, a_programme
from tests.world import Situation, World, steps

FIRST, SECOND, THIRD = PROJECT, "second", "third"
ONE_AWARD: dict[str, Any] = {"awards_at_most": 1, "reserve_at_most": 2}

secretary, chair = person("bai", "approver"), person("hua", "approver")
board = tuple(person(id_, "approver", "board") for id_ in ("du", "en", "gu"))

MATRIX: tuple[dict[str, Any], ...] = (
    {"up_to": "CNY 10000.00", "steps": [{"id": "secretary", "of": ["bai"]}]},
    {
        "up_to": "CNY 20000.00",
        "steps": [{"id": "panel", "needs": "half", "of": ["du", "en", "gu"]}, {"id": "chair", "of": ["hua"]}],
    },
    {"steps": [{"id": "board", "needs": "two-thirds", "body": "board", "size": 3}]},
)


def with_approval(
    tiers: tuple[dict[str, Any], ...] = MATRIX,
    *,
    noticed: bool = True,
    days: dict[str, int] | None = None,
    **sections: Any,
) -> Rules:
    """The example's rules with an approval after the selection; without the public notice where that is said."""
    content = rules_with(**sections).model_dump()
    *before, last = content["stages"]
    approval = {"kind": "approval", "id": "approval", "tiers": tiers, **(days or {})}
    return Rules.model_validate(content | {"stages": [*before, approval, *([last] if noticed else [])]})


def three_presented(rules: Rules = RULES) -> Situation:
    return Situation(
        "three presented",
        steps(
            a_presented_project(FIRST, percent=90),
            a_presented_project(SECOND, percent=80, by=he),
            a_presented_project(THIRD, percent=70),
        ),
        a_programme(rules),
    )


def vote(step: str, choice: str = "for", project: str = FIRST, reason: str = "") -> VoteOnAward:
    return VoteOnAward.model_validate({"project": project, "step": step, "choice": choice, "reason": reason})


def decline(project: str = FIRST) -> DeclineAward:
    return DeclineAward(project=project, reason="Our teacher has moved away.")


def after(world: World, *commands: tuple[Command, Actor]) -> World:
    for command, by in commands:
        world = world.put(command, by=by)
    return world
