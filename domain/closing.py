"""Closing 结项: a settled project is closed; a round is closed when none of its money is outstanding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field, model_validator

from domain.archive import open_duties
from domain.calendar import years_after
from domain.clawback import ClawbackOrdered, InstalmentWish, instalment_plan
from domain.closing_due import begun
from domain.errors import (
    AboveLimit,
    CurrencyMismatch,
    DutiesOpen,
    Malformed,
    MoneyOutstanding,
    ReserveOpen,
    StageNotOpen,
    TrancheNotReady,
)
from domain.fund import Fund
from domain.funds import Funds
from domain.gate import shut_for_good
from domain.kernel import Actor, Aggregate, Event, Money, PositiveSum, Sum, Text, nothing
from domain.organisation import Organisation
from domain.progress import TerminationCause
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.ranking import reserve
from domain.reckoning import TranchesForfeited, set_free
from domain.round import Round, RoundCommand, RoundEvent
from domain.streams import To
from domain.suspension import RUNNING
from domain.termination import ProjectTerminated
from domain.tranche import ProjectSettled

NAMED_AT_MOST = 20
"""A refusal names so many of the projects that stand in the way: a round may have a thousand."""


class ProjectClosed(ProjectEvent):
    grade: str

    def apply(self, state: Project) -> Project:
        return replace(state, stage="closed", outcome="closed")


class RoundClosed(RoundEvent):
    def apply(self, state: Round) -> Round:
        return replace(state, stage="closed")


class CloseProject(StoryOfProject):
    """Evaluated where the programme has an evaluation, every tranche paid or forfeited, and nothing left to be done.

    A tranche whose gate can never open any more is not paid; its money goes back to the round. Whatever is left to be done
    has its days from now on, where the rules give it some.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if project.stage != "settlement":
            return
        lost = tuple(each.id for each in project.tranches.values() if shut_for_good(project, each))
        if lost:
            forfeited = TranchesForfeited(tranches=lost)
            yield forfeited
            project = forfeited.apply(project)
            if project.paid_up:
                yield ProjectSettled()
            yield from set_free(project, funds)
        if project.paid_up and not open_duties(project):
            yield ProjectClosed(grade=project.grade)
        elif project.paid_up:
            yield from begun(project, at)


class TerminateProject(ProjectCommand):
    """Give up a project, so that its round can be closed; it cannot be undone. Consent to a withdrawal is given by it, too.

    `spent` is what the bureau recognises of what was paid. With `to_return`, in `instalments`, money paid is ordered back, where
    the rules have clawback; the project is terminated once it is back or waived. A breach bans the organisation, where the rules
    say so.

    Raises NotFound, StageNotOpen, TrancheNotReady (nobody knows whether an open payment order was carried out), Malformed,
    AboveLimit, CurrencyMismatch.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund, Organisation)
    reason: Text
    cause: TerminationCause = "other"
    spent: Sum | None = None
    to_return: PositiveSum | None = None
    instalments: tuple[InstalmentWish, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _settled(self) -> TerminateProject:
        if bool(self.instalments) != (self.to_return is not None):
            raise ValueError("to_return and instalments go together")
        return self

    def decide(
        self, project: Project, funds: Funds, organisation: Organisation, by: Actor, at: datetime
    ) -> Iterator[Event | To]:
        clawback = project.clawback
        if (project.termination, clawback.amount if clawback else None) == (self.cause, self.to_return):
            return
        project.must_be(*RUNNING)
        self._must_be_so(project)
        self._must_have_been_spent(project, funds)
        for tranche in project.tranches.values():
            if tranche.status == "ordered":
                raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for="payment")
        if self.to_return is None:
            yield ProjectTerminated(cause=self.cause, reason=self.reason, spent=self.spent, to_return=None)
        else:
            yield self._ordered(project, self.to_return, funds, by, at)
        yield from funds.release(project.round, project.id)
        termination = project.rules.termination
        if self.cause == "breach" and termination is not None and termination.ban_years is not None:
            until = years_after(project.rules.calendar.day_of(at), termination.ban_years)
            yield from organisation.ban(until=until, reason=self.reason)

    def _must_be_so(self, project: Project) -> None:
        """The cause is on record. Raises StageNotOpen."""
        if self.cause == "mid_term" and not (project.mid_term and project.mid_term.status == "failed"):
            raise StageNotOpen(stage="mid-term failed", now="mid-term not failed")
        if self.cause == "withdrawal" and not project.withdrawal:
            raise StageNotOpen(stage="withdrawal asked for", now="no withdrawal asked for")

    def _must_have_been_spent(self, project: Project, funds: Funds) -> None:
        """Out of what was paid. Raises CurrencyMismatch, Malformed, AboveLimit."""
        if self.spent is None:
            return
        currency = project.rules.currency
        if self.spent.currency != currency:
            raise CurrencyMismatch(field="spent", currency=self.spent.currency, expected=currency)
        if self.spent.minor < 0:
            raise Malformed(field="spent", rule="must not be below zero")
        paid = Money(currency=currency, minor=funds.paid_to(project.id))
        if paid < self.spent:
            raise AboveLimit(field="spent", value=str(self.spent), limit=str(paid))

    def _ordered(self, project: Project, amount: Money, funds: Funds, by: Actor, at: datetime) -> ClawbackOrdered:
        """Raises Malformed, AboveLimit, CurrencyMismatch."""
        rules = project.rules.termination.clawback if project.rules.termination else None
        if rules is None:
            raise Malformed(field="to_return", rule="the rules of the programme have no clawback")
        for asked in (amount, *(each.amount for each in self.instalments)):
            if asked.currency != project.rules.currency:
                raise CurrencyMismatch(field="to_return", currency=asked.currency, expected=project.rules.currency)
        most = funds.paid_to(project.id) - (self.spent.minor if self.spent else 0)
        if amount.minor > most:
            limit = Money(currency=amount.currency, minor=most)
            raise AboveLimit(field="to_return", value=str(amount), limit=str(limit))
        if sum(each.amount.minor for each in self.instalments) != amount.minor:
            raise Malformed(field="instalments", rule=f"must add up to {amount}")
        return ClawbackOrdered(
            cause=self.cause,
            reason=self.reason,
            ordered_by=by.id,
            spent=self.spent,
            amount=amount,
            instalments=instalment_plan(rules, project, self.instalments, at),
        )


class CloseRound(RoundCommand):
    """End a round: nothing promised is unpaid; what was not used goes back to the fund, with its purpose.

    Where the programme has closing duties, every project with an award is closed before, or has ended; everywhere, those that
    a sponsor pays are, and none waits for its award to be granted.
    Raises NotFound, StageNotOpen, ReserveOpen, MoneyOutstanding, DutiesOpen.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round, Fund)

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        """The projects with an award that may keep the round open: all where they have duties, else those without its money."""
        round_, *funds = states
        if round_.stage != "running":
            return ()
        return tuple(
            (Project, id_)
            for id_, place in round_.places.items()
            if place.chosen
            and (round_.rules.closing or place.sponsor or not any(fund.stakes_of(id_) for fund in funds))
        )

    def decide(
        self,
        round_: Round,
        funds: Funds,
        by: Actor,
        at: datetime,
        beside: Mapping[str, Project] = nothing(),
    ) -> Iterator[Event | To]:
        if round_.stage == "closed":
            return
        round_.must_be("running")
        waiting = len(reserve(round_))
        if waiting:
            raise ReserveOpen(waiting=waiting)
        outstanding = funds.outstanding_in(round_.id)
        if outstanding:
            raise MoneyOutstanding(outstanding=str(funds.money(outstanding)))
        open_ = [each for each in beside.values() if each.exists and not each.over]
        waited_for = tuple(sorted(each.id for each in open_ if _must_be_over(round_, each)))
        if waited_for:
            raise DutiesOpen(duties=waited_for[:NAMED_AT_MOST])
        yield RoundClosed()
        yield from funds.end(round_.id, always=round_.rules.returned_to == "round")


def _must_be_over(round_: Round, project: Project) -> bool:
    """Whether the round waits for it, where none of its money is outstanding."""
    return round_.rules.closing is not None or bool(project.sponsor) or project.stage == "notice"
