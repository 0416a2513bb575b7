"""Site visit 实地走访: planned for a day and a visitor, then recorded with what was found; one not made goes on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from domain.conflict import must_be_outsider
from domain.errors import ConflictOfInterest, Malformed, NotDue, RoleMissing, StageNotOpen
from domain.kernel import Actor, Aggregate, Moment, Role, Slug, Text
from domain.organisation import Organisation
from domain.person import Person
from domain.progress import Evidence
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.suspension import RUNNING

VISITORS: tuple[Literal["officer", "evaluator"], ...] = ("officer", "evaluator")
FOUND = ("held_on", "findings", "satisfactory", "evidence")
"""What makes two records of a visit the same."""


class VisitEvent(ProjectEvent):
    visit: Slug


class VisitPlanned(VisitEvent):
    """`due` is the end of the planned day, programme time. Planned again, it is moved."""

    planned_on: date
    due: Moment
    visitor: Slug
    role: Literal["officer", "evaluator"]
    """In which the visitor comes."""
    purpose: Text

    def apply(self, state: Project) -> Project:
        return state.with_visit(
            self.visit, planned_on=self.planned_on, due=self.due, visitor=self.visitor, role=self.role, missed=False
        )


class VisitRecorded(VisitEvent):
    visited_by: Slug
    held_on: date
    findings: Text
    satisfactory: bool
    evidence: tuple[Evidence, ...]

    def apply(self, state: Project) -> Project:
        return state.with_visit(
            self.visit,
            held_on=self.held_on,
            satisfactory=self.satisfactory,
            visitor=self.visited_by,
            recorded=self.fingerprint(*FOUND),
        )


class VisitMissed(VisitEvent):
    """Nothing was recorded by the end of the planned day; it can still be."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_visit(self.visit, missed=True)


class PlanVisit(ProjectCommand):
    """Plan a site visit, or move one that was not made: the visitor is an officer or evaluator not of the organisation.

    Raises NotFound, StageNotOpen, Malformed, RoleMissing, ConflictOfInterest.
    """

    visit: Slug
    planned_on: date
    visitor: Slug
    purpose: Text

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Person, self.visitor),)

    def decide(self, project: Project, by: Actor, at: datetime, beside: Mapping[str, Person]) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        known = project.visits.get(self.visit)
        if known is not None and known.recorded:
            raise StageNotOpen(stage="visit not made yet", now="visit recorded")
        if known is not None and (known.planned_on, known.visitor) == (self.planned_on, self.visitor):
            return
        calendar = project.rules.calendar
        if self.planned_on < calendar.day_of(at):
            raise Malformed(field="planned_on", rule="must not lie in the past")
        actor = beside[Person.stream_of(self.visitor)].actor
        role = next((role for role in VISITORS if actor.holds(role, project.scopes)), None)
        if role is None:
            raise RoleMissing(person=self.visitor, roles=VISITORS, command="PlanVisit")
        if actor.belongs_to(project.organisation):
            raise ConflictOfInterest(person=self.visitor, reason=f"acts for {project.organisation}")
        yield VisitPlanned(
            visit=self.visit,
            planned_on=self.planned_on,
            due=calendar.end_of(self.planned_on),
            visitor=self.visitor,
            role=role,
            purpose=self.purpose,
        )


class RecordVisit(ProjectCommand):
    """Record what was found on the spot, planned or not.

    Raises NotFound, StageNotOpen, ConflictOfInterest (stepped aside, or belongs to the organisation), Malformed.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)
    ROLES: ClassVar[tuple[Role, ...]] = VISITORS
    visit: Slug
    held_on: date
    findings: Text
    satisfactory: bool
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=200)

    def decide(self, project: Project, organisation: Organisation, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        must_be_outsider(project, organisation, by.id, at)
        known = project.visits.get(self.visit)
        if known is not None and known.recorded:
            if known.recorded == self.fingerprint(*FOUND):
                return
            raise StageNotOpen(stage="visit not made yet", now="visit recorded")
        if self.held_on > project.rules.calendar.day_of(at):
            raise Malformed(field="held_on", rule="must not lie in the future")
        yield VisitRecorded(
            visit=self.visit,
            visited_by=by.id,
            held_on=self.held_on,
            findings=self.findings,
            satisfactory=self.satisfactory,
            evidence=self.evidence,
        )


class RecordMissedVisit(StoryOfProject):
    """The planned day has passed and nothing was recorded. Raises NotDue."""

    visit: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        visit = project.visits.get(self.visit)
        if project.stage not in RUNNING or visit is None or visit.due is None or visit.recorded or visit.missed:
            return
        if at < visit.due:
            raise NotDue(deadline="visit", due=visit.due)
        yield VisitMissed(visit=visit.id, due=visit.due)
