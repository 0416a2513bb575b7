"""Objection 异议: anybody objects to an award that a public notice shows; an officer answers it in time, with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field

from domain.errors import (
    AlreadyExists,
    ConflictOfInterest,
    NotAssigned,
    NotDue,
    NotFound,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.kernel import Actor, Aggregate, Moment, Role, Sha256, Slug, Text, nothing
from domain.notice import NoticeConcluded
from domain.person import Person
from domain.places import Objection
from domain.project import Project
from domain.round import Round, RoundCommand, RoundEvent, StoryOfRound
from domain.rules.notice import NoticeRules

FILED = ("ground", "evidence")
"""What makes two objections of the same person to the same award the same."""


class ObjectionRaised(RoundEvent):
    """`evidence` are the SHA-256 of documents; `answer_by` is None where the rules set no days for the answer."""

    VERSION = 2
    EARLIER: ClassVar = {1: dict}
    objection: Slug
    project: Slug
    raised_by: Slug
    ground: Text
    evidence: tuple[Sha256, ...] = ()
    answer_by: Moment | None = None
    remind_at: Moment | None = None

    def apply(self, state: Round) -> Round:
        objection = Objection(
            project=self.project,
            by=self.raised_by,
            filed=self.fingerprint(*FILED),
            answer_by=self.answer_by,
            remind_at=self.remind_at,
        )
        return replace(state, objections=MappingProxyType({**state.objections, self.objection: objection}))


class ObjectionAssigned(RoundEvent):
    """Which officer answers it."""

    objection: Slug
    project: Slug
    officer: Slug

    def apply(self, state: Round) -> Round:
        return with_objection(state, self.objection, assigned=self.officer)


class ObjectionDismissed(RoundEvent):
    objection: Slug
    project: Slug
    reason: Text

    def apply(self, state: Round) -> Round:
        return with_objection(state, self.objection, answered=True)


class ObjectionUpheld(RoundEvent):
    """The project will not be funded: its place is free for the reserve."""

    objection: Slug
    project: Slug
    reason: Text

    def apply(self, state: Round) -> Round:
        answered = with_objection(state, self.objection, answered=True, upheld=True)
        return replace(answered, vacated=MappingProxyType({**state.vacated, self.project: "objection_upheld"}))


class ObjectionReminded(RoundEvent):
    """The answer is due soon."""

    objection: Slug
    project: Slug
    due: Moment

    def apply(self, state: Round) -> Round:
        return with_objection(state, self.objection, reminded=True)


class ObjectionOverdue(RoundEvent):
    """The days for the answer have passed; it is still to be given, and the notice waits for it."""

    objection: Slug
    project: Slug
    due: Moment

    def apply(self, state: Round) -> Round:
        return with_objection(state, self.objection, overdue=True)


def with_objection(state: Round, id_: str, **changes: Any) -> Round:
    changed = replace(state.objections[id_], **changes)
    return replace(state, objections=MappingProxyType({**state.objections, id_: changed}))


def found_in(round_: Round, id_: str) -> Objection:
    """Raises NotFound."""
    found = round_.objections.get(id_)
    if found is None:
        raise NotFound(kind="objection", id=id_)
    return found


class RaiseObjection(RoundCommand):
    """Anybody known may object to an award that the notice shows, with a ground and the SHA-256 of any evidence.

    Raises NotFound, StageNotOpen, AlreadyExists.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("resident", "applicant", "reviewer", "judge", "auditor", "funder")
    objection: Slug
    project: Slug
    ground: Text
    evidence: tuple[Sha256, ...] = Field(default=(), max_length=50)

    def scopes(self, state: Round) -> frozenset[str] | None:
        return None

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        known = round_.objections.get(self.objection)
        if known is not None:
            if (known.project, known.by, known.filed) == (self.project, by.id, self.fingerprint(*FILED)):
                return
            raise AlreadyExists(kind="objection", id=self.objection)
        round_.must_be("notice")
        if round_.notice_ends_at is None or at >= round_.notice_ends_at:
            raise StageNotOpen(stage="notice", now="the notice's days are over")
        if round_.shown.get(self.project) != round_.notices:
            raise NotFound(kind="published award", id=self.project)
        rules = round_.rules.meant(NoticeRules, None)
        answer_by = remind_at = None
        if rules.answer_within_days is not None:
            answer_by = round_.rules.calendar.after_days(at, rules.answer_within_days)
            if rules.remind_before_days is not None:
                remind_at = answer_by - timedelta(days=rules.remind_before_days)
        yield ObjectionRaised(
            objection=self.objection,
            project=self.project,
            raised_by=by.id,
            ground=self.ground,
            evidence=self.evidence,
            answer_by=answer_by,
            remind_at=remind_at,
        )


class AboutObjection(RoundCommand):
    """A command about one objection: people of the organisation objected to do not give it."""

    objection: Slug

    def organisations(self, state: Round) -> frozenset[str]:
        objection = state.objections.get(self.objection)
        return state.organisations_of((objection.project,) if objection else ())

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        objection = states[0].objections.get(self.objection)
        return ((Project, objection.project),) if objection else ()


def must_be_apart(objection: Objection, officer: str, beside: Mapping[str, Aggregate]) -> None:
    """Whoever answers did not object themselves, and neither judged nor leads what is objected to.

    Raises SamePerson, ConflictOfInterest.
    """
    if objection.by == officer:
        raise SamePerson(person=officer, step="AnswerObjection", earlier="RaiseObjection")
    project = beside.get(Project.stream_of(objection.project))
    if isinstance(project, Project):
        for command in project.judged_by(officer):
            raise SamePerson(person=officer, step="AnswerObjection", earlier=command)
        if officer in project.own_people:
            raise ConflictOfInterest(person=officer, reason="own_project")


class AssignObjection(AboutObjection):
    """Say which officer answers; until then any may. It can be said again of another.

    Raises NotFound, StageNotOpen (answered), RoleMissing (no officer here), SamePerson (objected themselves, or judged the
    project), ConflictOfInterest (acts for the organisation objected to, or leads the project).
    """

    officer: Slug

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Person, self.officer),)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Aggregate]) -> Iterator[RoundEvent]:
        found = found_in(round_, self.objection)
        if found.assigned == self.officer:
            return
        if found.answered:
            raise StageNotOpen(stage="open objection", now="answered")
        person = beside[Person.stream_of(self.officer)]
        assert isinstance(person, Person), "what was asked for"
        officer = person.actor
        if not officer.holds("officer", round_.scopes):
            raise RoleMissing(person=self.officer, roles=("officer",), command="AssignObjection")
        must_be_apart(found, self.officer, beside)
        for organisation in sorted(self.organisations(round_)):
            if officer.belongs_to(organisation):
                raise ConflictOfInterest(person=self.officer, reason=f"acts for {organisation}")
        yield ObjectionAssigned(objection=self.objection, project=found.project, officer=self.officer)


class AnswerObjection(AboutObjection):
    """The officer assigned, or any who neither objected nor judged the project, dismisses or upholds, with a reason.

    Raises NotFound, SamePerson, ConflictOfInterest (leads the project), NotAssigned, StageNotOpen.
    """

    upheld: bool
    reason: Text

    def decide(
        self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Aggregate] = nothing()
    ) -> Iterator[RoundEvent]:
        found = found_in(round_, self.objection)
        if found.answered:
            if found.upheld == self.upheld:
                return
            raise StageNotOpen(stage="open objection", now="answered")
        must_be_apart(found, by.id, beside)
        if found.assigned and found.assigned != by.id:
            raise NotAssigned(person=by.id, objection=self.objection, assigned=found.assigned)
        kind = ObjectionUpheld if self.upheld else ObjectionDismissed
        yield kind(objection=self.objection, project=found.project, reason=self.reason)
        if round_.open_objections == (self.objection,) and round_.notice_ends_at and at >= round_.notice_ends_at:
            yield NoticeConcluded(objections=len(round_.objections))


class RemindObjection(StoryOfRound):
    """The answer to an objection is due soon. Raises NotFound, NotDue."""

    objection: Slug

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        found = found_in(round_, self.objection)
        if found.answered or found.reminded or found.answer_by is None or found.remind_at is None:
            return
        if at < found.remind_at:
            raise NotDue(deadline="objection-reminder", due=found.remind_at)
        yield ObjectionReminded(objection=self.objection, project=found.project, due=found.answer_by)


class EscalateObjection(StoryOfRound):
    """The days for the answer to an objection have passed. Raises NotFound, NotDue."""

    objection: Slug

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        found = found_in(round_, self.objection)
        if found.answered or found.overdue or found.answer_by is None:
            return
        if at < found.answer_by:
            raise NotDue(deadline="objection", due=found.answer_by)
        yield ObjectionOverdue(objection=self.objection, project=found.project, due=found.answer_by)
