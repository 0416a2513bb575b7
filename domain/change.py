"""Changes 变更: the organisation asks for another plan, budget, end or team; what changes is on record, old beside new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field, model_validator

from domain.agreement import ReportPlan, report_dates
from domain.budget import BudgetLine, check_categories, total
from domain.errors import (
    AboveLimit,
    AlreadyExists,
    CurrencyMismatch,
    Malformed,
    NotDue,
    NotFound,
    SamePerson,
    StageNotOpen,
)
from domain.kernel import Actor, Moment, Money, Role, Slug, Text
from domain.progress import BudgetChange, Change, Consenting, Diff, EndChange, TextChange
from domain.project import Project, ProjectCommand, ProjectEvent, Stage, StoryOfProject
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
    """Ask for another plan, budget, end (the last day of the last report) or team: whatever is given. One at a time.

    A budget never raises the award. Raises NotFound, StageNotOpen, AlreadyExists, Malformed, AboveLimit, CurrencyMismatch,
    NotAnswered, CostForbidden.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    change: Slug
    reason: Text
    plan: Text | None = None
    budget: tuple[BudgetLine, ...] | None = Field(default=None, min_length=1, max_length=200)
    ends_on: date | None = None
    team: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> RequestChange:
        if all(part is None for part in (self.plan, self.budget, self.ends_on, self.team)):
            raise ValueError("must change the plan, the budget, the end or the team")
        return self

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        known = project.changes.get(self.change)
        if known is not None:
            if (known.reason, known.diff.now) == (self.reason, (self.plan, self.budget, self.ends_on, self.team)):
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
        second = bool(set(diff.parts) & set(rules.second_consent))
        yield ChangeRequested(
            change=self.change,
            requested_by=by.id,
            reason=self.reason,
            diff=diff,
            consents=("officer", "approver") if second else ("officer",),
            answer_by=project.rules.calendar.after_working_days(at, rules.answer_within_working_days),
        )

    def _diff(self, project: Project, at: datetime) -> Diff:
        return Diff(
            plan=TextChange(was=project.plan, now=self.plan) if self.plan else None,
            budget=self._budget(project) if self.budget else None,
            end=self._end(project, self.ends_on, at) if self.ends_on else None,
            team=TextChange(was=project.team, now=self.team) if self.team else None,
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
    return tuple(
        report_dates(
            project.rules.report(report.id), report.id, max(report.due + by, project.rules.calendar.after_days(at, 0))
        )
        for report in project.reports.values()
        if report.status in {"due", "returned"} and report.due > at
    )


class ChangeCommand(ProjectCommand):
    ROLES: ClassVar[tuple[Role, ...]] = ("officer", "approver")
    change: Slug

    def open(self, project: Project) -> Change:
        """The change, as long as it is not answered. Raises NotFound, StageNotOpen."""
        change = project.change(self.change)
        project.must_be(*CHANGING)
        if change.status != "requested":
            raise StageNotOpen(stage="change requested", now=f"change {change.status}")
        return change


class ApproveChange(ChangeCommand):
    """Consent to a change; with the last consent wanted it is made. An officer and an approver are two people.

    Raises NotFound, StageNotOpen, SamePerson.
    """

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if by.id in project.change(self.change).consents.values() and project.change(self.change).status == "approved":
            return
        change = self.open(project)
        role: Consenting = "approver" if by.role == "approver" else "officer"
        if change.consents.get(role) == by.id:
            return
        if by.id in change.consents.values():
            raise SamePerson(person=by.id, step="ApproveChange", earlier="ApproveChange")
        if role not in change.wanted or role in change.consents:
            raise StageNotOpen(stage="a consent that is wanted", now="consent given or not wanted")
        yield ChangeConsented(change=change.id, person=by.id, role=role)
        if {*change.consents, role} != set(change.wanted):
            return
        version = 1 + sum(each.status == "approved" for each in project.changes.values())
        yield ChangeApproved(change=change.id, version=version, diff=change.diff)
        end = change.diff.end
        if end is not None:
            yield ReportsMoved(change=change.id, reports=moved(project, end.now - end.was, at))


class RefuseChange(ChangeCommand):
    """Say no to a change, with the reason. Raises NotFound, StageNotOpen."""

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.change(self.change).status == "refused":
            return
        change = self.open(project)
        yield ChangeRefused(change=change.id, refused_by=by.id, reason=self.reason)


class EscalateChange(StoryOfProject):
    """The days for an answer have passed. Raises NotFound, NotDue."""

    change: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        change = project.change(self.change)
        if project.stage not in CHANGING or change.status != "requested" or change.overdue:
            return
        if at < change.answer_by:
            raise NotDue(deadline="change", due=change.answer_by)
        yield ChangeOverdue(change=change.id, due=change.answer_by)
