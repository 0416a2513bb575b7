"""Missing reports 报告缺交: what follows, by the rules, when a report is still missing after its days of grace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.delivery import ReportEvent, StoryOfReport
from domain.errors import NotDue
from domain.kernel import Actor, Moment
from domain.progress import Report
from domain.project import Project, ProjectEvent
from domain.rules.delivery import Consequence
from domain.suspension import REPORT_MISSING, ProjectSuspended


class ReportDefaulted(ReportEvent):
    """Still not handed in when the rules draw their consequence; a failed one is reopened only by a later date."""

    due: Moment
    consequence: Consequence

    def apply(self, state: Project) -> Project:
        status = "failed" if self.consequence == "fail" else state.report(self.report).status
        return state.with_report(self.report, defaulted=True, holds_up=True, status=status)


def defaults_at(project: Project, report: Report) -> datetime | None:
    """When the rules draw their consequence from this report still missing; None where they draw none."""
    days = project.rules.report(report.id).consequence_after_days
    return None if days is None or report.defaulted else project.rules.calendar.days_later(report.due, days)


class DefaultReport(StoryOfReport):
    """A report is missing for so long that the rules draw their consequence. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "delivery":
            return
        report = project.report(self.report)
        rule, due = project.rules.report(report.id), defaults_at(project, report)
        if rule.consequence is None or due is None or report.status not in {"due", "returned"}:
            return
        if at < due:
            raise NotDue(deadline="report-default", due=due)
        yield ReportDefaulted(report=report.id, due=report.due, consequence=rule.consequence)
        if not project.suspended:
            yield ProjectSuspended(cause=REPORT_MISSING, reason="")
