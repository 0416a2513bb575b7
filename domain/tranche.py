"""Tranche 拨款: asked for, verified, approved and paid by four different people, each behind its gate.

Separation of duties by person: book-keeper, approver, handler and custodian differ (会计法 37).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from domain.errors import AboveLimit, CurrencyMismatch, PayeeMismatch, SamePerson, TrancheNotReady
from domain.fund import Fund
from domain.funds import Funds
from domain.gate import waits_for
from domain.kernel import Actor, Aggregate, Event, Line, Money, PositiveSum, Role, Slug, Text
from domain.payment_split import recorded
from domain.project import PAYING, Project, ProjectCommand, ProjectEvent
from domain.streams import To
from domain.tranche_chain import Tranche


class TrancheEvent(ProjectEvent):
    tranche: Slug


class TrancheRequested(TrancheEvent):
    amount: Money
    payee: Line
    requested_by: Slug

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="requested", payee=self.payee, requested_by=self.requested_by)


class TrancheVerified(TrancheEvent):
    verified_by: Slug
    note: str

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="verified", verified_by=self.verified_by)


class TrancheApproved(TrancheEvent):
    """One person approved; the tranche is approved once as many did as the rules ask for its amount."""

    approved_by: Slug

    def apply(self, state: Project) -> Project:
        tranche = state.tranche(self.tranche)
        approvers = (*tranche.approvers, self.approved_by)
        enough = len(approvers) >= state.rules.paying.approvers_for(tranche.amount)
        return state.with_tranche(self.tranche, status="approved" if enough else "verified", approvers=approvers)


class TrancheRefused(TrancheEvent):
    """Sent back with a reason: it can be asked for again."""

    refused_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.putting(state.tranche(self.tranche).sent_back())


class TranchePaid(TrancheEvent):
    """The bank confirmed a payment: the whole tranche, or a part of it."""

    amount: Money
    paid_by: Slug
    paid_on: date
    reference: Line

    def apply(self, state: Project) -> Project:
        tranche = state.tranche(self.tranche).with_payment(self.reference, self.amount)
        return replace(state.putting(tranche), payee=state.payee or tranche.payee)


class ProjectSettled(ProjectEvent):
    """Evaluated where the programme has an evaluation, and every tranche is paid or forfeited."""

    def apply(self, state: Project) -> Project:
        return state


class TrancheCommand(ProjectCommand):
    tranche: Slug

    def standing(self, project: Project, at: datetime, *statuses: str, waits: str) -> Tranche:
        """The tranche in one of the statuses, its gate open. Raises NotFound, StageNotOpen, Suspended, TrancheNotReady.

        What the bank was ordered to pay it may have paid: that is recorded, whatever happened since.
        """
        project.must_be(*PAYING)
        tranche = project.tranche(self.tranche)
        if tranche.status != "ordered":
            project.must_not_be_suspended()
        if tranche.status not in statuses:
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for=waits)
        missing = waits_for(project, tranche, at)
        if missing:
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for=missing)
        return tranche


def separate(by: Actor, step: str, tranche: Tranche) -> None:
    """Raises SamePerson when this person took an earlier step of the tranche."""
    taken = [("RequestTranche", tranche.requested_by), ("VerifyTranche", tranche.verified_by)]
    taken += [("ApproveTranche", person) for person in tranche.approvers]
    for earlier, person in taken:
        if person == by.id:
            raise SamePerson(person=by.id, step=step, earlier=earlier)


def pays(by: Actor, step: str, project: Project, tranche: Tranche) -> None:
    """Raises SamePerson when this person took an earlier step of the tranche, or agreed to another payee."""
    separate(by, step, tranche)
    if by.id == project.payee_agreed_by:
        raise SamePerson(person=by.id, step=step, earlier="AnswerPayeeChange")


class RequestTranche(TrancheCommand):
    """The organisation asks for a tranche, or for what is left of it, to be paid to whom the earlier ones go.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, PayeeMismatch.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    payee: Line

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        tranche = self.standing(project, at, "planned", "requested", waits="planned")
        if tranche.status == "requested":
            return
        agreed = project.payee or next((other.payee for other in project.tranches.values() if other.underway), "")
        if agreed not in {"", self.payee}:
            raise PayeeMismatch(payee=self.payee, agreed=agreed)
        yield TrancheRequested(tranche=tranche.id, amount=tranche.left, payee=self.payee, requested_by=by.id)


class VerifyTranche(TrancheCommand):
    """A verifier confirms that the gate's evidence holds.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("verifier",)
    note: str = ""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        tranche = project.tranche(self.tranche)
        if tranche.status == "verified" and tranche.verified_by == by.id:
            return
        tranche = self.standing(project, at, "requested", waits="request")
        separate(by, "VerifyTranche", tranche)
        yield TrancheVerified(tranche=tranche.id, verified_by=by.id, note=self.note)


class ApproveTranche(TrancheCommand):
    """Another person approves; above the amounts the rules name, several different people do, in any order (C13).

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("approver",)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        tranche = project.tranche(self.tranche)
        if tranche.status in {"verified", "approved"} and by.id in tranche.approvers:
            return
        tranche = self.standing(project, at, "verified", waits="verification")
        separate(by, "ApproveTranche", tranche)
        yield TrancheApproved(tranche=tranche.id, approved_by=by.id)


class RefuseTranche(TrancheCommand):
    """Send a request back, with the reason; it can be asked for again.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("verifier", "approver")
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*PAYING)
        project.must_not_be_suspended()
        tranche = project.tranche(self.tranche)
        if tranche.status not in {"requested", "verified"}:  # whether its gate has shut again does not matter
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for="request")
        if by.id == tranche.requested_by:
            raise SamePerson(person=by.id, step="RefuseTranche", earlier="RequestTranche")
        yield TrancheRefused(tranche=tranche.id, refused_by=by.id, reason=self.reason)


class RecordPayment(TrancheCommand):
    """The payer records the bank's date and reference; the fund is charged in the same transaction.

    `amount` where the bank carried out a part; otherwise it is all that is left of the tranche.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson, CurrencyMismatch, AboveLimit, ReferenceUsed,
    FundExhausted.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("payer",)
    paid_on: date
    reference: Line
    amount: PositiveSum | None = None

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be(*PAYING)
        tranche = project.tranche(self.tranche)
        if self._recorded(tranche):
            return
        ready = ("ordered", "order") if project.rules.paying.orders else ("approved", "approval")
        tranche = self.standing(project, at, ready[0], waits=ready[1])
        pays(by, "RecordPayment", project, tranche)
        amount = self.amount or tranche.left
        if amount.currency != tranche.amount.currency:
            raise CurrencyMismatch(field="amount", currency=amount.currency, expected=tranche.amount.currency)
        if tranche.left < amount:
            raise AboveLimit(field="amount", value=str(amount), limit=str(tranche.left))
        paid = TranchePaid(
            tranche=tranche.id, amount=amount, paid_by=by.id, paid_on=self.paid_on, reference=self.reference
        )
        yield paid
        if project.stage == "settlement" and paid.apply(project).paid_up:  # before that, what comes last settles it
            yield ProjectSettled()
        disbursed = tuple(funds.disburse(project.round, project.id, amount, self.reference))
        yield from recorded(project, tranche.id, self.reference, funds, disbursed)
        yield from disbursed

    def _recorded(self, tranche: Tranche) -> bool:
        """Whether this very payment is on record."""
        return any(
            payment.reference == self.reference
            and not payment.failed
            and (self.amount is None or self.amount.minor == payment.minor)
            for payment in tranche.remittances
        )
