"""The mathematics of assigning reviewers: one linear programme over batches of like applications, solved by HiGHS.

Applications that nobody can tell apart (the same experts, the same people barred) are one batch. A column says how often a
reviewer sits for a batch, a row what is wanted or possible: places, kinds, capacity. If every kind stands in a row when the
reviewers are lined up well (`line_up`), what was decided for a batch can always be dealt out to its applications (`deal`).
`docs/decisions/0009-reviewers-by-batches.md` has the reasons and figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Goal = Literal["best", "any", "newcomers", "capacity"]
"""What is looked for: the best answer; any answer; the fewest places for newcomers, or the least more capacity, evenly spread,
that makes an answer possible."""

ROUNDING = 1e-6
COLUMNWISE, MINIMISE, WHOLE, HALF = 1, 1, 1, 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """So many applications, and by their numbers who is an expert in them and who is barred from them."""

    size: int
    experts: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    batches: tuple[Batch, ...]
    capacities: tuple[int, ...]
    kinds: tuple[frozenset[int], ...]
    per_application: int
    balance: bool = True
    expertise_weight: int = 0

    @property
    def places(self) -> int:
        return self.per_application * sum(batch.size for batch in self.batches)

    @property
    def even(self) -> int:
        """The load of each if all had the same, rounded up."""
        return -(-self.places // len(self.capacities))


@dataclass(frozen=True, slots=True)
class Solution:
    """What was decided, by pairs of numbers; kind number 0 stands for any reviewer."""

    seats: Mapping[tuple[int, int], int]
    """(batch, reviewer) → in how many of its applications they sit."""
    added: Mapping[tuple[int, int], int]
    """(kind, batch) → places of newcomers, or (0, reviewer) → reviews above their capacity."""


Name = Literal["seats", "loads", "added"]


@dataclass(slots=True)
class _Table:
    """Columns as HiGHS takes them. Rows: (0, b) places of batch b, (k, b) its k-th kind, (-1, r) capacity of reviewer r."""

    question: Question
    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    row: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    names: list[tuple[Name, int, int]] = field(default_factory=list)

    def number(self, row: tuple[int, int]) -> int:
        batches = len(self.question.batches)
        return row[1] + batches * (row[0] if row[0] >= 0 else 1 + len(self.question.kinds))

    def column(self, name: tuple[Name, int, int], cost: int, upper: int, rows: Mapping[tuple[int, int], int]) -> None:
        self.names.append(name)
        self.cost.append(cost)
        self.upper.append(upper)
        self.row += map(self.number, rows)
        self.value += rows.values()
        self.start.append(len(self.row))

    def total(self, values: Sequence[float]) -> float:
        return sum(cost * value for cost, value in zip(self.cost, values, strict=True))

    def bounds(self, of_one: float = 1.0) -> tuple[list[float], list[float]]:
        """The least and the most of every row: places exactly, kinds at least once each, capacity counted by its columns."""
        sizes = [batch.size * of_one for batch in self.question.batches]
        places = [float(size * self.question.per_application) for size in sizes]
        kinds = [float(size) for size in sizes] * len(self.question.kinds)
        people = len(self.question.capacities)
        infinite = float("inf")
        return places + kinds + [-infinite] * people, places + [infinite] * len(kinds) + [0.0] * people


def steps(capacity: int, even: int) -> Iterator[tuple[int, int]]:
    """(reviews, twice the mean cost of one): the n-th review costs n. Far above an even load, reviews are counted in heaps."""
    load = 0
    while load < capacity:
        width = min(1 if load < 2 * even else load // 4 or 1, capacity - load)
        yield width, 2 * load + width + 1
        load += width


def _table(question: Question, goal: Goal) -> _Table:
    table = _Table(question)
    unit = question.places + 1 if goal == "best" else 0
    match = -(2 * question.expertise_weight * unit + 1) if goal == "best" else 0
    for b, batch in enumerate(question.batches):
        for r, capacity in enumerate(question.capacities):
            if capacity and r not in batch.barred:
                rows = {(0, b): 1, (-1, r): 1} | {(k, b): 1 for k, kind in enumerate(question.kinds, 1) if r in kind}
                table.column(("seats", b, r), match if r in batch.experts else 0, batch.size, rows)
    for r, capacity in enumerate(question.capacities):
        for width, twice in steps(capacity, question.even) if question.balance and unit else ((capacity, 0),):
            table.column(("loads", r, 0), twice * unit, width, {(-1, r): -1})
    _bend(table, goal)
    return table


def _bend(table: _Table, goal: Goal) -> None:
    """Columns by which a rule can be bent, at a price."""
    question = table.question
    if goal == "capacity":
        for r, capacity in enumerate(question.capacities):
            for width, twice in steps(question.places if capacity else 0, question.even):
                table.column(("added", 0, r), twice, width, {(-1, r): -1})
    if goal == "newcomers":
        for b, batch in enumerate(question.batches):
            most = batch.size * question.per_application
            for k in range(1 + len(question.kinds)):
                table.column(("added", k, b), 1, most, {(0, b): 1, (k, b): 1})


def solve(question: Question, goal: Goal = "best") -> Solution | None:
    """The best answer in whole numbers, the same for the same question; None when there is none.

    Mostly the linear programme's own answer is whole. Otherwise the batches that are not are solved again in whole numbers, and
    everything if that is not as good.
    """
    table = _table(question, goal)
    values, _ = _run(table)
    broken = [name for name, value in zip(table.names, values, strict=False) if abs(value - round(value)) > ROUNDING]
    if broken:
        again = {b for name, b, _ in broken if name == "seats"}
        keep = {n: values[n] for n, (name, b, _) in enumerate(table.names) if name == "seats" and b not in again}
        whole, _ = _run(table, whole=True, keep=keep)
        values = whole if whole and table.total(whole) < table.total(values) + HALF else _run(table, whole=True)[0]
    if not values:
        return None
    found: dict[Name, dict[tuple[int, int], int]] = {"seats": {}, "loads": {}, "added": {}}
    for (name, first, second), value in zip(table.names, values, strict=True):
        if round(value):
            found[name][first, second] = found[name].get((first, second), 0) + round(value)
    return Solution(found["seats"], found["added"])


def scarce(question: Question) -> frozenset[tuple[int, int]] | None:
    """(kind, batch) of the wishes that compete for too few people, and of none that could be left out of the quarrel.

    These are the wishes that have a price when newcomers cost one each: by duality a cut, where most is missing. Of several such
    cuts the smallest is taken, because every wish is made a little smaller. None where newcomers would not help.
    """
    _, prices = _run(_table(question, "newcomers"), of_one=1.0 - 0.25 / question.places)
    wishes = ((k, b) for k in range(1 + len(question.kinds)) for b in range(len(question.batches)))
    found = frozenset(wish for wish, price in zip(wishes, prices, strict=False) if price > HALF)
    return found if prices else None


def _run(
    table: _Table, *, whole: bool = False, of_one: float = 1.0, keep: Mapping[int, float] = MappingProxyType({})
) -> tuple[Sequence[float], Sequence[float]]:
    """Values of the columns and prices of the rows; nothing when the rules contradict each other. `keep` fixes columns."""
    import highspy  # noqa: PLC0415  takes a tenth of a second, and must not be loaded beside ortools

    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
        highs.setOptionValue(option, setting)
    least, most = table.bounds(of_one)
    columns, rows = len(table.cost), len(least)
    # Loads add up whole by themselves; leaving them free takes a third of the time.
    whole_columns = [WHOLE if whole and name != "loads" else 0 for name, _, _ in table.names]
    highs.passModel(
        columns,
        rows,
        len(table.row),
        COLUMNWISE,
        MINIMISE,
        0.0,
        table.cost,
        [round(keep.get(n, 0.0)) for n in range(columns)],
        [round(keep.get(n, upper)) for n, upper in enumerate(table.upper)],
        least,
        most,
        table.start,
        table.row,
        table.value,
        whole_columns,
    )
    highs.run()
    status = highs.modelStatusToString(highs.getModelStatus())
    if status in {"Infeasible", "Primal infeasible or unbounded"}:
        return (), ()
    if status != "Optimal":
        raise RuntimeError(f"HiGHS ends with: {status}")
    solution = highs.getSolution()
    return solution.col_value, solution.row_dual


def line_up(signatures: Collection[frozenset[int]]) -> tuple[frozenset[int], ...] | None:
    """An order of the sets of kinds that people hold in which each kind's holders stand in a row; None when there is none."""

    def further(
        placed: tuple[frozenset[int], ...], left: frozenset[frozenset[int]]
    ) -> tuple[frozenset[int], ...] | None:
        if not left:
            return placed
        begun = frozenset().union(*placed)
        waiting = frozenset().union(*left)
        last = placed[-1] if placed else frozenset()
        if (begun & waiting) - last:
            return None
        for next_ in sorted(left, key=sorted):
            found = further((*placed, next_), left - {next_})
            if found is not None:
                return found
        return None

    return further((), frozenset(signatures) - {frozenset()})


def deal(batch: Batch, times: Mapping[int, int], order: Sequence[int]) -> list[list[int]]:
    """Deal reviewers to a batch's applications like cards, everybody's turns one after the other.

    Nobody comes twice to one application, since nobody has more turns than there are applications; a kind whose holders stand in
    a row has at least as many turns as applications, so it comes to each.
    """
    panels: list[list[int]] = [[] for _ in range(batch.size)]
    turn = 0
    for reviewer in order:
        for _ in range(times.get(reviewer, 0)):
            panels[turn % batch.size].append(reviewer)
            turn += 1
    return panels
