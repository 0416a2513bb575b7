"""Delivery 实施: progress reports, with activities, people served, money spent, readings of indicators, photos and receipts.

Late ones are reminded, then overdue on record; what the rules let follow from that is in report_default, what is sent back in
report_return.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field

from domain.errors import CurrencyMismatch, NotAnswered, NotDue, SamePerson, StageNotOpen
from domain.kernel import Actor, Count, Frozen, Line, Moment, Role, Slug, Text
from domain.midterm import opened_by
from domain.progress import Evidence, Reading, Spending
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.suspension import resumed
from domain.tranche import ProjectSettled


class Activity(Frozen):
    """One activity as it was held: `people_served` counts the people, once each, whom it was for."""

    held_on: date
    title: Line
    people_served: Count


class ReportEvent(ProjectEvent):
    report: Slug


def without_figures(payload: dict[str, Any]) -> dict[str, Any]:
    """A version 1 event's payload: people were counted by activity, and there were no other figures."""
    served = sum(activity["people_served"] for activity in payload["activities"])
    return payload | {"people_served": served, "spending": (), "readings": (), "evidence": ()}


class ReportSubmitted(ReportEvent):
    """`people_served` counts people once each, whatever they took part in, where the organisation can say so."""

    VERSION = 2
    EARLIER: ClassVar = {1: without_figures}
    submitted_by: Slug
    narrative: Text
    activities: tuple[Activity, ...]
    people_served: Count
    spending: tuple[Spending, ...]
    readings: tuple[Reading, ...]
    evidence: tuple[Evidence, ...]

    def apply(self, state: Project) -> Project:
        return state.with_report(
            self.report,
            status="submitted",
            submitted_by=self.submitted_by,
            activities=len(self.activities),
            people_served=self.people_served,
            spending=self.spending,
            readings=self.readings,
        )


class ReportAccepted(ReportEvent):
    """The report counts: its activities and people served become the programme's, its spending and readings the project's."""

    activities: int
    people_served: int

    def apply(self, state: Project) -> Project:
        report = state.report(self.report)
        later = {
            reading.id
            for other in state.reports.values()
            if other.status == "accepted" and other.due > report.due
            for reading in other.readings
        }
        new = {reading.id: reading.actual for reading in report.readings if reading.id not in later}
        readings = {**state.readings, **new}
        spent = dict(state.spent)
        for spending in report.spending:
            spent[spending.item] = spent.get(spending.item, 0) + spending.amount.minor
        counted = replace(state, readings=MappingProxyType(readings), spent=MappingProxyType(spent))
        return counted.with_report(self.report, status="accepted")


class ReportPublished(ReportEvent):
    """Everybody may read the accepted report."""

    def apply(self, state: Project) -> Project:
        return state


class ReportReminded(ReportEvent):
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_report(self.report, reminded=True)


class ReportOverdue(ReportEvent):
    """Not handed in after the days of grace: on record for whoever reads the project's history."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_report(self.report, overdue=True)


class DeliveryCompleted(ProjectEvent):
    """Every report is accepted, and the mid-term evaluation passed, where the programme has them.

    The project can be evaluated, or is settled where the programme has no evaluation.
    """

    def apply(self, state: Project) -> Project:
        return replace(state, stage="evaluation" if state.rules.evaluation else "settlement")


def completed(project: Project) -> Iterator[ProjectEvent]:
    """What follows once nothing more has to be delivered, as the project now stands; nothing as long as something has."""
    if project.stage != "delivery" or any(report.status != "accepted" for report in project.reports.values()):
        return
    if project.rules.mid_term is not None and not project.mid_term_passed:
        return
    done = DeliveryCompleted()
    yield done
    if done.apply(project).stage == "settlement" and project.paid_up:
        yield ProjectSettled()


class SubmitReport(ProjectCommand):
    """The organisation reports what it did; a returned report is handed in again whole.

    `people_served`, where it is given, counts everybody once; without it the activities are added up. `spending` is by line of
    the budget. Raises NotFound, StageNotOpen, NotAnswered, CurrencyMismatch.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    report: Slug
    narrative: Text
    activities: tuple[Activity, ...] = Field(min_length=1, max_length=1_000)
    people_served: Count | None = None
    spending: tuple[Spending, ...] = Field(default=(), max_length=200)
    readings: tuple[Reading, ...] = Field(default=(), max_length=100)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=1_000)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("delivery")
        report = project.report(self.report)
        if report.status not in {"due", "returned"}:
            raise StageNotOpen(stage="report due", now=f"report {report.status}")
        self._check(project)
        served = sum(activity.people_served for activity in self.activities)
        submitted = ReportSubmitted(
            report=self.report,
            submitted_by=by.id,
            narrative=self.narrative,
            activities=self.activities,
            people_served=served if self.people_served is None else self.people_served,
            spending=self.spending,
            readings=self.readings,
            evidence=self.evidence,
        )
        yield submitted
        yield from resumed(submitted.apply(project))

    def _check(self, project: Project) -> None:
        """What is reported belongs to the project, and nothing the rules demand is missing."""
        rules = project.rules
        for spending in self.spending:
            if spending.amount.currency != rules.currency:
                raise CurrencyMismatch(field="spending", currency=spending.amount.currency, expected=rules.currency)
        once("spending", [spending.item for spending in self.spending], {line.item for line in project.budget})
        planned = project.read_aims
        once("readings", [reading.id for reading in self.readings], planned)
        demands = rules.report(self.report).demands
        if "indicators" in demands:
            missing = planned - {reading.id for reading in self.readings}
            if missing:
                raise NotAnswered(field="readings", missing=tuple(sorted(missing)))
        given = {each.kind for each in self.evidence} | ({"spending"} if self.spending else set())
        missing_kinds = tuple(demand for demand in demands if demand != "indicators" and demand not in given)
        if missing_kinds:
            raise NotAnswered(field="report", missing=missing_kinds)


def once(field: str, given: list[str], known: Collection[str]) -> None:
    """Raises NotAnswered: something is not known, or comes twice."""
    strange = tuple(dict.fromkeys(id_ for id_ in given if id_ not in known or given.count(id_) > 1))
    if strange:
        raise NotAnswered(field=field, unknown=strange)


class AcceptReport(ProjectCommand):
    """An officer who did not write it accepts the report; the last one completes delivery.

    Raises NotFound, StageNotOpen, SamePerson.
    """

    report: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.exists and project.reports and project.report(self.report).status == "accepted":
            return
        project.must_be("delivery")
        report = project.report(self.report)
        if report.status != "submitted":
            raise StageNotOpen(stage="report submitted", now=f"report {report.status}")
        if report.submitted_by == by.id:
            raise SamePerson(person=by.id, step="AcceptReport", earlier="SubmitReport")
        accepted = ReportAccepted(report=self.report, activities=report.activities, people_served=report.people_served)
        yield accepted
        if project.rules.report(self.report).published:
            yield ReportPublished(report=self.report)
        yield from resumed(accepted.apply(project))
        yield from opened_by(project, self.report, at)
        yield from completed(accepted.apply(project))


class StoryOfReport(StoryOfProject):
    report: Slug


class RemindReport(StoryOfReport):
    """A report is due soon. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "delivery":
            return
        report = project.report(self.report)
        if report.reminded or report.status not in {"due", "returned"}:
            return
        if at < report.remind_at:
            raise NotDue(deadline="report-reminder", due=report.remind_at)
        yield ReportReminded(report=self.report, due=report.due)


class RecordOverdueReport(StoryOfReport):
    """A report's days of grace have passed. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "delivery":
            return
        report = project.report(self.report)
        if report.overdue or report.status not in {"due", "returned"}:
            return
        if at < report.overdue_at:
            raise NotDue(deadline="report-overdue", due=report.overdue_at)
        yield ReportOverdue(report=self.report, due=report.due)
