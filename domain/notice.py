"""Public notice 公示: the ranking is open to objections by anybody, for working days; it ends when none is left open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from domain.errors import AlreadyExists, NotDue, NotFound, ObjectionsOpen, SamePerson, StageNotOpen
from domain.kernel import Actor, Moment, Role, Slug, Text
from domain.round import Objection, Round, RoundCommand, RoundEvent, StoryOfRound
from domain.rules.notice import NoticeRules


class NoticeOpened(RoundEvent):
    ends_at: Moment

    def apply(self, state: Round) -> Round:
        return replace(state, notice_ends_at=self.ends_at)


class ObjectionRaised(RoundEvent):
    objection: Slug
    project: Slug
    raised_by: Slug
    ground: Text

    def apply(self, state: Round) -> Round:
        objection = Objection(project=self.project, by=self.raised_by)
        return replace(state, objections=MappingProxyType({**state.objections, self.objection: objection}))


class ObjectionDismissed(RoundEvent):
    objection: Slug
    project: Slug
    reason: Text

    def apply(self, state: Round) -> Round:
        return answered(state, self.objection, upheld=False)


class ObjectionUpheld(RoundEvent):
    """The project will not be funded."""

    objection: Slug
    project: Slug
    reason: Text

    def apply(self, state: Round) -> Round:
        return answered(state, self.objection, upheld=True)


class NoticeConcluded(RoundEvent):
    objections: int

    def apply(self, state: Round) -> Round:
        return replace(state, stage="award")


def answered(state: Round, objection: str, *, upheld: bool) -> Round:
    changed = replace(state.objections[objection], answered=True, upheld=upheld)
    return replace(state, objections=MappingProxyType({**state.objections, objection: changed}))


class OpenNotice(StoryOfRound):
    """The ranking is published: the working days of the notice begin."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "notice" or round_.notice_ends_at is not None:
            return
        rules = round_.rules.meant(NoticeRules, None)
        yield NoticeOpened(ends_at=round_.rules.calendar.after_working_days(at, rules.working_days))


class RaiseObjection(RoundCommand):
    """Anybody known may object to a published award, with a ground. Raises NotFound, StageNotOpen, AlreadyExists."""

    ROLES: ClassVar[tuple[Role, ...]] = ("resident", "applicant", "reviewer", "judge", "auditor", "funder")
    objection: Slug
    project: Slug
    ground: Text

    def scopes(self, state: Round) -> frozenset[str] | None:
        return None

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        known = round_.objections.get(self.objection)
        if known is not None:
            if (known.project, known.by) == (self.project, by.id):
                return
            raise AlreadyExists(kind="objection", id=self.objection)
        round_.must_be("notice")
        if round_.notice_ends_at is None or at >= round_.notice_ends_at:
            raise StageNotOpen(stage="notice", now="the notice's days are over")
        place = round_.places.get(self.project)
        if place is None or place.award is None:
            raise NotFound(kind="published award", id=self.project)
        yield ObjectionRaised(objection=self.objection, project=self.project, raised_by=by.id, ground=self.ground)


class AnswerObjection(RoundCommand):
    """An officer who did not object themselves dismisses or upholds, with a reason. Raises NotFound, SamePerson, StageNotOpen."""

    objection: Slug
    upheld: bool
    reason: Text

    def organisations(self, state: Round) -> frozenset[str]:
        objection = state.objections.get(self.objection)
        return state.organisations_of((objection.project,) if objection else ())

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        found = round_.objections.get(self.objection)
        if found is None:
            raise NotFound(kind="objection", id=self.objection)
        if found.answered:
            if found.upheld == self.upheld:
                return
            raise StageNotOpen(stage="open objection", now="answered")
        if found.by == by.id:
            raise SamePerson(person=by.id, step="AnswerObjection", earlier="RaiseObjection")
        kind = ObjectionUpheld if self.upheld else ObjectionDismissed
        yield kind(objection=self.objection, project=found.project, reason=self.reason)
        if round_.open_objections == (self.objection,) and round_.notice_ends_at and at >= round_.notice_ends_at:
            yield NoticeConcluded(objections=len(round_.objections))


class ConcludeNotice(StoryOfRound):
    """The days are over and nothing is left to answer. Raises NotDue, ObjectionsOpen."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "notice" or round_.notice_ends_at is None:
            return
        if at < round_.notice_ends_at:
            raise NotDue(deadline="notice", due=round_.notice_ends_at)
        if round_.open_objections:
            raise ObjectionsOpen(open_objections=round_.open_objections)
        yield NoticeConcluded(objections=len(round_.objections))
