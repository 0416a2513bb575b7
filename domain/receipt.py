"""Receipt 到账: a fund is opened for its purposes, and what it receives is booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from domain.errors import AlreadyExists, PurposeMismatch
from domain.fund import Fund
from domain.kernel import Actor, Command, Line, PositiveSum, Role, Slug
from domain.movement import FundEvent, FundOpened, FundsReceived


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
    """Book money that arrived, for one purpose only where one is named (定向).

    `tax_receipt` is the number of the donation receipt (捐赠票据).

    Raises NotFound, CurrencyMismatch, ReferenceUsed, PurposeMismatch.
    """

    amount: PositiveSum
    source: Line
    received_on: date
    reference: Line
    purpose: Slug | None = None
    tax_receipt: Line | None = None

    def decide(self, fund: Fund, by: Actor, at: datetime) -> Iterator[FundEvent]:
        fund.must_exist()
        fund.check_currency(self.amount)
        fund.must_not_know(self.reference)
        if self.purpose is not None and self.purpose not in fund.purposes:
            raise PurposeMismatch(fund=fund.id, purpose=self.purpose, purposes=fund.purposes)
        yield FundsReceived(
            amount=self.amount,
            source=self.source,
            received_on=self.received_on,
            reference=self.reference,
            purpose=self.purpose,
            tax_receipt=self.tax_receipt,
        )
