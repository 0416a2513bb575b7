"""A wish that cannot be met is answered with the rule, where it fails, and what would help."""

from collections import Counter

import pytest
from hypothesis import assume, given, settings

from domain.assignment import assign
from domain.assignment_wish import Application, Impossible, Remedy, Unmet
from domain.errors import AssignmentImpossible
from entrypoints.wording import rule
from tests.domain.assignments import (
    KINDS,
    TRIANGLE,
    Case,
    applications,
    done,
    impossible,
    keeps_every_rule,
    reviewer,
    small_cases,
    wish,
)

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
