"""Tranche 拨款: asked for, verified, approved and paid by four different people, each behind its gate.

Separation of duties by person: book-keeper, approver, handler and custodian differ (会计法 37).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from domain.errors import SamePerson, TrancheNotReady
from domain.fund import Fund
from domain.funds import Funds
from domain.gate import waits_for
from domain.kernel import Actor, Aggregate, Event, Line, Money, Role, Slug, Text
from domain.project import PAYING, Project, ProjectCommand, ProjectEvent, Tranche
from domain.streams import To


class TrancheEvent(ProjectEvent):
    tranche: Slug


class TrancheRequested(TrancheEvent):
    amount: Money
    payee: Line
    requested_by: Slug

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="requested", requested_by=self.requested_by)


class TrancheVerified(TrancheEvent):
    verified_by: Slug
    note: str

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="verified", verified_by=self.verified_by)


class TrancheApproved(TrancheEvent):
    approved_by: Slug

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="approved", approved_by=self.approved_by)


class TrancheRefused(TrancheEvent):
    """Sent back with a reason: it can be asked for again."""

    refused_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="planned", requested_by="", verified_by="", approved_by="")


class TranchePaid(TrancheEvent):
    amount: Money
    paid_by: Slug
    paid_on: date
    reference: Line

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, status="paid", reference=self.reference)


class ProjectSettled(ProjectEvent):
    """Evaluated where the programme has an evaluation, and every tranche is paid or forfeited."""

    def apply(self, state: Project) -> Project:
        return state


class TrancheCommand(ProjectCommand):
    tranche: Slug

    def standing(self, project: Project, at: datetime, *statuses: str, waits: str) -> Tranche:
        """The tranche in one of the statuses, its gate open. Raises NotFound, StageNotOpen, Suspended, TrancheNotReady."""
        project.must_be(*PAYING)
        project.must_not_be_suspended()
        tranche = project.tranche(self.tranche)
        if tranche.status not in statuses:
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for=waits)
        missing = waits_for(project, tranche, at)
        if missing:
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for=missing)
        return tranche


def separate(by: Actor, step: str, **earlier: str) -> None:
    """Raises SamePerson when this person took an earlier step."""
    for name, person in earlier.items():
        if person == by.id:
            raise SamePerson(person=by.id, step=step, earlier=name)


class RequestTranche(TrancheCommand):
    """The organisation asks for a tranche. Raises NotFound, StageNotOpen, Suspended, TrancheNotReady."""

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    payee: Line

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        tranche = self.standing(project, at, "planned", "requested", waits="planned")
        if tranche.status == "requested":
            return
        yield TrancheRequested(tranche=tranche.id, amount=tranche.amount, payee=self.payee, requested_by=by.id)


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
        separate(by, "VerifyTranche", RequestTranche=tranche.requested_by)
        yield TrancheVerified(tranche=tranche.id, verified_by=by.id, note=self.note)


class ApproveTranche(TrancheCommand):
    """Another person approves. Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson."""

    ROLES: ClassVar[tuple[Role, ...]] = ("approver",)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        tranche = project.tranche(self.tranche)
        if tranche.status == "approved" and tranche.approved_by == by.id:
            return
        tranche = self.standing(project, at, "verified", waits="verification")
        separate(by, "ApproveTranche", RequestTranche=tranche.requested_by, VerifyTranche=tranche.verified_by)
        yield TrancheApproved(tranche=tranche.id, approved_by=by.id)


class RefuseTranche(TrancheCommand):
    """Send a request back, with the reason; it can be asked for again.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("verifier", "approver")
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        tranche = self.standing(project, at, "requested", "verified", waits="request")
        separate(by, "RefuseTranche", RequestTranche=tranche.requested_by)
        yield TrancheRefused(tranche=tranche.id, refused_by=by.id, reason=self.reason)


class RecordPayment(TrancheCommand):
    """The payer records the bank's date and reference; the fund is charged in the same transaction.

    Raises NotFound, StageNotOpen, Suspended, TrancheNotReady, SamePerson, ReferenceUsed, FundExhausted.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("payer",)
    paid_on: date
    reference: Line

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be(*PAYING)
        tranche = project.tranche(self.tranche)
        if tranche.status == "paid" and tranche.reference == self.reference:
            return
        tranche = self.standing(project, at, "approved", waits="approval")
        separate(
            by,
            "RecordPayment",
            RequestTranche=tranche.requested_by,
            VerifyTranche=tranche.verified_by,
            ApproveTranche=tranche.approved_by,
        )
        paid = TranchePaid(
            tranche=tranche.id, amount=tranche.amount, paid_by=by.id, paid_on=self.paid_on, reference=self.reference
        )
        yield paid
        if project.stage == "settlement" and paid.apply(project).paid_up:  # before that, what comes last settles it
            yield ProjectSettled()
        yield from funds.disburse(project.round, project.id, tranche.amount, self.reference)
