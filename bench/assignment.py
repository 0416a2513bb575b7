"""Assigning reviewers: 1,000 applications × 100 reviewers × 3 must take less than 5 s, with conflicts, capacity and kinds.

Made up, but like a round: ten fields of unequal demand, two fields of expertise and ten conflicts for each reviewer.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from bench.table import Row
from domain.assignment import _case, assign
from domain.assignment_model import solve
from domain.assignment_wish import Application, AssignmentWish, Reviewer

FIELDS = [f"field-{n}" for n in range(10)]
WITHIN = 5.0
"""Seconds for 1,000 applications."""
RATE = 1_000 / WITHIN
ONE = AssignmentWish(at_least_one_of_kind=("finance",), expertise_weight=3)
THREE = AssignmentWish(at_least_one_of_kind=("finance", "law", "local"), expertise_weight=3)

People = tuple[Reviewer, ...]
Applications = tuple[Application, ...]


def run() -> list[Row]:
    people, listed = a_round(1_000, 100)
    many_people, many = a_round(10_000, 300)
    weak, _ = a_round(1_000, 100, capacity=45)
    against = f"1,000 applications in {WITHIN:.0f} s"

    def row(name: str, seconds: float, applications: int = 1_000, wanted: float | None = 1.0) -> Row:
        rate = applications / seconds
        return Row(f"assign: {name}", rate, rate / RATE, against, wanted)

    case = _case(people, listed, ONE)
    singly = case.split(range(len(case.batches)))
    batches, singles = seconds(lambda: solve(case.question)), seconds(lambda: solve(singly.question))
    return [
        row("1,000 × 100 × 3, one kind", seconds(lambda: assign(people, listed, ONE))),
        row("1,000 × 100 × 3, three kinds, some people of several", seconds(lambda: assign(people, listed, THREE))),
        row("1,000 × 100 × 3, impossible, with its reasons", seconds(lambda: assign(weak, listed, ONE))),
        row("10,000 × 300 × 3, one kind", seconds(lambda: assign(many_people, many, ONE)), 10_000, None),
        Row("assign: solver, like applications in batches", 1_000 / batches, singles / batches, "each for itself"),
    ]


def a_round(applications: int, reviewers: int, capacity: int | None = None) -> tuple[People, Applications]:
    chance = random.Random(1)
    people = tuple(
        Reviewer(
            id=f"reviewer-{n}",
            capacity=capacity or 6 * applications // reviewers,
            kinds=frozenset(kind for kind, each in (("finance", 5), ("law", 2), ("local", 3)) if n % each == 0),
            expertise=frozenset(chance.sample(FIELDS, 2)),
            conflict_projects=frozenset(f"project-{each}" for each in chance.sample(range(applications), 10)),
        )
        for n in range(reviewers)
    )
    listed = tuple(
        Application(
            id=f"project-{n}", organisation=f"organisation-{n}", field=min(chance.choice(FIELDS), chance.choice(FIELDS))
        )
        for n in range(applications)
    )
    return people, listed


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
