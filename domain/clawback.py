"""Clawback 追回: money paid to a terminated project comes back in instalments, each with its day, or is waived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar

from domain.errors import AboveLimit, Malformed, NotDue, SamePerson
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Frozen, Line, Moment, Money, PositiveSum, Role, Sha256, Slug, Text
from domain.progress import Clawback, Instalment, TerminationCause
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.termination import ClawbackRules
from domain.streams import To
from domain.termination import ProjectTerminated


class InstalmentWish(Frozen):
    """分期: how much is to come back by which day."""

    due_on: date
    amount: PositiveSum


class InstalmentPlan(Frozen):
    id: Slug
    amount: Money
    remind_at: Moment
    due: Moment
    overdue_at: Moment


class ClawbackOrdered(ProjectEvent):
    """The project is stopped for good; it is terminated once the money is back or waived. Nothing more is paid."""

    cause: TerminationCause
    reason: Text
    ordered_by: Slug
    spent: Money | None
    amount: Money
    instalments: tuple[InstalmentPlan, ...]

    def apply(self, state: Project) -> Project:
        instalments = {
            plan.id: Instalment(
                id=plan.id, amount=plan.amount, remind_at=plan.remind_at, due=plan.due, overdue_at=plan.overdue_at
            )
            for plan in self.instalments
        }
        clawback = Clawback(
            cause=self.cause,
            reason=self.reason,
            ordered_by=self.ordered_by,
            spent=self.spent,
            amount=self.amount,
            instalments=MappingProxyType(instalments),
        )
        tranches = {
            id_: tranche if tranche.status == "paid" else replace(tranche, status="forfeited")
            for id_, tranche in state.tranches.items()
        }
        return replace(
            state,
            stage="clawback",
            termination=self.cause,
            clawback=clawback,
            tranches=MappingProxyType(tranches),
        )


class RepaymentEvent(ProjectEvent):
    instalment: Slug


class RepaymentReminded(RepaymentEvent):
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_instalment(self.instalment, reminded=True)


class RepaymentOverdue(RepaymentEvent):
    """Not all of it has come back after the days of grace: the officer is called."""

    due: Moment
    left: Money

    def apply(self, state: Project) -> Project:
        return state.with_instalment(self.instalment, overdue=True)


class RepaymentRecorded(RepaymentEvent):
    amount: Money
    paid_on: date
    reference: Line
    recorded_by: Slug

    def apply(self, state: Project) -> Project:
        instalment = state.instalment(self.instalment)
        return state.with_instalment(
            self.instalment,
            repaid=instalment.repaid + self.amount.minor,
            references=instalment.references | {self.reference},
        )


class ClawbackWaived(ProjectEvent):
    """What has not come back will not be asked for any more."""

    waived_by: Slug
    amount: Money
    reason: Text
    document_sha256: Sha256

    def apply(self, state: Project) -> Project:
        return state


def instalment_plan(
    rules: ClawbackRules, project: Project, wishes: tuple[InstalmentWish, ...], at: datetime
) -> tuple[InstalmentPlan, ...]:
    """The instalments with their dates, each day after the one before. Raises Malformed, AboveLimit."""
    calendar, most = project.rules.calendar, rules.instalments_at_most
    if len(wishes) > most:
        raise AboveLimit(field="instalments", value=str(len(wishes)), limit=str(most))
    before, last = calendar.day_of(at), calendar.day_of(at) + timedelta(days=rules.within_days)
    plan = []
    for n, wish in enumerate(wishes, start=1):
        if wish.due_on <= before:
            raise Malformed(field=f"instalments.{n - 1}.due_on", rule="must be after today and after the one before")
        if wish.due_on > last:
            raise AboveLimit(field=f"instalments.{n - 1}.due_on", value=str(wish.due_on), limit=str(last))
        before, due = wish.due_on, calendar.end_of(wish.due_on)
        plan.append(
            InstalmentPlan(
                id=str(n),
                amount=wish.amount,
                remind_at=due - timedelta(days=rules.remind_before_days),
                due=due,
                overdue_at=due + timedelta(days=rules.overdue_after_days),
            )
        )
    return tuple(plan)


def terminated(project: Project) -> ProjectTerminated:
    """What follows once the money is back or waived."""
    clawback = project.clawback
    assert clawback is not None, "there is a clawback in this stage"
    return ProjectTerminated(
        cause=clawback.cause, reason=clawback.reason, spent=clawback.spent, to_return=clawback.amount
    )


class RecordRepayment(ProjectCommand):
    """The payer records what came back, by the bank's reference, also in part; the fund has it again in the same transaction.

    What is more than is left of the instalment pays those after it.

    Raises NotFound, StageNotOpen, SamePerson (who ordered it), AboveLimit, CurrencyMismatch, ReferenceUsed.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("payer",)
    instalment: Slug
    amount: PositiveSum
    paid_on: date
    reference: Line

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if project.clawback and self.reference in project.instalment(self.instalment).references:
            return
        project.must_be("clawback")
        instalment = project.instalment(self.instalment)
        if project.clawback and project.clawback.ordered_by == by.id:
            raise SamePerson(person=by.id, step="RecordRepayment", earlier="TerminateProject")
        to = project.rules.returned_to
        returned = tuple(funds.take_back(project.round, project.id, self.amount, self.reference, to))
        after = project
        for recorded in self._parts(project, instalment, by):
            yield recorded
            after = recorded.apply(after)
        if after.clawback and not after.clawback.left.minor:
            yield terminated(after)
        yield from returned

    def _parts(self, project: Project, instalment: Instalment, by: Actor) -> Iterator[RepaymentRecorded]:
        """Of the instalment and then of the next ones, as far as it reaches. Raises AboveLimit."""
        every = project.clawback.instalments.values() if project.clawback else ()
        due = [each for each in every if instalment.left.minor and each.due >= instalment.due]
        left = Money(currency=self.amount.currency, minor=sum(each.left.minor for each in due))
        if left < self.amount:
            raise AboveLimit(field="amount", value=str(self.amount), limit=str(left))
        rest = self.amount.minor
        for each in due:
            part = min(rest, each.left.minor)
            rest -= part
            if part:
                yield RepaymentRecorded(
                    instalment=each.id,
                    amount=Money(currency=self.amount.currency, minor=part),
                    paid_on=self.paid_on,
                    reference=self.reference,
                    recorded_by=by.id,
                )


class WaiveClawback(ProjectCommand):
    """Ask for the rest no more (it cannot be had, or would cost more), by somebody who did not order it.

    Raises NotFound, StageNotOpen, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("approver",)
    reason: Text
    document_sha256: Sha256

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.over and project.clawback and project.clawback.left.minor:
            return
        project.must_be("clawback")
        clawback = project.clawback
        assert clawback is not None, "there is a clawback in this stage"
        if clawback.ordered_by == by.id:
            raise SamePerson(person=by.id, step="WaiveClawback", earlier="TerminateProject")
        yield ClawbackWaived(
            waived_by=by.id, amount=clawback.left, reason=self.reason, document_sha256=self.document_sha256
        )
        yield terminated(project)


class StoryOfRepayment(StoryOfProject):
    instalment: Slug

    def waiting(self, project: Project) -> Instalment | None:
        """The instalment, as long as it is waited for. Raises NotFound."""
        if project.stage != "clawback":
            return None
        instalment = project.instalment(self.instalment)
        return instalment if instalment.left.minor else None


class RemindRepayment(StoryOfRepayment):
    """An instalment is due soon. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        instalment = self.waiting(project)
        if instalment is None or instalment.reminded:
            return
        if at < instalment.remind_at:
            raise NotDue(deadline="repayment-reminder", due=instalment.remind_at)
        yield RepaymentReminded(instalment=instalment.id, due=instalment.due)


class RecordOverdueRepayment(StoryOfRepayment):
    """An instalment's days of grace have passed. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        instalment = self.waiting(project)
        if instalment is None or instalment.overdue:
            return
        if at < instalment.overdue_at:
            raise NotDue(deadline="repayment-overdue", due=instalment.overdue_at)
        yield RepaymentOverdue(instalment=instalment.id, due=instalment.due, left=instalment.left)
