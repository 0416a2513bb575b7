"""Coaching 社创问诊: one-to-one sessions; each piece of advice is followed up, on record rather than in a note (Z8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import Field

from domain.errors import AlreadyExists, Malformed, NotDue
from domain.kernel import Actor, Frozen, Line, Moment, Role, Slug, Text
from domain.progress import Advice, FollowUp
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.suspension import RUNNING

COACHES: tuple[Role, ...] = ("mentor", "officer")
SESSION = ("held_on", "topic", "advice")
"""What makes two records of a session the same."""


class AdviceGiven(Frozen):
    """建议: what to do, and by when it is looked at again. Its id is unique within the project."""

    id: Slug
    text: Text
    follow_up_by: date


class CoachingRecorded(ProjectEvent):
    """`dues` are the ends of the follow-up days, in the order of the advice."""

    session: Slug
    coach: Slug
    role: Literal["mentor", "officer"]
    held_on: date
    topic: Line
    advice: tuple[AdviceGiven, ...]
    dues: tuple[Moment, ...]

    def apply(self, state: Project) -> Project:
        given = {
            each.id: Advice(id=each.id, due=due, coach=self.coach, role=self.role)
            for each, due in zip(self.advice, self.dues, strict=True)
        }
        return replace(
            state,
            advice=MappingProxyType({**state.advice, **given}),
            coached=MappingProxyType({**state.coached, self.session: self.fingerprint(*SESSION)}),
        )


class AdviceFollowedUp(ProjectEvent):
    advice: Slug
    followed_up_by: Slug
    outcome: FollowUp
    note: Text

    def apply(self, state: Project) -> Project:
        return state.with_advice(self.advice, outcome=self.outcome)


class FollowUpOverdue(ProjectEvent):
    """Nobody has looked at it again by its day; that is still to be done."""

    advice: Slug
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_advice(self.advice, overdue=True)


class RecordCoaching(ProjectCommand):
    """Record a session: who coached, about what, and the advice given.

    Raises NotFound, StageNotOpen, AlreadyExists, Malformed.
    """

    ROLES: ClassVar[tuple[Role, ...]] = COACHES
    session: Slug
    held_on: date
    topic: Line
    advice: tuple[AdviceGiven, ...] = Field(default=(), max_length=50)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        known = project.coached.get(self.session)
        if known == self.fingerprint(*SESSION):
            return
        project.must_be(*RUNNING)
        if known is not None:
            raise AlreadyExists(kind="coaching session", id=self.session)
        calendar, seen = project.rules.calendar, set(project.advice)
        if self.held_on > calendar.day_of(at):
            raise Malformed(field="held_on", rule="must not lie in the future")
        for place, each in enumerate(self.advice):
            if each.id in seen:
                raise AlreadyExists(kind="advice", id=each.id)
            if each.follow_up_by <= calendar.day_of(at):
                raise Malformed(field=f"advice.{place}.follow_up_by", rule="must lie in the future")
            seen.add(each.id)
        yield CoachingRecorded(
            session=self.session,
            coach=by.id,
            role="mentor" if by.role == "mentor" else "officer",
            held_on=self.held_on,
            topic=self.topic,
            advice=self.advice,
            dues=tuple(calendar.end_of(each.follow_up_by) for each in self.advice),
        )


class FollowUpCoaching(ProjectCommand):
    """Say what became of a piece of advice; said again otherwise, the latest counts. Raises NotFound, StageNotOpen."""

    ROLES: ClassVar[tuple[Role, ...]] = COACHES
    advice: Slug
    outcome: FollowUp
    note: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        if project.advised(self.advice).outcome != self.outcome:
            yield AdviceFollowedUp(advice=self.advice, followed_up_by=by.id, outcome=self.outcome, note=self.note)


class RecordOverdueFollowUp(StoryOfProject):
    """The day for looking at a piece of advice again has passed. Raises NotFound, NotDue."""

    advice: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        advice = project.advised(self.advice)
        if project.stage not in RUNNING or advice.outcome or advice.overdue:
            return
        if at < advice.due:
            raise NotDue(deadline="follow-up", due=advice.due)
        yield FollowUpOverdue(advice=advice.id, due=advice.due)
