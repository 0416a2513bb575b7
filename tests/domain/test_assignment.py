"""Assigning reviewers: the hard rules always hold, loads and expertise are the best there are."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.assignment import assign
from domain.assignment_wish import Application, Assignment, Impossible, Reviewer
from domain.errors import Malformed
from tests.domain.assignments import (
    FIELDS,
    KINDS,
    TRIANGLE,
    Case,
    applications,
    done,
    keeps_every_rule,
    loads,
    reviewer,
    small_cases,
    wish,
)

# ── every assignment there is, for small cases ───────────────────────────────────────────────────────────────────────


def every_assignment(case: Case) -> Iterator[list[tuple[Reviewer, ...]]]:
    """By trying all of them."""
    people, listed, wished = case
    panels = [
        [
            panel
            for panel in combinations(people, wished.per_application)
            if not any(a.organisation in who.conflict_organisations or a.id in who.conflict_projects for who in panel)
            and all(any(kind in who.kinds for who in panel) for kind in wished.at_least_one_of_kind)
        ]
        for a in listed
    ]
    for chosen in product(*panels):
        counted = Counter(who.id for panel in chosen for who in panel)
        if all(counted[who.id] <= who.capacity for who in people):
            yield list(chosen)


def cost(case: Case, chosen: list[tuple[Reviewer, ...]]) -> tuple[int, int]:
    """What is to be least: the n-th review of somebody costs n, an expert saves the weight; then places without experts."""
    _, listed, wished = case
    counted = Counter(who.id for panel in chosen for who in panel)
    experts = sum(a.field in who.expertise for a, panel in zip(listed, chosen, strict=True) for who in panel)
    load = sum(n * (n + 1) // 2 for n in counted.values()) if wished.balance else 0
    return load - (wished.expertise_weight * experts if wished.balance else 0), -experts


@settings(deadline=None, max_examples=300)
@given(small_cases())
def test_there_is_an_answer_exactly_when_trying_everything_finds_one_and_it_is_as_good(case: Case) -> None:
    found = min((cost(case, chosen) for chosen in every_assignment(case)), default=None)
    answer = assign(*case)
    if found is None:
        assert isinstance(answer, Impossible)
        return
    assert isinstance(answer, Assignment)
    keeps_every_rule(case, answer)
    by_id = {who.id: who for who in case[0]}
    assert cost(case, [tuple(by_id[id_] for id_ in panel.reviewers) for panel in answer.panels]) == found


# ── larger cases ─────────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def large_cases(draw: st.DrawFn) -> Case:
    """Mostly feasible: 30 to 60 applications of four fields, 12 to 20 reviewers, some conflicts, kinds held freely."""
    rnd = draw(st.randoms(use_true_random=False))
    count, people = rnd.randint(30, 60), rnd.randint(12, 20)
    fields = ("elderly", "children", "youth", "disabled")
    listed = tuple(
        Application(id=f"p-{n}", organisation=f"o-{rnd.randrange(count)}", field=rnd.choice(fields))
        for n in range(count)
    )
    reviewers = tuple(
        Reviewer(
            id=f"r-{n}",
            capacity=4 * count // people + rnd.randrange(8),
            kinds=frozenset(kind for kind in KINDS if rnd.random() < 0.5),
            expertise=frozenset(rnd.sample(fields, 2)),
            conflict_organisations=frozenset(f"o-{rnd.randrange(count)}" for _ in range(2)),
            conflict_projects=frozenset(f"p-{rnd.randrange(count)}" for _ in range(2)),
        )
        for n in range(people)
    )
    kinds = tuple(kind for kind in KINDS if rnd.random() < 0.6)
    return reviewers, listed, wish(3, *kinds, weight=rnd.randrange(4), balance=rnd.random() < 0.8)


@settings(deadline=None, max_examples=40)
@given(large_cases())
def test_no_conflict_no_overload_exactly_so_many_and_every_kind(case: Case) -> None:
    answer = assign(*case)
    assume(isinstance(answer, Assignment))
    keeps_every_rule(case, done(case))


@settings(deadline=None, max_examples=30)
@given(large_cases(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_answer_in_whatever_order_it_is_listed(case: Case, rnd: Random) -> None:
    people, listed, wished = case
    mixed = (rnd.sample(people, len(people)), rnd.sample(listed, len(listed)), wished)
    assert assign(*mixed) == assign(*case)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 25), st.integers(3, 9), st.integers(1, 3), st.data())
def test_loads_differ_by_one_at_most_when_nothing_forbids(
    count: int, people: int, each: int, data: st.DataObject
) -> None:
    reviewers = tuple(
        reviewer(f"r-{n}", 2 * count, knows=data.draw(st.sampled_from(["", *FIELDS]))) for n in range(people)
    )
    listed = applications(count, "elderly") + tuple(
        Application(id=f"q-{n}", organisation="o-q", field="children") for n in range(count)
    )
    reviews = loads(done((reviewers, listed, wish(each)))).values()
    assert max(reviews) - min(reviews) <= 1


def test_an_expert_may_carry_more_than_others_by_the_weight() -> None:
    people = (reviewer("knows", 20, knows="elderly"), reviewer("learns", 20))
    more = {0: 0, 1: 2, 4: 4, 19: 20, 1_000: 20}
    for weight, difference in more.items():
        carried = loads(done((people, applications(20), wish(1, weight=weight))))
        assert carried["knows"] - carried["learns"] == difference


def test_without_balance_expertise_alone_decides() -> None:
    people = (reviewer("knows", 20, knows="elderly"), reviewer("learns", 20))
    answer = done((people, applications(20), wish(1, balance=False)))
    assert loads(answer) == {"knows": 20, "learns": 0}
    assert (answer.experts, answer.places) == (20, 20)


def test_one_overloaded_reviewer_is_no_excuse_for_uneven_loads_of_the_others() -> None:
    only = Application(id="p-only", organisation="o-only", field="elderly")
    special = tuple(only.model_copy(update={"id": f"p-only-{n}"}) for n in range(8))
    people = (reviewer("free", 30), *(reviewer(f"r-{n}", 30, avoids="o-only") for n in range(4)))
    answer = done((people, special + applications(12), wish(1)))
    assert loads(answer) == {"free": 8, "r-0": 3, "r-1": 3, "r-2": 3, "r-3": 3}


def test_somebody_of_two_kinds_counts_for_both() -> None:
    people = (reviewer("both", 9, "finance", "law"), reviewer("other", 9))
    answer = done((people, applications(2), wish(1, "finance", "law")))
    assert loads(answer) == {"both": 2, "other": 0}


def test_nothing_to_assign_is_no_trouble() -> None:
    assert done(((reviewer("li"),), (), wish())).panels == ()
    assert done(((), (), wish())).loads == ()


def test_people_of_several_kinds_that_cannot_be_lined_up_are_dealt_all_the_same() -> None:
    """Two of three people cover three kinds, so nobody else has a place beside them."""
    people = (*(reviewer(f"r-{n}", 20, *TRIANGLE[n % 3]) for n in range(9)), reviewer("none", 60))
    for each in (2, 3):
        case = (people, applications(60), wish(each, *KINDS))
        answer = done(case)
        keeps_every_rule(case, answer)
        assert loads(answer)["none"] == {2: 0, 3: 18}[each]


def test_nobody_is_named_twice() -> None:
    with pytest.raises(Malformed) as twice:
        assign((reviewer("li"), reviewer("li", 3)), applications(1), wish(1))
    assert twice.value.fields["field"] == "reviewers"
    with pytest.raises(Malformed) as again:
        assign((reviewer("li"),), applications(1) * 2, wish(1))
    assert again.value.fields["field"] == "applications"


def test_the_solver_is_loaded_only_when_it_is_needed() -> None:
    program = "import sys, domain.assignment; sys.exit(bool({'highspy', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
