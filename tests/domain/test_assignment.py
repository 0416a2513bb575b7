"""Assigning reviewers: the hard rules always hold, loads and expertise are the best there are, and a no says why."""

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
from domain.assignment_wish import Application, Assignment, AssignmentWish, Impossible, Remedy, Reviewer, Unmet
from domain.errors import AssignmentImpossible, Malformed
from entrypoints.wording import rule

Case = tuple[tuple[Reviewer, ...], tuple[Application, ...], AssignmentWish]


def reviewer(id_: str, capacity: int = 9, *kinds: str, knows: str = "", avoids: str = "") -> Reviewer:
    """`avoids` names organisations (o-…) and projects (p-…)."""
    away = avoids.split()
    return Reviewer(
        id=id_,
        capacity=capacity,
        kinds=frozenset(kinds),
        expertise=frozenset(knows.split()),
        conflict_organisations=frozenset(each for each in away if each.startswith("o-")),
        conflict_projects=frozenset(each for each in away if each.startswith("p-")),
    )


def applications(count: int, field: str = "elderly") -> tuple[Application, ...]:
    return tuple(Application(id=f"p-{n}", organisation=f"o-{n}", field=field) for n in range(1, count + 1))


def wish(per_application: int = 2, *kinds: str, weight: int = 0, balance: bool = True) -> AssignmentWish:
    return AssignmentWish(
        per_application=per_application, at_least_one_of_kind=kinds, balance=balance, expertise_weight=weight
    )


def done(case: Case) -> Assignment:
    answer = assign(*case)
    assert isinstance(answer, Assignment), answer
    return answer


def impossible(case: Case) -> Impossible:
    answer = assign(*case)
    assert isinstance(answer, Impossible), answer
    return answer


def loads(answer: Assignment) -> dict[str, int]:
    return {load.reviewer: load.reviews for load in answer.loads}


def keeps_every_rule(case: Case, answer: Assignment) -> None:
    reviewers, listed, wished = {who.id: who for who in case[0]}, {each.id: each for each in case[1]}, case[2]
    assert [panel.application for panel in answer.panels] == sorted(listed)
    counted: Counter[str] = Counter()
    for panel in answer.panels:
        application, people = listed[panel.application], [reviewers[id_] for id_ in panel.reviewers]
        assert len(set(panel.reviewers)) == len(people) == wished.per_application
        assert not any(application.organisation in who.conflict_organisations for who in people)
        assert not any(application.id in who.conflict_projects for who in people)
        assert all(any(kind in who.kinds for who in people) for kind in wished.at_least_one_of_kind)
        assert panel.experts == sum(application.field in who.expertise for who in people)
        counted.update(panel.reviewers)
    assert loads(answer) == {id_: counted[id_] for id_ in sorted(reviewers)}
    assert all(counted[id_] <= who.capacity for id_, who in reviewers.items())


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


KINDS, FIELDS = ("finance", "law", "field"), ("elderly", "children")


@st.composite
def small_cases(draw: st.DrawFn, *, most_kinds: int = 3) -> Case:
    listed = tuple(
        Application(id=f"p-{n}", organisation=f"o-{draw(st.integers(1, 2))}", field=draw(st.sampled_from(FIELDS)))
        for n in range(1, 1 + draw(st.integers(1, 4)))
    )
    people = tuple(
        Reviewer(
            id=f"r-{n}",
            capacity=draw(st.integers(0, 4)),
            kinds=draw(st.frozensets(st.sampled_from(KINDS))),
            expertise=draw(st.frozensets(st.sampled_from(FIELDS))),
            conflict_organisations=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"o-1"})])),
            conflict_projects=draw(st.frozensets(st.sampled_from([each.id for each in listed]), max_size=1)),
        )
        for n in range(1, 1 + draw(st.integers(2, 5)))
    )
    wished = AssignmentWish(
        per_application=draw(st.integers(1, 3)),
        at_least_one_of_kind=tuple(draw(st.sets(st.sampled_from(KINDS), max_size=most_kinds))),
        balance=draw(st.booleans()),
        expertise_weight=draw(st.integers(0, 3)),
    )
    return people, listed, wished


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
    uneven = {
        weight: loads(done((people, applications(20), wish(1, weight=weight)))) for weight in (0, 1, 4, 19, 1_000)
    }
    assert uneven[0] == {"knows": 10, "learns": 10}
    assert uneven[1] == {"knows": 11, "learns": 9} or uneven[1] == {"knows": 10, "learns": 10}
    assert uneven[4]["knows"] - uneven[4]["learns"] in {4, 5}
    assert uneven[19] == uneven[1_000] == {"knows": 20, "learns": 0}


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


# ── a no says why ────────────────────────────────────────────────────────────────────────────────────────────────────

PLENTY = tuple(reviewer(f"r-{n}", 90) for n in range(1, 4))

NOES: dict[str, tuple[Case, Unmet]] = {
    "p-7: only 2 of 3 reviewers have no conflict": (
        ((*PLENTY[:2], reviewer("r-3", 90, avoids="p-7")), applications(9), wish(3)),
        Unmet(rule="conflict", wanted=3, available=2, applications=("p-7",)),
    ),
    "p-2: everybody of kind finance has a conflict": (
        ((*PLENTY, reviewer("r-4", 90, "finance", avoids="o-2")), applications(9), wish(3, "finance")),
        Unmet(rule="conflict", wanted=1, available=0, kind="finance", applications=("p-2",)),
    ),
    "3 reviewers for each application wanted, there are 2": (
        ((*PLENTY[:2], reviewer("r-3", 0)), applications(9), wish(3)),
        Unmet(rule="reviewers", wanted=3, available=2),
    ),
    "nobody is of kind finance": (
        (PLENTY, applications(9), wish(3, "finance")),
        Unmet(rule="reviewers", wanted=1, available=0, kind="finance"),
    ),
    "kind finance: 40 places wanted, capacity 30": (
        ((*PLENTY, reviewer("r-4", 30, "finance")), applications(40), wish(3, "finance")),
        Unmet(rule="capacity", wanted=40, available=30, kind="finance"),
    ),
    "all applications: 18 places wanted, capacity 15": (
        (tuple(reviewer(f"r-{n}", 5) for n in range(1, 4)), applications(9), wish(2)),
        Unmet(rule="capacity", wanted=18, available=15),
    ),
    "p-1, p-2, p-3: 6 places wanted, capacity 5": (
        (
            (reviewer("r-1", 3), reviewer("r-2", 2), *(reviewer(f"s-{n}", 90, avoids="p-1 p-2 p-3") for n in "ab")),
            tuple(a.model_copy(update={"organisation": "o"}) for a in applications(9)),
            wish(2),
        ),
        Unmet(rule="capacity", wanted=6, available=5, applications=("p-1", "p-2", "p-3")),
    ),
    "p-1, p-2, kind finance: 2 places wanted, capacity 1": (
        (
            (*PLENTY, reviewer("r-4", 1, "finance"), reviewer("r-5", 90, "finance", avoids="p-1 p-2")),
            applications(9),
            wish(3, "finance"),
        ),
        Unmet(rule="capacity", wanted=2, available=1, kind="finance", applications=("p-1", "p-2")),
    ),
    "2 kinds for each application wanted, but 1 reviewers": (
        ((reviewer("r-1", 90, "finance"), reviewer("r-2", 90, "law")), applications(3), wish(1, "finance", "law")),
        Unmet(rule="kinds", wanted=2, available=1),
    ),
}


@pytest.mark.parametrize("said", NOES)
def test_a_wish_that_cannot_be_met_is_answered_with_the_rule_and_where(said: str) -> None:
    case, unmet = NOES[said]
    assert impossible(case).unmet == (unmet,)
    assert str(unmet) == said


@pytest.mark.parametrize("said", [*NOES, "p-1, p-2: 4 places wanted by all rules together, capacity 3"])
def test_every_such_rule_is_said_in_chinese(said: str) -> None:
    assert rule(said).zh != said
    assert rule(said).en == said


def test_many_applications_are_counted_and_three_of_them_named() -> None:
    unmet = Unmet(rule="capacity", wanted=9, available=6, applications=("a", "b", "c", "d"))
    assert str(unmet) == "a, b, c … (4): 9 places wanted, capacity 6"


def test_where_two_shortages_have_nothing_to_do_with_each_other_both_are_named() -> None:
    near = tuple(reviewer(f"near-{n}", 1, avoids="o-far") for n in "ab")
    far = tuple(reviewer(f"far-{n}", 2, avoids="o-near") for n in "ab")
    listed = tuple(
        Application(id=f"p-{side}-{n}", organisation=f"o-{side}", field="elderly")
        for side in ("near", "far")
        for n in "xyz"
    )
    found = impossible(((*near, *far), listed, wish(2))).unmet
    assert found == (Unmet(rule="capacity", wanted=12, available=6),)
    spare = tuple(reviewer(f"spare-{n}", 90, avoids="o-near o-far") for n in "ab")
    other = Application(id="p-else", organisation="o-else", field="elderly")
    parts = impossible(((*near, *far, *spare), (*listed, other), wish(2))).unmet
    assert {(unmet.applications, unmet.wanted, unmet.available) for unmet in parts} == {
        (("p-far-x", "p-far-y", "p-far-z"), 6, 4),
        (("p-near-x", "p-near-y", "p-near-z"), 6, 2),
    }


def test_rules_that_fail_only_together_are_told_as_that() -> None:
    """p-1 takes all three people it can have, so the last person of kind finance is missing for p-2."""
    people = (
        reviewer("r-1", 9, avoids="p-1"),
        reviewer("r-2", 9, "law"),
        reviewer("r-3", 1, "finance"),
        reviewer("r-4", 1, "finance", avoids="p-2"),
    )
    answer = impossible((people, applications(2), wish(3, "finance", "law")))
    assert answer.unmet == (Unmet(rule="together", wanted=4, available=3, applications=("p-1", "p-2")),)
    assert str(answer.unmet[0]) == "p-1, p-2: 4 places wanted by all rules together, capacity 3"
    assert answer.remedies[0] == Remedy(change="newcomers", parts=(("finance", 1),), applications=("p-1",))


TRIANGLE = (("finance", "law"), ("law", "field"), ("field", "finance"))


def test_people_of_several_kinds_that_cannot_be_lined_up_are_dealt_all_the_same() -> None:
    """Two of three people cover three kinds, so nobody else has a place beside them."""
    people = (*(reviewer(f"r-{n}", 20, *TRIANGLE[n % 3]) for n in range(9)), reviewer("none", 60))
    for each in (2, 3):
        case = (people, applications(60), wish(each, *KINDS))
        answer = done(case)
        keeps_every_rule(case, answer)
        assert loads(answer)["none"] == {2: 0, 3: 18}[each]


def test_what_can_be_reckoned_for_all_but_not_dealt_to_each_is_impossible() -> None:
    """Two of each kind are there for two applications; but one of these is left with somebody of no kind and one other."""
    people = (*(reviewer(f"r-{n}", 1, *TRIANGLE[n]) for n in range(3)), reviewer("none", 1))
    answer = impossible((people, applications(2), wish(2, *KINDS)))
    assert answer.unmet == (Unmet(rule="together", wanted=4, available=3, applications=("p-1", "p-2")),)


def room_for(case: Case, unmet: Unmet) -> int:
    if not unmet.applications:
        able = (who for who in case[0] if not unmet.kind or unmet.kind in who.kinds)
        return sum(min(who.capacity, len(case[1])) for who in able)
    about = [a for a in case[1] if a.id in unmet.applications]
    could = Counter(
        who.id
        for who in case[0]
        for a in about
        if (not unmet.kind or unmet.kind in who.kinds)
        and a.organisation not in who.conflict_organisations
        and a.id not in who.conflict_projects
    )
    return sum(min(could[who.id], who.capacity) for who in case[0])


@settings(deadline=None, max_examples=300)
@given(small_cases())
def test_what_is_named_as_the_cause_is_true(case: Case) -> None:
    answer = assign(*case)
    assume(isinstance(answer, Impossible))
    assert isinstance(answer, Impossible)
    for unmet in answer.unmet:
        assert unmet.wanted > unmet.available or unmet.rule == "kinds"
        if unmet.rule == "capacity":
            about = len(unmet.applications) or len(case[1])
            assert unmet.wanted == about * (1 if unmet.kind else case[2].per_application)
            assert unmet.available == room_for(case, unmet)


def with_remedy(case: Case, remedy: Remedy) -> Case:
    people, listed, wished = case
    match remedy.change:
        case "newcomers":
            new = (reviewer(f"new-{kind}-{n}", 1, kind or "none") for kind, count in remedy.parts for n in range(count))
            return (*people, *new), listed, wished
        case "capacity":
            more = dict(remedy.parts)
            grown = (who.model_copy(update={"capacity": who.capacity + more.get(who.id, 0)}) for who in people)
            return tuple(grown), listed, wished
        case "per_application":
            return people, listed, wished.model_copy(update={"per_application": remedy.parts[0][1]})
        case "kinds":
            dropped = {kind for kind, _ in remedy.parts}
            kept = tuple(kind for kind in wished.at_least_one_of_kind if kind not in dropped)
            return people, listed, wished.model_copy(update={"at_least_one_of_kind": kept})


@settings(deadline=None, max_examples=300)
@given(small_cases())
def test_each_remedy_alone_makes_the_wish_feasible(case: Case) -> None:
    answer = assign(*case)
    assume(isinstance(answer, Impossible))
    assert isinstance(answer, Impossible)
    if len(case[2].at_least_one_of_kind) <= case[2].per_application:
        assert "newcomers" in {remedy.change for remedy in answer.remedies}
    for remedy in answer.remedies:
        keeps_every_rule(with_remedy(case, remedy), done(with_remedy(case, remedy)))


def test_more_capacity_is_asked_of_everybody_alike() -> None:
    case = (tuple(reviewer(f"r-{n}", 5) for n in range(1, 4)), applications(9), wish(2))
    remedies = {remedy.change: remedy.parts for remedy in impossible(case).remedies}
    assert remedies["capacity"] == (("r-1", 1), ("r-2", 1), ("r-3", 1))
    assert remedies["newcomers"] == (("", 3),)
    assert remedies["per_application"] == (("", 1),)


def test_an_impossible_wish_can_be_refused_with_its_first_cause() -> None:
    answer = impossible(NOES["nobody is of kind finance"][0])
    with pytest.raises(AssignmentImpossible) as refusal:
        raise answer.refusal()
    assert refusal.value.fields == {"rule": "nobody is of kind finance", "others": 0}


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
