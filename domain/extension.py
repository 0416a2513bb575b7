"""Extension 延期: an officer gives more time, with a reason; the story is woken and waits for the new day instead.

Days are only ever added, and only to a deadline that is open. What its silence means stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from domain.agreement import report_dates
from domain.calendar import Calendar
from domain.errors import AboveLimit, Malformed, StageNotOpen
from domain.kernel import Actor, Moment, Slug, Text
from domain.progress import Report
from domain.project import Project, ProjectCommand, ProjectEvent, Stage
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.application import EligibilityRules
from domain.rules.approval import ApprovalRules
from domain.rules.review import ReviewRules

ProjectDeadline = Literal["eligibility", "completion", "review", "roadshow-scores", "agreement", "report", "evaluation"]
RoundDeadline = Literal["call-closes", "approval", "notice", "reserve"]
DAYS_AT_MOST = 365
"""The most one extension adds: budgets are made for a year, and a mistyped year (2062) is caught. It can be given again."""

_STAGE_OF: dict[ProjectDeadline, Stage] = {
    "eligibility": "eligibility",
    "completion": "eligibility",
    "review": "review",
    "roadshow-scores": "roadshow",
    "agreement": "agreement",
    "report": "delivery",
    "evaluation": "evaluation",
}


class DeadlineExtended(ProjectEvent):
    """`remind_at` is set where a reminder lies ahead (again); `overdue_at` is when a report's days of grace are over."""

    deadline: ProjectDeadline
    report: Slug | None = None
    was: Moment
    due: Moment
    remind_at: Moment | None = None
    overdue_at: Moment | None = None
    reason: Text

    def apply(self, state: Project) -> Project:
        match self.deadline:
            case "eligibility" | "completion":
                return self._checked_later(state)
            case "review":
                return state.with_assessment(
                    state.step,
                    due=self.due,
                    remind_at=self.remind_at or state.now.remind_at,
                    reminded=state.now.reminded and self.remind_at is None,
                )
            case "roadshow-scores":
                return state.with_assessment(state.step, due=self.due)
            case "agreement":
                return replace(state, sign_by=self.due)
            case "report":
                report = state.report(str(self.report))
                return state.with_report(
                    report.id,
                    due=self.due,
                    remind_at=self.remind_at or report.remind_at,
                    reminded=report.reminded and self.remind_at is None,
                    overdue_at=self.overdue_at,
                    overdue=False,
                    status="due" if report.status == "failed" else report.status,
                    defaulted=False,
                )
            case "evaluation":
                return replace(state, evaluation_due=self.due, evaluation_overdue=False)

    def _checked_later(self, state: Project) -> Project:
        state = replace(state, fixed=state.fixed | {self.deadline})
        if self.deadline == "eligibility":
            return replace(state, eligibility_due=self.due, eligibility_overdue=False)
        before = state.completions[state.step]
        later_on = replace(
            before,
            due=self.due,
            remind_at=self.remind_at or before.remind_at,
            reminded=before.reminded and self.remind_at is None,
        )
        return state.with_completion(state.step, later_on)


class RoundDeadlineExtended(RoundEvent):
    """Applications, votes on awards or objections are taken for longer than was announced, or the reserve is kept longer."""

    deadline: RoundDeadline
    was: Moment
    due: Moment
    reason: Text

    def apply(self, state: Round) -> Round:
        match self.deadline:
            case "call-closes":
                return replace(state, closes_at=self.due, moving=True)
            case "approval":
                before = state.rules.meant(ApprovalRules, None).remind_before_days
                remind_at = None if before is None else self.due - timedelta(days=before)
                return replace(state, approval_due=self.due, approval_remind_at=remind_at, approval_overdue=False)
            case "notice":
                return replace(state, notice_ends_at=self.due, fixed=state.fixed | {"notice"})
            case "reserve":
                return replace(state, reserve_until=self.due)


def later(calendar: Calendar, was: datetime, until: date, at: datetime) -> datetime | None:
    """The end of the new last day; None when that is the last day already. Raises Malformed, AboveLimit."""
    last, today = calendar.day_of(was - timedelta(microseconds=1)), calendar.day_of(at)
    if until == last:
        return None
    if until < last:
        raise Malformed(field="until", rule=f"must not be before the present deadline, {last}")
    if until < today:
        raise Malformed(field="until", rule="must not lie in the past")
    most = max(last, today) + timedelta(days=DAYS_AT_MOST)
    if until > most:
        raise AboveLimit(field="until", value=str(until), limit=str(most))
    return calendar.end_of(until)


class ExtendProjectDeadline(ProjectCommand):
    """Give more time for one thing a project waits for; a reminder and days of grace move with it, and start again.

    `until` is the new last day, included, in the programme's time zone: later than the present one, by at most 365 days.
    `report` says which, for the deadline of a report. More days for a review do not count as one of its own extensions.

    Raises NotFound, StageNotOpen, Malformed, AboveLimit.
    """

    deadline: ProjectDeadline
    report: Annotated[Slug | None, Field(validate_default=True)] = None
    until: date
    reason: Text

    @field_validator("report")
    @classmethod
    def _of_a_report(cls, report: str | None, info: ValidationInfo) -> str | None:
        about = info.data.get("deadline")
        if about == "report" and report is None:
            raise ValueError("must be given for the deadline of a report")
        if about != "report" and report is not None:
            raise ValueError("must be given only for the deadline of a report")
        return report

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(_STAGE_OF[self.deadline])
        report = project.report(self.report) if self.report else None
        was = self._present(project, report)
        due = later(project.rules.calendar, was, self.until, at)
        if due is None:
            return
        remind_at = overdue_at = None
        if report is not None:
            plan = report_dates(project.rules.report(report.id), report.id, due)
            remind_at, overdue_at = plan.remind_at, plan.overdue_at
        if self.deadline == "review":
            remind_at = due - timedelta(days=project.rules.stage(ReviewRules, project.step).remind_before_days)
        returned = project.rules.stage(EligibilityRules, project.step) if self.deadline == "completion" else None
        if returned is not None and returned.completion is not None:
            remind_at = due - timedelta(days=returned.completion.remind_before_days)
        yield DeadlineExtended(
            deadline=self.deadline,
            report=self.report,
            was=was,
            due=due,
            remind_at=remind_at if remind_at and remind_at > at else None,
            overdue_at=overdue_at,
            reason=self.reason,
        )

    def _present(self, project: Project, report: Report | None) -> datetime:
        """Raises StageNotOpen: the stage has come, but not this deadline, or the report is handed in."""
        if report is not None:
            if report.status not in {"due", "returned", "failed"}:
                raise StageNotOpen(stage="report due", now=f"report {report.status}")
            return report.due
        found = {
            "eligibility": project.eligibility_due,
            "completion": project.completion.due if project.completion else None,
            "review": project.now.due,
            "roadshow-scores": project.now.due,
            "agreement": project.sign_by,
            "evaluation": project.evaluation_due,
        }[self.deadline]
        return begun(found)


class ExtendRoundDeadline(RoundCommand):
    """Take applications (call-closes) or objections (notice) for longer, as long as the present last day is not over.

    Or give the approvers more days, also after they are over, or keep the reserve longer.

    `until` is the new last day, included, in the programme's time zone: later than the present one, by at most 365 days.
    The formal check of applications already handed in counts from the call's new end: its story tells them.

    Raises NotFound, StageNotOpen, Malformed, AboveLimit.
    """

    deadline: RoundDeadline
    until: date
    reason: Text

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        was = self._present(round_, at)
        due = later(round_.rules.calendar, was, self.until, at)
        if due is not None:
            yield RoundDeadlineExtended(deadline=self.deadline, was=was, due=due, reason=self.reason)

    def _present(self, round_: Round, at: datetime) -> datetime:
        """Raises NotFound, StageNotOpen: the stage has not come, or its days are over, or there is no such deadline."""
        match self.deadline:
            case "call-closes":
                round_.must_be("call", "planned")
                was = begun(round_.closes_at)
                if at >= was:
                    raise StageNotOpen(stage="call", now="the call's days are over")
            case "approval":
                round_.must_be("approval")
                was = begun(round_.approval_due)
            case "notice":
                round_.must_be("notice")
                was = begun(round_.notice_ends_at)
                if at >= was:
                    raise StageNotOpen(stage="notice", now="the notice's days are over")
            case "reserve":
                round_.must_be("running", "approval", "published", "notice", "award")
                was = begun(None if round_.reserve_closed else round_.reserve_until)
        return was


def begun(due: datetime | None) -> datetime:
    """Raises StageNotOpen: the story has not opened the stage yet, or nobody was invited."""
    if due is None:
        raise StageNotOpen(stage="running deadline", now="no deadline yet")
    return due
