"""Extension 延期: an officer gives more time, with a reason; the story is woken and waits for the new day instead.

Days are only ever added, and only to a deadline that is open. What its silence means stays the same. What can be extended is in
extendable, a round's deadlines are in round_extension.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from domain.calendar import Calendar
from domain.errors import AboveLimit, Malformed, StageNotOpen
from domain.extendable import EXTENDABLE, Later, ProjectDeadline
from domain.kernel import Actor, Moment, Slug, Text
from domain.project import Project, ProjectCommand, ProjectEvent

DAYS_AT_MOST = 365
"""The most one extension adds: budgets are made for a year, and a mistyped year (2062) is caught. It can be given again."""


def _of_version_1(payload: dict[str, Any]) -> dict[str, Any]:
    """Only of reports there were several."""
    return {"part" if name == "report" else name: value for name, value in payload.items()}


class DeadlineExtended(ProjectEvent):
    """`remind_at` is set where a reminder lies ahead (again); `overdue_at` is when the days of grace are over.

    `part` says which, where a project may have several: the report, the change, the instalment, the advice; or the person, for
    the answer to a request for recusal.
    """

    VERSION = 2
    EARLIER: ClassVar = {1: _of_version_1}
    deadline: ProjectDeadline
    part: Slug | None = None
    was: Moment
    due: Moment
    remind_at: Moment | None = None
    overdue_at: Moment | None = None
    reason: Text

    def apply(self, state: Project) -> Project:
        later = Later(self.part or "", self.due, self.remind_at, self.overdue_at)
        fixed = state.fixed | {fixing(state, self.deadline, self.part)}
        return EXTENDABLE[self.deadline].moved(replace(state, fixed=fixed), later)


def fixing(project: Project, deadline: str, part: str | None = None) -> str:
    """How a deadline is named among those that an officer fixed to a day: by its part, else by the stage the project is in."""
    return f"{deadline} {part or project.step}"


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

    `until` is the new last day, included, in the programme's time zone: later than the present one, by at most 365 days. `part`
    says which, where there may be several: `report` does for a report. More days for a review do not count as one of its own
    extensions.

    Raises NotFound, StageNotOpen, Malformed, AboveLimit.
    """

    deadline: ProjectDeadline
    report: Annotated[Slug | None, Field(validate_default=True)] = None
    part: Annotated[Slug | None, Field(validate_default=True)] = None
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

    @field_validator("part")
    @classmethod
    def _of_several(cls, part: str | None, info: ValidationInfo) -> str | None:
        about: ProjectDeadline | None = info.data.get("deadline")
        several = about not in {None, "report"} and bool(EXTENDABLE[about].part)
        if several != (part is not None):
            raise ValueError("must be given where there may be several such deadlines, and only there")
        return part

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        kind, part = EXTENDABLE[self.deadline], self.report or self.part
        project.must_be(*kind.stages)
        was = begun(kind.present(project, part or ""))
        due = later(project.rules.calendar, was, self.until, at)
        if due is None:
            return
        dates = kind.dates(project, part or "", due)
        yield DeadlineExtended(
            deadline=self.deadline,
            part=part,
            was=was,
            due=due,
            remind_at=dates.remind_at if dates.remind_at and dates.remind_at > at else None,
            overdue_at=dates.overdue_at,
            reason=self.reason,
        )


def begun(due: datetime | None) -> datetime:
    """Raises StageNotOpen: the story has not opened the stage yet, or nobody was invited."""
    if due is None:
        raise StageNotOpen(stage="running deadline", now="no deadline yet")
    return due
