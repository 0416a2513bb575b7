"""Movement 资金变动: what happens to a fund's money, each time two postings under one purpose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Literal

from domain.fund import Fund
from domain.kernel import Event, Line, Money, Purpose, Slug
from domain.ledger import ANY_PURPOSE, Account, Payment, Posting, moved


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


class FundsRefunded(MoneyMoved):
    """Money that is for one project only is given back to whom it came from; `round` where it was set aside for that."""

    to: Line
    refunded_on: date
    reference: Line
    purpose: Purpose
    round: Slug | None = None

    def postings(self, state: Fund) -> tuple[Posting, ...]:
        come_from: Account = "available" if self.round is None else "allocated"
        return moved(come_from, "received", self.purpose, self.amount.minor)

    def apply(self, state: Fund) -> Fund:
        after = state.after(self.postings(state)).with_reference(self.reference)
        return after if self.round is None else after.with_lot(self.round, self.purpose, allocated=-self.amount.minor)


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
