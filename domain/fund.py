"""Fund 资金池: restricted money. Received → allocated to a round → committed to a project → disbursed, or released again.

Every step keeps disbursed ≤ committed ≤ allocated ≤ received under each purpose, so a fund cannot be over-committed, no yuan
leaves it twice, and none serves another purpose. What moves it is in domain/movement.py, what may be done with the money of one
fund or several in domain/funds.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from domain.errors import CurrencyMismatch, NotFound, ReferenceUsed
from domain.kernel import Aggregate, Money, aggregate, nothing
from domain.ledger import (
    Books,
    Lot,
    Payment,
    Posting,
    Stake,
    available_for,
    balance,
    by_purpose,
    posted,
    whole_of,
)
from domain.persistent import PersistentMap, empty


@aggregate
@dataclass(frozen=True, kw_only=True)
class Fund(Aggregate):
    """All amounts in minor units of the fund's one currency."""

    kind = "fund"
    name: str = ""
    currency: str = ""
    purposes: tuple[str, ...] = ()
    books: Books = field(default_factory=nothing)
    lots: Mapping[tuple[str, str], Lot] = field(default_factory=nothing)
    """Round and purpose → what the round has."""
    stakes: PersistentMap[tuple[Stake, ...]] = field(default_factory=empty)
    """Project → what it has, for each purpose."""
    references: PersistentMap[tuple[Payment, ...]] = field(default_factory=empty)
    """Every reference ever booked → what it paid out; nothing where money came in."""
    ended: frozenset[str] = frozenset()
    """Rounds that gave back what they did not use."""

    @property
    def exists(self) -> bool:
        return bool(self.name)

    @property
    def received(self) -> int:
        return -balance(self.books, "received")

    @property
    def unallocated(self) -> int:
        return balance(self.books, "available")

    @property
    def balances(self) -> Books:
        """Account and purpose → its balance, no purpose overdrawn; they sum to zero, over all and under each purpose."""
        return by_purpose(self.books)

    @property
    def allocated(self) -> Mapping[str, int]:
        """Round → money set aside for it."""
        return self._in_rounds("allocated")

    @property
    def committed(self) -> Mapping[str, int]:
        """Round → money promised to its projects and not released."""
        return self._in_rounds("committed")

    @property
    def disbursed(self) -> Mapping[str, int]:
        """Round → money paid out and not given back."""
        return self._in_rounds("disbursed")

    @property
    def promised(self) -> Mapping[str, int]:
        """Project → money promised to it and neither paid nor released."""
        return {project: due for project in self.stakes if (due := self.promised_to(project))}

    def _in_rounds(self, column: str) -> Mapping[str, int]:
        sums: dict[str, int] = {}
        for (round_id, _), lot in self.lots.items():
            sums[round_id] = sums.get(round_id, 0) + int(getattr(lot, column))
        return sums

    def lots_of(self, round_id: str) -> dict[str, Lot]:
        """Purpose → what the round has."""
        return {purpose: lot for (of, purpose), lot in self.lots.items() if of == round_id}

    def stakes_of(self, project: str) -> tuple[Stake, ...]:
        return self.stakes.get(project, ())

    def promised_to(self, project: str) -> int:
        return sum(stake.promised for stake in self.stakes_of(project))

    def paid_to(self, project: str) -> int:
        return sum(stake.paid for stake in self.stakes_of(project))

    def serves(self, purpose: str) -> bool:
        """Whether money for this purpose, or for one project under it, is kept here."""
        return whole_of(purpose) in self.purposes

    def available_for(self, purpose: str) -> int:
        """What can still be set aside for the purpose."""
        return available_for(self.books, purpose)

    def free_in(self, round_id: str) -> int:
        return sum(lot.free for lot in self.lots_of(round_id).values())

    def outstanding_in(self, round_id: str) -> int:
        """Promised to projects of the round, not yet paid."""
        return sum(lot.committed - lot.disbursed for lot in self.lots_of(round_id).values())

    def purpose_of(self, round_id: str, purpose: str | None = None) -> str:
        """The purpose said, else the only one the round has money for."""
        return purpose or next(iter(self.lots_of(round_id)), "")

    def money(self, minor: int) -> Money:
        return Money(currency=self.currency, minor=minor)

    def must_exist(self) -> None:
        """Raises NotFound."""
        if not self.exists:
            raise NotFound(kind="fund", id=self.id)

    def must_not_know(self, reference: str) -> None:
        """Raises ReferenceUsed: it is in the books already."""
        if reference in self.references:
            raise ReferenceUsed(reference=reference)

    def check_currency(self, amount: Money, where: str = "amount") -> None:
        """Raises CurrencyMismatch."""
        if amount.currency != self.currency:
            raise CurrencyMismatch(field=where, currency=amount.currency, expected=self.currency)

    # ── what events make of it ───────────────────────────────────────────────────────────────────────────────────────

    def after(self, postings: Iterable[Posting]) -> Fund:
        return replace(self, books=posted(self.books, postings))

    def with_lot(self, round_id: str, purpose: str, **more: int) -> Fund:
        lot = self.lots.get((round_id, purpose), Lot()) + Lot(**more)
        return replace(self, lots=MappingProxyType({**self.lots, (round_id, purpose): lot}))

    def with_stake(self, project: str, round_id: str, purpose: str, *, promised: int = 0, paid: int = 0) -> Fund:
        """A project that has nothing left is left out, so that a fund is not burdened by all it ever gave."""
        stakes = {stake.purpose: stake for stake in self.stakes_of(project)}
        was = stakes.get(purpose, Stake(round_id, purpose))
        stakes[purpose] = Stake(round_id, purpose, was.promised + promised, was.paid + paid)
        left = tuple(stake for stake in stakes.values() if stake.promised or stake.paid)
        return replace(self, stakes=self.stakes.put(project, left) if left else self.stakes.without(project))

    def with_reference(self, reference: str, *payments: Payment) -> Fund:
        known = self.references.get(reference, ())
        return replace(self, references=self.references.put(reference, (*known, *payments)))

    def with_reversal(self, reference: str, purpose: str) -> Fund:
        """A reference proves one payment only, also when that has failed."""
        payments = tuple(
            replace(each, reversed=True) if each.purpose == purpose else each for each in self.references[reference]
        )
        return replace(self, references=self.references.put(reference, payments))
