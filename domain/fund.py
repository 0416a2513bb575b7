"""Fund 资金池: restricted money. Received → allocated to a round → committed to a project → disbursed, or released again.

Every step keeps disbursed ≤ committed ≤ allocated ≤ received under each purpose, so a fund cannot be over-committed, no yuan
leaves it twice, and none serves another purpose. What may be done with the money of one fund or several is in domain/funds.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from domain.errors import CurrencyMismatch, NotFound, ReferenceUsed
from domain.kernel import Aggregate, Event, Line, Money, Purpose, Slug, aggregate, nothing
from domain.ledger import (
    ANY_PURPOSE,
    Account,
    Books,
    Lot,
    Payment,
    Posting,
    Stake,
    available_for,
    balance,
    by_purpose,
    moved,
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


def _any_purpose(payload: dict[str, Any]) -> dict[str, Any]:
    """Version 1 did not say which purpose."""
    return payload | {"purpose": None}


class FundEvent(Event):
    OF = Fund


class FundOpened(FundEvent):
    name: Line
    currency: str
    purposes: tuple[Slug, ...]

    def apply(self, state: Fund) -> Fund:
        return replace(state, name=self.name, currency=self.currency, purposes=self.purposes)


class MoneyMoved(FundEvent):
    """Money goes from one account of the fund to another, under one purpose."""

    FROM: ClassVar[Account]
    TO: ClassVar[Account]
    amount: Money

    def purpose_in(self, state: Fund) -> str:
        raise NotImplementedError

    def postings(self, state: Fund) -> tuple[Posting, ...]:
        """What it posts in the fund as it was before."""
        return moved(self.FROM, self.TO, self.purpose_in(state), self.amount.minor)


class FundsReceived(MoneyMoved):
    """`purpose` where the money was given for one of the fund's purposes; otherwise it is for any of them.

    `tax_receipt` is the number of the donation receipt (捐赠票据) that was made out for it.
    """

    VERSION = 2
    EARLIER: ClassVar = {1: _any_purpose}
    FROM, TO = "received", "available"
    source: Line
    received_on: date
    reference: Line
    purpose: Purpose | None = None
    tax_receipt: Line | None = None

    def purpose_in(self, state: Fund) -> str:
        (only,) = state.purposes if len(state.purposes) == 1 else (ANY_PURPOSE,)
        return self.purpose or only

    def apply(self, state: Fund) -> Fund:
        return state.after(self.postings(state)).with_reference(self.reference)


class MovedInRound(MoneyMoved):
    """Money set aside for a round moves. `purpose` is said where the round has money of the fund for several."""

    round: Slug
    purpose: Purpose | None = None

    def purpose_in(self, state: Fund) -> str:
        return state.purpose_of(self.round, self.purpose)

    def moved_in(self, state: Fund, **more: int) -> Fund:
        """The fund with the postings made and the round's lot changed."""
        return state.after(self.postings(state)).with_lot(self.round, self.purpose_in(state), **more)


class FundsAllocated(MovedInRound):
    """A round's budget is set aside."""

    FROM, TO = "available", "allocated"
    purpose: Purpose

    def apply(self, state: Fund) -> Fund:
        return self.moved_in(state, allocated=self.amount.minor)


class AllocationReturned(MovedInRound):
    """Money a closed round did not use goes back to the fund, with its purpose."""

    VERSION = 2
    EARLIER: ClassVar = {1: _any_purpose}
    FROM, TO = "allocated", "available"

    def apply(self, state: Fund) -> Fund:
        after = self.moved_in(state, allocated=-self.amount.minor, unused=self.amount.minor)
        return replace(after, ended=state.ended | {self.round})


class MovedForProject(MovedInRound):
    project: Slug

    def moved_for(self, state: Fund, *, promised: int = 0, paid: int = 0, **more: int) -> Fund:
        """The fund with the postings made, the round's lot and what the project has changed."""
        after = self.moved_in(state, **more)
        return after.with_stake(self.project, self.round, self.purpose_in(state), promised=promised, paid=paid)


class FundsCommitted(MovedForProject):
    """An award is promised to a project."""

    VERSION = 2
    EARLIER: ClassVar = {1: _any_purpose}
    FROM, TO = "allocated", "committed"

    def apply(self, state: Fund) -> Fund:
        return self.moved_for(state, committed=self.amount.minor, promised=self.amount.minor)


class FundsReleased(MovedForProject):
    """Money promised to a project goes back to its round."""

    VERSION = 2
    EARLIER: ClassVar = {1: _any_purpose}
    FROM, TO = "released", "allocated"

    def apply(self, state: Fund) -> Fund:
        minor = self.amount.minor
        return self.moved_for(state, committed=-minor, promised=-minor, released=minor)


class FundsDisbursed(MovedForProject):
    """Money is paid out to a project, with the bank's reference."""

    VERSION = 2
    EARLIER: ClassVar = {1: _any_purpose}
    FROM, TO = "committed", "disbursed"
    reference: Line

    def apply(self, state: Fund) -> Fund:
        minor = self.amount.minor
        payment = Payment(self.round, self.project, self.purpose_in(state), minor)
        after = self.moved_for(state, disbursed=minor, promised=-minor, paid=minor)
        return after.with_reference(self.reference, payment)


class PaymentReversed(MovedForProject):
    """A payment failed or was sent back by the bank: the money is promised to the project again. Its reference stays used."""

    FROM, TO = "disbursed", "committed"
    purpose: Purpose
    reference: Line

    def apply(self, state: Fund) -> Fund:
        minor = self.amount.minor
        after = self.moved_for(state, disbursed=-minor, promised=minor, paid=-minor)
        return after.with_reversal(self.reference, self.purpose)


class FundsReturned(MovedForProject):
    """A project gave back what it was paid (unspent, clawed back): free again for its purpose, in the fund or in the round."""

    FROM = "returned"
    purpose: Purpose
    to: Literal["fund", "round"]
    reference: Line

    def postings(self, state: Fund) -> tuple[Posting, ...]:
        to: Account = "available" if self.to == "fund" else "allocated"
        return moved(self.FROM, to, self.purpose, self.amount.minor)

    def apply(self, state: Fund) -> Fund:
        minor = -self.amount.minor
        allocated = minor if self.to == "fund" else 0
        after = self.moved_for(
            state, allocated=allocated, committed=minor, disbursed=minor, paid=minor, recovered=-minor
        )
        return after.with_reference(self.reference)
