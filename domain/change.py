"""Changes 变更: the organisation asks for another plan, budget, end, team or leader: old beside new, on record.

Who consents, and what follows, is in consent.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field, model_validator

from domain.agreement import ReportPlan, report_dates
from domain.budget import BudgetLine, check_categories, total
from domain.errors import (
    AboveLimit,
    AlreadyExists,
    CurrencyMismatch,
    Malformed,
    NotFound,
    StageNotOpen,
)
from domain.kernel import Actor, Aggregate, Moment, Money, Role, Slug, Text, nothing
from domain.leading import led_by, must_be_free
from domain.person import Person
from domain.progress import BudgetChange, Change, Consenting, Diff, EndChange, LeaderChange, TextChange
from domain.project import Project, ProjectCommand, ProjectEvent, Stage
from domain.rules.change import ChangeRules

CHANGING: tuple[Stage, ...] = ("delivery",)


class ChangeEvent(ProjectEvent):
    change: Slug


class ChangeRequested(ChangeEvent):
    """What shall change. `consents` are the roles whose holders must all agree, each another person."""

    requested_by: Slug
    reason: Text
    diff: Diff
    consents: tuple[Consenting, ...]
    answer_by: Moment

    def apply(self, state: Project) -> Project:
        asked = Change(
            id=self.change, reason=self.reason, diff=self.diff, wanted=self.consents, answer_by=self.answer_by
        )
        return state.with_change(asked)


class ChangeConsented(ChangeEvent):
    person: Slug
    role: Consenting

    def apply(self, state: Project) -> Project:
        change = state.change(self.change)
        return state.with_change(
            replace(change, consents=MappingProxyType({**change.consents, self.role: self.person}))
        )


class ChangeApproved(ChangeEvent):
    """Everybody wanted has consented: the project is as the diff says. `version` counts its approved changes."""

    version: int
    diff: Diff

    def apply(self, state: Project) -> Project:
        state = state.with_change(replace(state.change(self.change), status="approved"))
        return replace(
            state,
            plan=self.diff.plan.now if self.diff.plan else state.plan,
            budget=self.diff.budget.now if self.diff.budget else state.budget,
            team=self.diff.team.now if self.diff.team else state.team,
            leader=self.diff.leader.now if self.diff.leader else state.leader,
        )


class ReportsMoved(ChangeEvent):
    """The end has moved, and so have the reports that are not handed in."""

    reports: tuple[ReportPlan, ...]

    def apply(self, state: Project) -> Project:
        for plan in self.reports:
            state = state.with_report(
                plan.id,
                due=plan.due,
                remind_at=plan.remind_at,
                overdue_at=plan.overdue_at,
                reminded=False,
                overdue=False,
            )
        return state


class ChangeRefused(ChangeEvent):
    refused_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.with_change(replace(state.change(self.change), status="refused"))


class ChangeOverdue(ChangeEvent):
    """Nobody has answered in the days for it; it is still to be answered."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_change(replace(state.change(self.change), overdue=True))


def rules_of(project: Project) -> ChangeRules:
    """Raises NotFound: the programme has no changes."""
    if project.rules.changes is None:
        raise NotFound(kind="change in the rules", id=project.id)
    return project.rules.changes


def end_of(project: Project) -> date | None:
    """The last day of the last report; None where there are no reports."""
    last = max((report.due for report in project.reports.values()), default=None)
    return None if last is None else project.rules.calendar.day_of(last - timedelta(microseconds=1))


class RequestChange(ProjectCommand):
    """Ask for another plan, budget, end (the last day of the last report), team or leader: whatever is given. One at a time.

    A budget never raises the award. Raises NotFound, StageNotOpen, AlreadyExists, Malformed, AboveLimit, CurrencyMismatch,
    NotAnswered, CostForbidden, AlreadyLeads.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Person)
    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    change: Slug
    reason: Text
    plan: Text | None = None
    budget: tuple[BudgetLine, ...] | None = Field(default=None, min_length=1, max_length=200)
    ends_on: date | None = None
    team: Text | None = None
    leader: Slug | None = None

    @property
    def person(self) -> str | None:
        """Who is asked about: the new leader."""
        return self.leader

    @model_validator(mode="after")
    def _something(self) -> RequestChange:
        if all(part is None for part in (self.plan, self.budget, self.ends_on, self.team, self.leader)):
            raise ValueError("must change the plan, the budget, the end, the team or the leader")
        return self

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        return led_by(*states)

    def decide(
        self,
        project: Project,
        leaders: tuple[Person, ...],
        by: Actor,
        at: datetime,
        beside: Mapping[str, Aggregate] = nothing(),
    ) -> Iterator[ProjectEvent]:
        known = project.changes.get(self.change)
        if known is not None:
            if (known.reason, known.diff.now) == (self.reason, self._wished):
                return
            raise AlreadyExists(kind="change", id=self.change)
        project.must_be(*CHANGING)
        rules = rules_of(project)
        if any(change.status == "requested" for change in project.changes.values()):
            raise StageNotOpen(stage="no open change", now="change requested")
        diff = self._diff(project, at)
        for part in diff.parts:
            if part not in rules.allowed:
                raise Malformed(field=part, rule="may not be changed by the rules of the programme")
        if self.leader:
            must_be_free(project, leaders, beside)
        second = bool(set(diff.parts) & set(rules.second_consent))
        yield ChangeRequested(
            change=self.change,
            requested_by=by.id,
            reason=self.reason,
            diff=diff,
            consents=("officer", "approver") if second else ("officer",),
            answer_by=project.rules.calendar.after_working_days(at, rules.answer_within_working_days),
        )

    @property
    def _wished(self) -> tuple[str | None, tuple[BudgetLine, ...] | None, date | None, str | None, str | None]:
        return self.plan, self.budget, self.ends_on, self.team, self.leader

    def _diff(self, project: Project, at: datetime) -> Diff:
        return Diff(
            plan=TextChange(was=project.plan, now=self.plan) if self.plan else None,
            budget=self._budget(project) if self.budget else None,
            end=self._end(project, self.ends_on, at) if self.ends_on else None,
            team=TextChange(was=project.team, now=self.team) if self.team else None,
            leader=LeaderChange(was=project.leader, now=self.leader) if self.leader else None,
        )

    def _budget(self, project: Project) -> BudgetChange:
        """Raises CurrencyMismatch, AboveLimit; with budget rules also NotAnswered, CostForbidden."""
        lines, rules = self.budget or (), project.rules
        for line in lines:
            if line.amount.currency != rules.currency:
                raise CurrencyMismatch(field="budget", currency=line.amount.currency, expected=rules.currency)
        if rules.call.budget is not None:
            check_categories(rules.call.budget, lines)
        granted, most = (_granted(each, rules.currency) for each in (lines, project.budget))
        if most < granted:
            raise AboveLimit(field="budget", value=str(granted), limit=str(most))
        return BudgetChange(was=project.budget, now=lines)

    def _end(self, project: Project, ends_on: date, at: datetime) -> EndChange:
        """Raises StageNotOpen, Malformed, AboveLimit."""
        was, most = end_of(project), rules_of(project).later_at_most_days
        if was is None or not moved(project, timedelta(days=1), at):
            raise StageNotOpen(stage="report due", now="every report handed in")
        if ends_on <= project.rules.calendar.day_of(at) or ends_on == was:
            raise Malformed(field="ends_on", rule="must be another day, and in the future")
        if most is not None and ends_on > was + timedelta(days=most):
            raise AboveLimit(field="ends_on", value=str(ends_on), limit=str(was + timedelta(days=most)))
        return EndChange(was=was, now=ends_on)


def _granted(lines: tuple[BudgetLine, ...], currency: str) -> Money:
    """What the programme pays."""
    return total((line for line in lines if line.paid_by == "grant"), currency)


def moved(project: Project, by: timedelta, at: datetime) -> tuple[ReportPlan, ...]:
    """The reports not handed in and not due yet, so much later (or earlier, but not before now)."""
    calendar = project.rules.calendar
    return tuple(
        report_dates(
            project.rules.report(report.id),
            report.id,
            max(calendar.days_later(report.due, by.days), calendar.after_days(at, 0)),
        )
        for report in project.reports.values()
        if report.status in {"due", "returned"} and report.due > at
    )
