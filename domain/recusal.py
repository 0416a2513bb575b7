"""Recusal 申请回避: an applicant asks that a reviewer or judge step aside; an officer decides, in the days given (C14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from domain.assessment import Recusal
from domain.errors import ConflictOfInterest, NotDue, NotFound, StageNotOpen
from domain.kernel import Actor, Aggregate, Moment, Role, Slug, Text
from domain.person import Person
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.review import quorum_without


class RecusalEvent(ProjectEvent):
    person: Slug

    def changed(self, state: Project, recusal: Recusal) -> Project:
        return replace(state, recusals=MappingProxyType({**state.recusals, self.person: recusal}))


class RecusalAsked(RecusalEvent):
    """The applicant names a person and says why; until `due` an officer answers."""

    ground: Text
    due: Moment

    def apply(self, state: Project) -> Project:
        return self.changed(state, Recusal(ground=self.ground, due=self.due))


class RecusalGranted(RecusalEvent):
    """The person steps aside from every panel of the project; no reason: nobody answered in time."""

    reason: str

    def apply(self, state: Project) -> Project:
        granted = replace(state.recusals[self.person], status="granted", reason=self.reason)
        return self.changed(state, granted).recusing(self.person)


class RecusalRefused(RecusalEvent):
    reason: Text

    def apply(self, state: Project) -> Project:
        return self.changed(state, replace(state.recusals[self.person], status="refused", reason=self.reason))


class AskForRecusal(ProjectCommand):
    """The applicant asks that somebody not judge their project, with the ground, while there may still be a panel.

    Once for each person: what was decided stays decided. Raises NotFound (the person; or the programme knows no such request),
    StageNotOpen.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    person: Slug
    ground: Text

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Person, self.person),)

    def decide(self, project: Project, by: Actor, at: datetime, beside: Mapping[str, Person]) -> Iterator[ProjectEvent]:
        if self.person in project.recusals or self.person in project.conflicted:
            return
        project.must_be("eligibility", "review", "roadshow")
        rules = project.rules.conflicts
        if rules is None or rules.recusal_within_working_days is None:
            raise NotFound(kind="recusal", id=self.person)
        if not beside[Person.stream_of(self.person)].exists:
            raise NotFound(kind="person", id=self.person)
        due = project.rules.calendar.after_working_days(at, rules.recusal_within_working_days)
        yield RecusalAsked(person=self.person, ground=self.ground, due=due)


class DecideRecusal(ProjectCommand):
    """An officer grants or refuses what the applicant asked for, with a reason; not about themselves.

    Raises NotFound, StageNotOpen (also: decided otherwise before), ConflictOfInterest.
    """

    person: Slug
    granted: bool
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        recusal = project.recusals.get(self.person)
        if recusal is None:
            raise NotFound(kind="recusal", id=self.person)
        if recusal.status != "asked":
            if (recusal.status == "granted") == self.granted:
                return
            raise StageNotOpen(stage="open request", now="already decided")
        project.must_be("eligibility", "review", "roadshow")
        if self.person == by.id:
            raise ConflictOfInterest(person=by.id, reason="asked_about")
        if self.granted:
            yield RecusalGranted(person=self.person, reason=self.reason)
            yield from quorum_without(project, project.recusing(self.person))
        else:
            yield RecusalRefused(person=self.person, reason=self.reason)


class GrantUnansweredRecusal(StoryOfProject):
    """Nobody answered in time: the person steps aside. Raises NotDue."""

    person: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        recusal = project.recusals.get(self.person)
        if recusal is None or recusal.status != "asked" or project.stage not in {"eligibility", "review", "roadshow"}:
            return
        if at < recusal.due:
            raise NotDue(deadline="recusal", due=recusal.due)
        yield RecusalGranted(person=self.person, reason="")
        yield from quorum_without(project, project.recusing(self.person))
