"""Returned reports 退回报告: an officer sends a report back, and the organisation has days to hand it in again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.delivery import ReportEvent
from domain.errors import StageNotOpen
from domain.extension import ExtendProjectDeadline
from domain.kernel import Actor, Slug, Text
from domain.project import Project, ProjectCommand, ProjectEvent

_JUST_BEFORE = timedelta(microseconds=1)


class ReportReturned(ReportEvent):
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.with_report(self.report, status="returned")


class ReturnReport(ProjectCommand):
    """Send a report back, saying what is missing.

    After its day it is due anew, in as many days as it is reminded before (one at least): that it lay with the officer until then
    is not the organisation's delay. Raises NotFound, StageNotOpen.
    """

    report: Slug
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("delivery")
        report = project.report(self.report)
        if report.status != "submitted":
            raise StageNotOpen(stage="report submitted", now=f"report {report.status}")
        returned = ReportReturned(report=self.report, reason=self.reason)
        yield returned
        if at >= report.due:
            calendar, days = project.rules.calendar, max(1, project.rules.report(report.id).remind_before_days)
            due = calendar.after_days(at, days)
            anew = ExtendProjectDeadline(
                project=project.id,
                deadline="report",
                report=report.id,
                until=calendar.day_of(due - _JUST_BEFORE),
                reason=self.reason,
            )
            yield from anew.decide(returned.apply(project), by, at)
