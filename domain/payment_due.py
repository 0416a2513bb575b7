"""When a tranche is to be paid 拨款期限: so many working days after the agreement; late is on record, and can still be paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.errors import NotDue
from domain.kernel import Actor, Moment, Slug
from domain.project import PAYING, Project, ProjectEvent, StoryOfProject
from domain.tranche_chain import Tranche


def due_of(project: Project, tranche: Tranche) -> datetime | None:
    """Until when it is to be paid; None where the rules do not say, or the days have not begun."""
    rule = next((rule for rule in project.rules.tranches if rule.id == tranche.id), None)
    if rule is None or rule.pay_within_working_days is None or project.begun_on is None:
        return None
    calendar = project.rules.calendar
    return calendar.after_working_days(calendar.start_of(project.begun_on), rule.pay_within_working_days)


def open_due(project: Project, tranche: Tranche) -> datetime | None:
    """The same, as long as silence would mean something."""
    if project.stage not in PAYING or tranche.late or tranche.status in {"paid", "forfeited"}:
        return None
    return due_of(project, tranche)


class TrancheLate(ProjectEvent):
    """Not paid in time; whose step it was, the project's history tells."""

    tranche: Slug
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, late=True)


class RecordLateTranche(StoryOfProject):
    """A tranche's days have passed. Raises NotFound, NotDue."""

    tranche: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage not in PAYING:
            return
        due = open_due(project, project.tranche(self.tranche))
        if due is None:
            return
        if at < due:
            raise NotDue(deadline="tranche-due", due=due)
        yield TrancheLate(tranche=self.tranche, due=due)
