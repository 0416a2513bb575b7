"""Assigning reviewers 分配评审 to applications by optimisation; where a wish cannot be met, which rule it is and what would help.

Hard rules: nobody reviews where they have a conflict; nobody gets more than their capacity; so many reviewers for each
application; at least one of each wished kind. Beside them: loads as even as the rules allow, and expertise in the field.

The same input gives the same answer, in whatever order it is listed. Another version of the solver may choose among equally good
answers differently, so what was assigned is recorded, never computed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import TypeVar

from domain.assignment_model import Batch, Question, Solution, deal, line_up, scarce, solve
from domain.assignment_wish import (
    Application,
    AssignedPanel,
    Assignment,
    AssignmentWish,
    Impossible,
    Load,
    Remedy,
    Reviewer,
    Unmet,
)
from domain.errors import Malformed


def assign(
    reviewers: Iterable[Reviewer], applications: Iterable[Application], wish: AssignmentWish
) -> Assignment | Impossible:
    """The best assignment under the rules, or why there is none. Raises Malformed (somebody is named twice)."""
    case = _case(_by_id(reviewers, "reviewers"), _by_id(applications, "applications"), wish)
    if not case.batches:
        return Assignment(panels=(), loads=tuple(Load(reviewer=who.id, reviews=0) for who in case.reviewers))
    causes = tuple(_causes_at_sight(case))
    while not causes and (solution := solve(case.question)) is not None:
        panels, stuck = _dealt(case, solution)
        if stuck:
            panels |= _dealt_apart(case, solution, stuck)
        if len(panels) == sum(map(len, case.batches)):
            return _assignment(case, panels)
        case = case.split(stuck)
    if not case.exact:
        case = case.split(range(len(case.batches)))
    return Impossible(unmet=causes or tuple(_causes_within(case)), remedies=tuple(_remedies(case)))


ORDERS_TRIED = 24

_Named = TypeVar("_Named", Reviewer, Application)


def _by_id(named: Iterable[_Named], field: str) -> tuple[_Named, ...]:
    listed = sorted(named, key=lambda each: each.id)
    if len({each.id for each in listed}) < len(listed):
        raise Malformed(field=field, rule="must not name anybody twice")
    return tuple(listed)


@dataclass(frozen=True)
class _Case:
    """The question in numbers: reviewers by their place in the order of ids, applications by batches nobody can tell apart."""

    reviewers: tuple[Reviewer, ...]
    kinds: tuple[str, ...]
    batches: tuple[tuple[str, ...], ...]
    question: Question
    orders: tuple[tuple[int, ...], ...]
    """Orders in which reviewers may be dealt to a batch."""
    exact: bool
    """The only order has each kind's holders in a row, so that dealing never fails."""
    able: frozenset[int]
    """Reviewers with any capacity."""

    def split(self, batches: Collection[int]) -> _Case:
        """The same with each application of these batches for itself."""
        parts = [
            (part, replace(batch, size=len(part)))
            for b, (ids, batch) in enumerate(zip(self.batches, self.question.batches, strict=True))
            for part in ([(id_,) for id_ in ids] if b in batches else [ids])
        ]
        question = replace(self.question, batches=tuple(batch for _, batch in parts))
        return replace(self, batches=tuple(part for part, _ in parts), question=question)

    def free(self, batch: int, kind: int = 0) -> frozenset[int]:
        """Who can review a batch's applications; of the k-th kind, if one is given."""
        able = self.able & self.question.kinds[kind - 1] if kind else self.able
        return able - self.question.batches[batch].barred

    def holds(self, reviewer: int, kind: int) -> bool:
        return not kind or reviewer in self.question.kinds[kind - 1]

    def wanted(self, batches: Iterable[int], kind: int = 0) -> int:
        each = 1 if kind else self.question.per_application
        return sum(each * self.question.batches[b].size for b in batches)

    def room(self, batches: Collection[int], kind: int = 0) -> int:
        """The places that can be taken in these batches, by people of the kind."""
        could: dict[int, int] = {}
        for b in batches:
            for r in self.free(b, kind):
                could[r] = could.get(r, 0) + self.question.batches[b].size
        return sum(min(reviews, self.question.capacities[r]) for r, reviews in could.items())

    def unmet(self, rule: str, wanted: int, available: int, batches: Collection[int] = (), kind: int = 0) -> Unmet:
        applications = tuple(sorted(id_ for b in batches for id_ in self.batches[b]))
        name = self.kinds[kind - 1] if kind else ""
        return Unmet.model_validate(
            {"rule": rule, "wanted": wanted, "available": available, "kind": name, "applications": applications}
        )


def _case(reviewers: tuple[Reviewer, ...], applications: tuple[Application, ...], wish: AssignmentWish) -> _Case:
    kinds = tuple(sorted(set(wish.at_least_one_of_kind)))
    held = [frozenset(k for k, kind in enumerate(kinds) if kind in who.kinds) for who in reviewers]
    alike: dict[tuple[frozenset[int], frozenset[int]], list[str]] = {}
    for application in applications:
        experts = frozenset(r for r, who in enumerate(reviewers) if application.field in who.expertise)
        barred = frozenset(r for r, who in enumerate(reviewers) if _conflict(who, application))
        alike.setdefault((experts, barred), []).append(application.id)
    question = Question(
        batches=tuple(Batch(len(ids), experts, barred) for (experts, barred), ids in alike.items()),
        capacities=tuple(min(who.capacity, len(applications)) for who in reviewers),
        kinds=tuple(frozenset(r for r, holds in enumerate(held) if k in holds) for k in range(len(kinds))),
        per_application=wish.per_application,
        balance=wish.balance,
        expertise_weight=wish.expertise_weight,
    )
    able = frozenset(r for r, who in enumerate(reviewers) if who.capacity)
    orders, exact = _orders(held, len(kinds))
    return _Case(reviewers, kinds, tuple(map(tuple, alike.values())), question, orders, exact, able)


def _conflict(who: Reviewer, application: Application) -> bool:
    return application.organisation in who.conflict_organisations or application.id in who.conflict_projects


def _orders(held: list[frozenset[int]], kinds: int) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """The order in which all kinds stand in a row; if there is none, some in which one kind does after the other."""
    people = range(len(held))
    line = line_up({*held, *(frozenset({k}) for k in range(kinds))})  # newcomers, asked about later, hold one kind each
    if line is not None:
        places = {holds: place for place, holds in enumerate(line)}
        return (tuple(sorted(people, key=lambda r: (places.get(held[r], len(places)), r))),), True
    ranks = islice(permutations(range(kinds)), ORDERS_TRIED)
    return tuple(tuple(sorted(people, key=lambda r: ([k not in held[r] for k in rank], r))) for rank in ranks), False


def _dealt(case: _Case, solution: Solution) -> tuple[dict[str, list[int]], set[int]]:
    """Each application's panel; and the batches in which some panel would lack a kind, in whatever order they are dealt."""
    panels: dict[str, list[int]] = {}
    stuck = set()
    for b, (ids, batch) in enumerate(zip(case.batches, case.question.batches, strict=True)):
        times = {r: solution.seats.get((b, r), 0) for r in case.orders[0]}
        for order in case.orders:
            dealt = deal(batch, times, order)
            if all(kind & set(panel) for kind in case.question.kinds for panel in dealt):
                panels |= zip(ids, dealt, strict=True)
                break
        else:
            stuck.add(b)
    return panels, stuck


def _dealt_apart(case: _Case, solution: Solution, stuck: Collection[int]) -> dict[str, list[int]]:
    """Panels for the batches that could not be dealt, from the same people as often as before; none if none are as good."""
    ids = [id_ for b in sorted(stuck) for id_ in case.batches[b]]
    batches = [replace(case.question.batches[b], size=1) for b in sorted(stuck) for _ in case.batches[b]]
    turns, experts = Counter[int](), 0
    for (b, r), times in solution.seats.items():
        if b in stuck:
            turns[r] += times
            experts += times * (r in case.question.batches[b].experts)
    capacities = tuple(turns[r] for r in range(len(case.reviewers)))
    again = solve(replace(case.question, batches=tuple(batches), capacities=capacities, balance=False))
    if again is None or sum(r in batches[b].experts for b, r in again.seats) < experts:
        return {}
    panels: dict[str, list[int]] = {id_: [] for id_ in ids}
    for n, r in again.seats:
        panels[ids[n]].append(r)
    return panels


def _assignment(case: _Case, panels: dict[str, list[int]]) -> Assignment:
    loads = Counter(r for panel in panels.values() for r in panel)
    experts = {
        id_: batch.experts for ids, batch in zip(case.batches, case.question.batches, strict=True) for id_ in ids
    }
    return Assignment(
        panels=tuple(
            AssignedPanel(
                application=id_,
                reviewers=tuple(case.reviewers[r].id for r in sorted(panel)),
                experts=len(experts[id_] & set(panel)),
            )
            for id_, panel in sorted(panels.items())
        ),
        loads=tuple(Load(reviewer=who.id, reviews=loads[r]) for r, who in enumerate(case.reviewers)),
    )


def _causes_at_sight(case: _Case) -> Iterator[Unmet]:
    """What can be counted without a solver; the simplest first, and what follows from it not at all."""
    each, able, everything = case.question.per_application, len(case.able), range(len(case.batches))
    kinds = range(1, 1 + len(case.kinds))
    nobody = [k for k in kinds if not case.able & case.question.kinds[k - 1]]
    if able < each:
        yield case.unmet("reviewers", each, able)
    for k in nobody:
        yield case.unmet("reviewers", 1, 0, kind=k)
    if able < each or nobody:
        return
    barred = False
    for b in everything:
        if len(case.free(b)) < each:
            barred = True
            yield case.unmet("conflict", each, len(case.free(b)), (b,))
        for k in kinds:
            if not case.free(b, k):
                barred = True
                yield case.unmet("conflict", 1, 0, (b,), k)
    for k in () if barred else (0, *kinds):
        wanted, most = (
            case.wanted(everything, k),
            sum(case.question.capacities[r] for r in case.able if case.holds(r, k)),
        )
        if wanted > most:
            yield case.unmet("capacity", wanted, most, kind=k)


def _causes_within(case: _Case) -> Iterator[Unmet]:
    """The solver's prices tell whose wishes compete for too few people."""
    wishes = scarce(case.question)
    if wishes is None:
        yield case.unmet("kinds", len(case.kinds), case.question.per_application)
        return
    short = False
    for k in range(1 + len(case.kinds)):
        for part in _parts(case, [b for kind, b in sorted(wishes) if kind == k], k):
            wanted, room = case.wanted(part, k), case.room(part, k)
            if wanted > room:
                short = True
                yield case.unmet("capacity", wanted, room, part, k)
    if not short:
        needed = solve(case.question, "newcomers")
        missing = sum(needed.added.values()) if needed is not None else 1
        together = wishes or {(0, b) for b in range(len(case.batches))}
        wanted = sum(case.wanted((b,), k) for k, b in together)
        yield case.unmet("together", wanted, wanted - missing, {b for _, b in together})


def _parts(case: _Case, batches: Iterable[int], kind: int) -> list[list[int]]:
    """Batches that share people, directly or through others: what is short in one part has nothing to do with another."""
    parts: list[tuple[list[int], frozenset[int]]] = []
    for b in batches:
        people = case.free(b, kind)
        joined = [part for part in parts if part[1] & people]
        parts = [part for part in parts if not part[1] & people]
        parts.append(
            (sorted([b, *(each for part in joined for each in part[0])]), people.union(*(p for _, p in joined)))
        )
    return [part for part, _ in parts]


def _remedies(case: _Case) -> Iterator[Remedy]:
    """Everything that alone would do, each tried with the solver."""
    question = case.question
    newcomers = solve(question, "newcomers")
    if newcomers is not None:
        places = {
            k: sum(n for (kind, _), n in newcomers.added.items() if kind == k) for k in range(1 + len(case.kinds))
        }
        parts = tuple(((case.kinds[k - 1] if k else ""), n) for k, n in places.items() if n)
        where = tuple(sorted(id_ for b in {b for _, b in newcomers.added} for id_ in case.batches[b]))
        yield Remedy(change="newcomers", parts=parts, applications=where)
    capacity = solve(question, "capacity")
    if capacity is not None:
        parts = tuple((case.reviewers[r].id, more) for (_, r), more in sorted(capacity.added.items()))
        yield Remedy(change="capacity", parts=parts)
    for fewer in range(question.per_application - 1, 0, -1):
        if _possible(replace(case, question=replace(question, per_application=fewer))):
            yield Remedy(change="per_application", parts=(("", fewer),))
            break
    each = [frozenset({k}) for k in range(len(case.kinds))]
    for dropped in dict.fromkeys([*each, frozenset().union(*each)]):
        kept = tuple(kind for k, kind in enumerate(question.kinds) if k not in dropped)
        names = tuple(kind for k, kind in enumerate(case.kinds) if k not in dropped)
        if dropped and _possible(replace(case, kinds=names, question=replace(question, kinds=kept))):
            yield Remedy(change="kinds", parts=tuple((case.kinds[k], 0) for k in sorted(dropped)))
            break


def _possible(case: _Case) -> bool:
    return not any(_causes_at_sight(case)) and solve(case.question, "any") is not None
