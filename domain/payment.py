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
from domain.reckoning import TranchesForfeited, set_free
from domain.streams import To
from domain.tranche import ProjectSettled, TrancheCommand, TrancheEvent, pays
from domain.tranche_chain import Tranche


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
    """The bank sent it back: the money is promised again, a closed project is open again.

    After a termination nothing is paid any more: then the money goes back to the round.
    """

    reference: Line
    amount: Money
    reason: Text
    reported_by: Slug

    def apply(self, state: Project) -> Project:
        before = state.tranche(self.tranche)
        tranche = before.with_failure(self.reference, state.payee or before.payee)
        if state.stage == "closed":
            state = replace(state, stage="settlement", outcome="")
        return state.putting(replace(tranche, status="forfeited") if state.over else tranche)


class PaymentOrderFailed(TrancheEvent):
    """The bank did not carry out an order, or not all of it: what is left needs another one."""

    order: Line
    reason: Text
    reported_by: Slug

    def apply(self, state: Project) -> Project:
        tranche = state.tranche(self.tranche)
        return state.putting(tranche.approved_for(state.payee or tranche.payee))


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
        pays(by, "OrderPayment", project, tranche)
        number = order_number(project, tranche, tranche.orders + 1)
        yield PaymentOrdered(
            tranche=tranche.id, order=number, amount=tranche.left, payee=tranche.payee, ordered_by=by.id
        )


def order_number(project: Project, tranche: Tranche, n: int) -> str:
    """Of the n-th payment order of a tranche; unique in the installation."""
    return f"{project.id}/{tranche.id}/{n}"


class ReportPaymentFailed(TrancheCommand):
    """A payment came back, named by the bank's reference, or an order was not carried out, named by its number.

    It can be made again under another reference, or with another order. Also after the project was closed, which the last payment
    does; what is not paid any more (forfeited, terminated) goes back to the round. The reference stays used.
    Said twice, it failed once.

    Raises NotFound, StageNotOpen, TrancheNotReady, AboveLimit (some of the money was given back meanwhile).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("payer",)
    reference: Line
    reason: Text

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be(*PAYING, "closed", "ended")
        tranche = project.tranche(self.tranche)
        numbers = [order_number(project, tranche, n) for n in range(1, tranche.orders + 1)]
        if self.reference in numbers:
            yield from self._order(project, tranche, funds, by, latest=self.reference == numbers[-1])
            return
        payment = tranche.remittance(self.reference)
        if payment.failed:
            return
        amount = Money(currency=tranche.amount.currency, minor=payment.minor)
        yield PaymentFailed(
            tranche=tranche.id, reference=self.reference, amount=amount, reason=self.reason, reported_by=by.id
        )
        reversed_ = tuple(funds.reverse(self.reference))
        yield from reversed_
        if project.stage == "ended" or tranche.status == "forfeited":
            yield from funds.after(reversed_).release(project.round, project.id, amount)

    def _order(
        self, project: Project, tranche: Tranche, funds: Funds, by: Actor, *, latest: bool
    ) -> Iterator[Event | To]:
        """Earlier orders have an answer already. Raises TrancheNotReady (it was carried out)."""
        if not latest or tranche.status not in {"ordered", "paid"}:
            return
        if tranche.status == "paid":
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for="")
        failed = PaymentOrderFailed(tranche=tranche.id, order=self.reference, reason=self.reason, reported_by=by.id)
        yield failed
        if project.evaluation_passed is False:
            forfeited = TranchesForfeited(tranches=(tranche.id,))
            yield forfeited
            after = forfeited.apply(failed.apply(project))
            if after.paid_up:
                yield ProjectSettled()
            yield from set_free(after, funds)
