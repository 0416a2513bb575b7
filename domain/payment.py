"""Payment 付款: orders with a number, and payments that come back from the bank and are made again.

What the bank confirmed is recorded by `RecordPayment` (domain/tranche.py), all at once or in parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.errors import TrancheNotReady
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Line, Money, Role, Slug, Text
from domain.project import PAYING, Project, ProjectEvent
from domain.streams import To
from domain.tranche import TrancheCommand, TrancheEvent, separate


class PaymentOrdered(TrancheEvent):
    """付款单: what is left of the tranche is to be paid; its number is unique in the installation."""

    order: Line
    amount: Money
    payee: Line
    ordered_by: Slug

    def apply(self, state: Project) -> Project:
        orders = state.tranche(self.tranche).orders + 1
        return state.with_tranche(self.tranche, status="ordered", ordered_by=self.ordered_by, orders=orders)


class PaymentFailed(TrancheEvent):
    """The bank did not carry it out, or sent it back: the money is promised again, a closed project is open again."""

    reference: Line
    amount: Money
    reason: Text
    reported_by: Slug

    def apply(self, state: Project) -> Project:
        tranche = state.tranche(self.tranche).with_failure(self.reference)
        if state.stage == "closed":
            state = replace(state, stage="settlement", outcome="")
        return state.putting(tranche)


class OrderPayment(TrancheCommand):
    """The payer writes the payment order for what is left of an approved tranche; only where the rules have orders.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("payer",)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*PAYING)
        tranche = project.tranche(self.tranche)
        if tranche.status == "ordered" and tranche.ordered_by == by.id:
            return
        if not project.rules.paying.orders:
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for="payment")
        tranche = self.standing(project, at, "approved", waits="approval")
        separate(by, "OrderPayment", tranche)
        number = f"{project.id}/{tranche.id}/{tranche.orders + 1}"
        yield PaymentOrdered(
            tranche=tranche.id, order=number, amount=tranche.left, payee=tranche.payee, ordered_by=by.id
        )


class ReportPaymentFailed(TrancheCommand):
    """A payment failed or came back, named by its reference: it can be made again under another one.

    Also after the project was closed, which the last payment does. The reference stays used. Said twice, it failed once.

    Raises NotFound, StageNotOpen, TrancheNotReady, AboveLimit (some of the money was given back meanwhile).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("payer",)
    reference: Line
    reason: Text

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be(*PAYING, "closed")
        tranche = project.tranche(self.tranche)
        payment = tranche.remittance(self.reference)
        if payment.failed:
            return
        if tranche.status == "forfeited":
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for="")
        amount = Money(currency=tranche.amount.currency, minor=payment.minor)
        yield PaymentFailed(
            tranche=tranche.id, reference=self.reference, amount=amount, reason=self.reason, reported_by=by.id
        )
        yield from funds.reverse(self.reference)
