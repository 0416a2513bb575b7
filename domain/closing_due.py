"""When closing duties are due 结项期限: each is reminded of and, when its days of grace are over, escalated; it stays to be done.

The duties themselves are in archive. A programme that gives a duty no days waits for it without any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from domain.archive import open_duties, with_closing
from domain.errors import NotDue, NotFound
from domain.kernel import Actor, Frozen, Moment
from domain.progress import Due
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.rules.closing import ClosingDeadline, ClosingDuty


class DutyPlan(Frozen):
    """A closing duty with its dates."""

    duty: ClosingDuty
    remind_at: Moment
    due: Moment
    overdue_at: Moment


class ClosingDutiesBegun(ProjectEvent):
    """These can be done now, and their days begin."""

    duties: tuple[DutyPlan, ...]

    def apply(self, state: Project) -> Project:
        begun = {
            plan.duty: Due(remind_at=plan.remind_at, due=plan.due, overdue_at=plan.overdue_at) for plan in self.duties
        }
        return with_closing(state, dues=MappingProxyType({**state.closing.dues, **begun}))


class ClosingDutyReminded(ProjectEvent):
    duty: ClosingDuty
    due: Moment

    def apply(self, state: Project) -> Project:
        return with_due(state, self.duty, reminded=True)


class ClosingDutyOverdue(ProjectEvent):
    """Not done after the days of grace: the officer is called, and it is still to be done."""

    duty: ClosingDuty
    due: Moment

    def apply(self, state: Project) -> Project:
        return with_due(state, self.duty, overdue=True)


def with_due(state: Project, duty: str, **changes: Any) -> Project:
    dues = {**state.closing.dues, duty: replace(state.closing.dues[duty], **changes)}
    return with_closing(state, dues=MappingProxyType(dues))


def deadline_of(project: Project, duty: str) -> ClosingDeadline | None:
    """The rule that gives a duty its days."""
    closing = project.rules.closing
    return closing.deadline(duty) if closing else None


def begun(project: Project, at: datetime) -> Iterator[ProjectEvent]:
    """The days of whatever can be done now and had none yet; the archive is closed last."""
    now = open_duties(project)
    plans = []
    for duty in now:
        rule = deadline_of(project, duty)
        if rule is None or duty in project.closing.dues or (duty == "archive" and now != ("archive",)):
            continue
        due = rule.due(project.rules.calendar, at)
        remind_at, overdue_at = rule.dates(due)
        plans.append(DutyPlan(duty=rule.duty, remind_at=remind_at, due=due, overdue_at=overdue_at))
    if plans:
        yield ClosingDutiesBegun(duties=tuple(plans))


def open_dues(project: Project) -> Mapping[str, Due]:
    """Duty → its days, of what is still to be done; none while a payment that came back is made again."""
    if project.stage != "settlement" or not project.paid_up:
        return {}
    still = open_duties(project)
    return {duty: due for duty, due in project.closing.dues.items() if duty in still}


class StoryOfClosingDuty(StoryOfProject):
    duty: ClosingDuty

    def waiting(self, project: Project) -> Due | None:
        """Its days, as long as it is waited for. Raises NotFound."""
        if project.stage == "settlement" and self.duty not in project.closing.dues:
            raise NotFound(kind="closing duty", id=self.duty)
        return open_dues(project).get(self.duty)


class RemindClosingDuty(StoryOfClosingDuty):
    """A closing duty is due soon. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        waiting = self.waiting(project)
        if waiting is None or waiting.reminded:
            return
        if at < waiting.remind_at:
            raise NotDue(deadline="closing-duty-reminder", due=waiting.remind_at)
        yield ClosingDutyReminded(duty=self.duty, due=waiting.due)


class RecordOverdueClosingDuty(StoryOfClosingDuty):
    """The days of grace of a closing duty have passed. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        waiting = self.waiting(project)
        if waiting is None or waiting.overdue:
            return
        if at < waiting.overdue_at:
            raise NotDue(deadline="closing-duty-overdue", due=waiting.overdue_at)
        yield ClosingDutyOverdue(duty=self.duty, due=waiting.due)
