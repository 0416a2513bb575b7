"""Demanded visits 走访要求: the rules ask for a visit by a day; the officer is reminded, and one not made goes on record.

A visit is planned and recorded as in visit; one that the rules demand has a day of its own besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import months_after
from domain.errors import NotDue, NotFound
from domain.kernel import Actor, Frozen, Moment, Slug
from domain.progress import Due
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.rules import Rules
from domain.suspension import RUNNING
from domain.visit import VisitEvent


class VisitPlan(Frozen):
    """A demanded visit with its dates."""

    id: Slug
    remind_at: Moment
    due: Moment
    overdue_at: Moment


class VisitsDemanded(ProjectEvent):
    """Delivery begins: until when somebody is to see the project on the spot."""

    visits: tuple[VisitPlan, ...]

    def apply(self, state: Project) -> Project:
        for plan in self.visits:
            due = Due(remind_at=plan.remind_at, due=plan.due, overdue_at=plan.overdue_at)
            state = state.with_visit(plan.id, demanded=due)
        return state


class VisitReminded(VisitEvent):
    due: Moment

    def apply(self, state: Project) -> Project:
        return with_demanded(state, self.visit, reminded=True)


class VisitOverdue(VisitEvent):
    """Nobody was there after the days of grace: on record, and still to be done."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return with_demanded(state, self.visit, overdue=True)


def with_demanded(state: Project, visit: str, **changes: Any) -> Project:
    return state.with_visit(visit, demanded=replace(demanded_in(state, visit), **changes))


def demanded(rules: Rules, at: datetime) -> Iterator[ProjectEvent]:
    """What follows the beginning of delivery, where the rules demand visits."""
    calendar, plans = rules.calendar, []
    for rule in rules.visits:
        for n, id_ in enumerate(rule.ids, start=1):
            begins = months_after(calendar.day_of(at), n * (rule.every_months or 0))
            due = calendar.end_of(begins + timedelta(days=rule.due_days))
            remind_at = calendar.days_later(due, -rule.remind_before_days)
            overdue_at = calendar.days_later(due, rule.overdue_after_days)
            plans.append(VisitPlan(id=id_, remind_at=remind_at, due=due, overdue_at=overdue_at))
    if plans:
        yield VisitsDemanded(visits=tuple(plans))


def demanded_in(project: Project, id_: str) -> Due:
    """The days of a demanded visit. Raises NotFound."""
    visit = project.visits.get(id_)
    if visit is None or visit.demanded is None:
        raise NotFound(kind="demanded visit", id=id_)
    return visit.demanded


class StoryOfVisit(StoryOfProject):
    visit: Slug

    def waiting(self, project: Project) -> Due | None:
        """Its days, as long as it is waited for. Raises NotFound."""
        if project.stage not in RUNNING:
            return None
        due = demanded_in(project, self.visit)
        return None if project.visits[self.visit].recorded else due


class RemindVisit(StoryOfVisit):
    """A demanded visit is due soon. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        waiting = self.waiting(project)
        if waiting is None or waiting.reminded:
            return
        if at < waiting.remind_at:
            raise NotDue(deadline="visit-reminder", due=waiting.remind_at)
        yield VisitReminded(visit=self.visit, due=waiting.due)


class RecordOverdueVisit(StoryOfVisit):
    """The days of grace of a demanded visit have passed. Raises NotFound, NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        waiting = self.waiting(project)
        if waiting is None or waiting.overdue:
            return
        if at < waiting.overdue_at:
            raise NotDue(deadline="visit-overdue", due=waiting.overdue_at)
        yield VisitOverdue(visit=self.visit, due=waiting.due)
