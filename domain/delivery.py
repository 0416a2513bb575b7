"""Delivery 实施: progress reports with activities and people served; late ones are reminded, then overdue on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from domain.errors import NotDue, SamePerson, StageNotOpen
from domain.kernel import Actor, Count, Frozen, Line, Moment, Role, Slug, Text
from domain.midterm import opened_by
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.tranche import ProjectSettled


class Activity(Frozen):
    """One activity as it was held: `people_served` counts the people, once each, whom it was for."""

    held_on: date
    title: Line
    people_served: Count


class ReportEvent(ProjectEvent):
    report: Slug


class ReportSubmitted(ReportEvent):
    submitted_by: Slug
    narrative: Text
    activities: tuple[Activity, ...]

    def apply(self, state: Project) -> Project:
        return state.with_report(
            self.report,
            status="submitted",
            submitted_by=self.submitted_by,
            activities=len(self.activities),
            people_served=sum(activity.people_served for activity in self.activities),
        )


class ReportReturned(ReportEvent):
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.with_report(self.report, status="returned")


class ReportAccepted(ReportEvent):
    """The report counts: its activities and people served become the programme's."""

    activities: int
    people_served: int

    def apply(self, state: Project) -> Project:
        return state.with_report(self.report, status="accepted")


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
    """The organisation reports what it did; a returned report is handed in again whole. Raises NotFound, StageNotOpen."""

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    report: Slug
    narrative: Text
    activities: tuple[Activity, ...] = Field(min_length=1, max_length=1_000)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("delivery")
        report = project.report(self.report)
        if report.status not in {"due", "returned"}:
            raise StageNotOpen(stage="report due", now=f"report {report.status}")
        yield ReportSubmitted(
            report=self.report, submitted_by=by.id, narrative=self.narrative, activities=self.activities
        )


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
        yield from opened_by(project, self.report, at)
        yield from completed(accepted.apply(project))


class ReturnReport(ProjectCommand):
    """Send a report back, saying what is missing. Raises NotFound, StageNotOpen."""

    report: Slug
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("delivery")
        report = project.report(self.report)
        if report.status != "submitted":
            raise StageNotOpen(stage="report submitted", now=f"report {report.status}")
        yield ReportReturned(report=self.report, reason=self.reason)


class StoryOfReport(StoryOfProject):
    report: Slug


class RemindReport(StoryOfReport):
    """A report is due soon. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "delivery":
            return
        report = project.report(self.report)
        if report.reminded or report.status in {"submitted", "accepted"}:
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
        if report.overdue or report.status in {"submitted", "accepted"}:
            return
        if at < report.overdue_at:
            raise NotDue(deadline="report-overdue", due=report.overdue_at)
        yield ReportOverdue(report=self.report, due=report.due)
