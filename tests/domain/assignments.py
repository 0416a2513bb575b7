"""Values and checks for the tests of assigning reviewers."""

from collections import Counter

from hypothesis import strategies as st

from domain.assignment import assign
from domain.assignment_wish import Application, Assignment, AssignmentWish, Impossible, Reviewer

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


TRIANGLE = (("finance", "law"), ("law", "field"), ("field", "finance"))
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
