"""The chain a tranche goes through: its money and gate, who took each step, and what the bank confirmed or returned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from domain.errors import NotFound
from domain.kernel import Money, nothing
from domain.rules.gate import Gate
from domain.sources import Part

TrancheStatus = Literal["planned", "requested", "verified", "approved", "ordered", "paid", "forfeited"]


@dataclass(frozen=True)
class Remittance:
    """汇款: a payment the bank confirmed, under its reference; `failed` once it came back."""

    reference: str
    minor: int
    payee: str
    failed: bool = False
    parts: tuple[Part, ...] = ()
    """Which fund paid how much of it, where several did."""


@dataclass(frozen=True)
class Tranche:
    """拨款: its money, what it waits for, and who took each step (four different people)."""

    id: str
    amount: Money
    gate: Gate | None
    status: TrancheStatus = "planned"
    payee: str = ""
    requested_by: str = ""
    verified_by: str = ""
    approvers: tuple[str, ...] = ()
    """Different people, as many as the rules ask for before it is approved."""
    ordered_by: str = ""
    orders: int = 0
    """Payment orders there were so far: each has a number of its own."""
    remittances: tuple[Remittance, ...] = ()
    documents: Mapping[str, str] = dataclasses.field(default_factory=nothing)
    """Document → SHA-256 of what was filed for this tranche."""
    late: bool = False
    """On record as not paid by the day the rules say."""
    reached: date | None = None
    """The last day it waited for that has come, as far as that is on record."""

    @property
    def paid(self) -> Money:
        """What was paid and did not come back."""
        minor = sum(payment.minor for payment in self.remittances if not payment.failed)
        return Money(currency=self.amount.currency, minor=minor)

    @property
    def left(self) -> Money:
        return self.amount - self.paid

    def remittance(self, reference: str) -> Remittance:
        """Raises NotFound."""
        for payment in self.remittances:
            if payment.reference == reference:
                return payment
        raise NotFound(kind="payment", id=reference)

    def with_payment(self, reference: str, amount: Money) -> Tranche:
        """Paid once nothing is left; in part until then."""
        payment = Remittance(reference=reference, minor=amount.minor, payee=self.payee)
        more = replace(self, remittances=(*self.remittances, payment))
        return more if more.left.minor else replace(more, status="paid")

    @property
    def underway(self) -> bool:
        """Asked for, and neither paid nor sent back."""
        return self.status in {"requested", "verified", "approved", "ordered"}

    def with_parts(self, reference: str, parts: tuple[Part, ...]) -> Tranche:
        """Told which fund paid how much."""
        told = tuple(replace(each, parts=parts) if each.reference == reference else each for each in self.remittances)
        return replace(self, remittances=told)

    def with_failure(self, reference: str, agreed: str) -> Tranche:
        """To be paid again, to the payee agreed on: with an order if there was one; asked for anew if nobody approved that."""
        failed = tuple(replace(each, failed=True) if each.reference == reference else each for each in self.remittances)
        after = replace(self, remittances=failed)
        return after if self.status in {"ordered", "forfeited"} else after.approved_for(agreed)

    def approved_for(self, agreed: str) -> Tranche:
        """Approved without an order, if it was for this payee; else sent back, so that the whole chain looks at it."""
        if not self.approvers or self.status not in {"approved", "ordered", "paid"} or self.payee != agreed:
            return self.sent_back()
        return replace(self, status="approved", ordered_by="")

    def sent_back(self) -> Tranche:
        """To be asked for again, from the beginning; what was paid of it stays paid."""
        return replace(self, status="planned", requested_by="", verified_by="", approvers=(), ordered_by="")


@dataclass(frozen=True)
class PayeeChange:
    """变更收款人: asked for with the consent of who was to be paid, and answered by an officer."""

    payee: str
    consent_sha256: str
    requested_by: str
    answer: Literal["", "agreed", "declined"] = ""
