"""Fund 资金池: restricted money. Received → allocated to a round → committed to a project → disbursed, or released again.

Every step keeps disbursed ≤ committed ≤ allocated ≤ received, so a fund cannot be over-committed and no yuan leaves it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.errors import AlreadyExists, CurrencyMismatch, FundExhausted, NotFound, PurposeMismatch, ReferenceUsed
from domain.kernel import Actor, Aggregate, Command, Event, Line, Money, PositiveSum, Role, Slug, aggregate, nothing

Amounts = Mapping[str, int]


def added(amounts: Amounts, key: str, minor: int) -> Amounts:
    return MappingProxyType({**amounts, key: amounts.get(key, 0) + minor})


@aggregate
@dataclass(frozen=True, kw_only=True)
class Fund(Aggregate):
    """All amounts in minor units of the fund's one currency."""

    kind = "fund"
    name: str = ""
    currency: str = ""
    purposes: tuple[str, ...] = ()
    received: int = 0
    allocated: Amounts = field(default_factory=nothing)
    """Round → money set aside for it."""
    committed: Amounts = field(default_factory=nothing)
    """Round → money promised to its projects and not released."""
    promised: Amounts = field(default_factory=nothing)
    """Project → money promised to it and neither paid nor released."""
    disbursed: Amounts = field(default_factory=nothing)
    """Round → money paid out."""
    references: frozenset[str] = field(default_factory=frozenset)

    @property
    def exists(self) -> bool:
        return bool(self.name)

    @property
    def unallocated(self) -> int:
        return self.received - sum(self.allocated.values())

    def free_in(self, round_id: str) -> int:
        return self.allocated.get(round_id, 0) - self.committed.get(round_id, 0)

    def outstanding_in(self, round_id: str) -> int:
        """Promised to projects of the round, not yet paid."""
        return self.committed.get(round_id, 0) - self.disbursed.get(round_id, 0)

    def money(self, minor: int) -> Money:
        return Money(currency=self.currency, minor=minor)

    def allocate(self, round_id: str, amount: Money, purpose: str) -> FundsAllocated:
        """Raises NotFound, CurrencyMismatch, PurposeMismatch, FundExhausted."""
        if not self.exists:
            raise NotFound(kind="fund", id=self.id)
        self.check_currency(amount)
        if purpose not in self.purposes:
            raise PurposeMismatch(fund=self.id, purpose=purpose, purposes=self.purposes)
        if amount.minor > self.unallocated:
            raise FundExhausted(fund=self.id, asked=str(amount), available=str(self.money(self.unallocated)))
        return FundsAllocated(round=round_id, amount=amount, purpose=purpose)

    def commit(self, round_id: str, project: str, amount: Money) -> FundsCommitted:
        """Raises CurrencyMismatch, FundExhausted."""
        self.check_currency(amount)
        if amount.minor > self.free_in(round_id):
            raise FundExhausted(fund=self.id, asked=str(amount), available=str(self.money(self.free_in(round_id))))
        return FundsCommitted(round=round_id, project=project, amount=amount)

    def disburse(self, round_id: str, project: str, amount: Money, reference: str) -> FundsDisbursed:
        """Raises ReferenceUsed, FundExhausted."""
        if reference in self.references:
            raise ReferenceUsed(reference=reference)
        promised = self.promised.get(project, 0)
        if amount.minor > promised:
            raise FundExhausted(fund=self.id, asked=str(amount), available=str(self.money(promised)))
        return FundsDisbursed(round=round_id, project=project, amount=amount, reference=reference)

    def release(self, round_id: str, project: str) -> Iterator[FundsReleased]:
        """What was promised to the project and not paid goes back to the round."""
        left = self.promised.get(project, 0)
        if left:
            yield FundsReleased(round=round_id, project=project, amount=self.money(left))

    def check_currency(self, amount: Money) -> None:
        if amount.currency != self.currency:
            raise CurrencyMismatch(field="amount", currency=amount.currency, expected=self.currency)


class FundEvent(Event):
    OF = Fund


class FundOpened(FundEvent):
    name: Line
    currency: str
    purposes: tuple[Slug, ...]

    def apply(self, state: Fund) -> Fund:
        return replace(state, name=self.name, currency=self.currency, purposes=self.purposes)


class FundsReceived(FundEvent):
    amount: Money
    source: Line
    received_on: date
    reference: Line

    def apply(self, state: Fund) -> Fund:
        references = state.references | {self.reference}
        return replace(state, received=state.received + self.amount.minor, references=references)


class FundsAllocated(FundEvent):
    round: Slug
    amount: Money
    purpose: Slug

    def apply(self, state: Fund) -> Fund:
        return replace(state, allocated=added(state.allocated, self.round, self.amount.minor))


class FundsCommitted(FundEvent):
    round: Slug
    project: Slug
    amount: Money

    def apply(self, state: Fund) -> Fund:
        committed = added(state.committed, self.round, self.amount.minor)
        return replace(state, committed=committed, promised=added(state.promised, self.project, self.amount.minor))


class FundsDisbursed(FundEvent):
    round: Slug
    project: Slug
    amount: Money
    reference: Line

    def apply(self, state: Fund) -> Fund:
        return replace(
            state,
            disbursed=added(state.disbursed, self.round, self.amount.minor),
            promised=added(state.promised, self.project, -self.amount.minor),
            references=state.references | {self.reference},
        )


class FundsReleased(FundEvent):
    """Money promised to a project goes back to its round."""

    round: Slug
    project: Slug
    amount: Money

    def apply(self, state: Fund) -> Fund:
        committed = added(state.committed, self.round, -self.amount.minor)
        return replace(state, committed=committed, promised=added(state.promised, self.project, -self.amount.minor))


class AllocationReturned(FundEvent):
    """Money a closed round did not use goes back to the fund, with its purpose."""

    round: Slug
    amount: Money

    def apply(self, state: Fund) -> Fund:
        return replace(state, allocated=added(state.allocated, self.round, -self.amount.minor))


class FundCommand(Command):
    ON = (Fund,)
    ROLES: ClassVar[tuple[Role, ...]] = ("trustee",)
    fund: Slug


class OpenFund(FundCommand):
    """Open a fund restricted to purposes (定向). Raises AlreadyExists."""

    name: Line
    currency: str = Field(pattern=r"^[A-Z]{3}$", default="CNY")
    purposes: tuple[Slug, ...] = Field(min_length=1)

    def decide(self, fund: Fund, by: Actor, at: datetime) -> Iterator[FundEvent]:
        if fund.exists:
            if (fund.name, fund.currency, fund.purposes) == (self.name, self.currency, self.purposes):
                return
            raise AlreadyExists(kind="fund", id=self.fund)
        yield FundOpened(name=self.name, currency=self.currency, purposes=self.purposes)


class ReceiveFunds(FundCommand):
    """Book money that arrived. Raises NotFound, CurrencyMismatch, ReferenceUsed."""

    amount: PositiveSum
    source: Line
    received_on: date
    reference: Line

    def decide(self, fund: Fund, by: Actor, at: datetime) -> Iterator[FundEvent]:
        if not fund.exists:
            raise NotFound(kind="fund", id=self.fund)
        fund.check_currency(self.amount)
        if self.reference in fund.references:
            raise ReferenceUsed(reference=self.reference)
        yield FundsReceived(
            amount=self.amount, source=self.source, received_on=self.received_on, reference=self.reference
        )
