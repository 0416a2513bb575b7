"""Slot 时段: a roadshow as it happens. Which judges are there, in what order the projects come, who is on stage, who was absent.

The running order is drawn so that anybody can check it (`domain/drawing.py`): the commitment is published with the session, the
candidates are the projects that were invited to it, and the salt is the round's and the session's id, with a slash between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.assessment import Panel
from domain.conflict import recusals
from domain.drawing import draw, verify
from domain.errors import Malformed, NotDue, NotFound, NotOnPanel, PanelTooSmall, StageNotOpen
from domain.kernel import Actor, Aggregate, Event, Sha256, Slug
from domain.organisation import Organisation
from domain.project import Project, ProjectCommand
from domain.roadshow import RoadshowConcluded, RoadshowEvent, RoadshowLapsed, mean_of_judges
from domain.round import Round, RoundCommand, RoundEvent, Session
from domain.rules.roadshow import RoadshowRules, SlotRules


class SessionEvent(RoundEvent):
    stage: Slug
    session: Slug

    def changed(self, state: Round, **changes: Any) -> Round:
        session = replace(state.sessions[self.session], **changes)
        return replace(state, sessions=MappingProxyType({**state.sessions, self.session: session}))


class RunningOrderDrawn(SessionEvent):
    """Everything that is needed to draw it again; the commitment was published with the session."""

    seed: Sha256
    salt: str
    order: tuple[Slug, ...]

    def apply(self, state: Round) -> Round:
        return self.changed(state, order=self.order)


class AttendanceRecorded(SessionEvent):
    """Which judges of the session are there, from now on."""

    present: tuple[Slug, ...]

    def apply(self, state: Round) -> Round:
        return self.changed(state, present=self.present)


class SlotOpened(RoadshowEvent):
    """The project is on stage, as number so many of its session, before these judges."""

    VERSION = 1
    EARLIER: ClassVar = {}
    number: int
    judges: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        panel = Panel(members=self.judges, conflicted=state.conflicted)
        return state.with_assessment(self.stage, slot=self.number, on_stage=True, panel=panel)


class SlotClosed(RoadshowEvent):
    """Scores are final."""

    VERSION = 1
    EARLIER: ClassVar = {}

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, on_stage=False)


class DrawRunningOrder(RoundCommand):
    """Reveal the seed that was committed to: it gives the running order of the projects invited to the session.

    Nobody is invited to the session afterwards. Raises NotFound, Malformed, StageNotOpen, PanelTooSmall (nobody is invited),
    DrawNotProven (another seed).
    """

    session: Slug
    seed: Annotated[str, Field(max_length=200)]

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        session, _ = session_with_slots(round_, self.session)
        if session.commitment is None:
            raise Malformed(field="session", rule="must have a running order that is drawn")
        salt = f"{round_.id}/{self.session}"
        order = session.order or draw(self.seed, salt=salt, candidates=session.projects)
        verify(session.commitment, self.seed, salt=salt, candidates=order, drawn=order)
        if session.order:
            return
        round_.must_be("assessment", "call")
        if not order:
            raise PanelTooSmall(size=0, needed=1)
        yield RunningOrderDrawn(stage=session.stage, session=self.session, seed=self.seed, salt=salt, order=order)


class RecordAttendance(RoundCommand):
    """Say which judges of a session are there; again, when somebody comes or goes: it holds for the slots opened from then on.

    Raises NotFound, Malformed, StageNotOpen, NotOnPanel (not a judge of the session), PanelTooSmall (fewer than the quorum).
    """

    session: Slug
    present: tuple[Slug, ...] = Field(min_length=1, max_length=50)

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        session, _ = session_with_slots(round_, self.session)
        if session.present == self.present:
            return
        round_.must_be("assessment", "call")
        if len(set(self.present)) < len(self.present):
            raise Malformed(field="present", rule="must not name anybody twice")
        for judge in self.present:
            if judge not in session.judges:
                raise NotOnPanel(person=judge, stage="roadshow")
        quorum = round_.rules.stage(RoadshowRules, session.stage).quorum
        if len(self.present) < quorum:
            raise PanelTooSmall(size=len(self.present), needed=quorum)
        yield AttendanceRecorded(stage=session.stage, session=self.session, present=self.present)


class OpenSlot(ProjectCommand):
    """Call a project on stage: from now on the judges who are there, and not recused, score it.

    Who turns out to be partial by the register is recused now. Raises NotFound, Malformed, StageNotOpen, NotDue (the session has
    not begun), PanelTooSmall (no quorum without the recused).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Organisation)

    def decide(
        self, project: Project, round_: Round, organisation: Organisation, by: Actor, at: datetime
    ) -> Iterator[Event]:
        project.must_be("roadshow")
        now, rules = project.now, project.rules.stage(RoadshowRules, project.step)
        if now.on_stage:
            return
        session, slots = session_with_slots(round_, now.session)
        if now.starts_at is None or at < now.starts_at:
            raise NotDue(deadline="roadshow", due=now.starts_at)
        order = session.order if slots.drawn else session.projects
        if project.id not in order:
            raise StageNotOpen(stage="running order", now="not drawn")
        if session.present is None:
            raise StageNotOpen(stage="attendance of the judges", now="not recorded")
        partial = tuple(recusals(project, organisation, session.present, at))
        recused = project.conflicted | {each.person for each in partial}
        sitting = [judge for judge in session.present if judge not in recused]
        if len(sitting) < rules.quorum:
            raise PanelTooSmall(size=len(sitting), needed=rules.quorum)
        yield from partial
        yield SlotOpened(stage=rules.id, number=order.index(project.id) + 1, judges=session.present)


class OfSlot(ProjectCommand):
    """What an officer says of a project's slot; `stage` says in which roadshow, if there are several."""

    stage: Slug | None = None


class CloseSlot(OfSlot):
    """The project's slot is over: its judges' scores are final, and make its score.

    Raises NotFound, Malformed, StageNotOpen (not on stage), PanelTooSmall (fewer scores than the quorum).
    """

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[Event]:
        rules = project.rules.meant(RoadshowRules, self.stage)
        assessment = project.assessment(rules.id)
        if assessment.slot and assessment.over:
            return
        project.must_be_at(rules, "roadshow")
        if not assessment.on_stage:
            raise StageNotOpen(stage="open slot", now="not on stage")
        scored = len(assessment.panel.scored)
        if scored < rules.quorum:
            raise PanelTooSmall(size=scored, needed=rules.quorum)
        yield SlotClosed(stage=rules.id)
        yield RoadshowConcluded(stage=rules.id, score=mean_of_judges(rules, assessment.panel), judges=scored)


class RecordAbsence(OfSlot):
    """Nobody came when the project was called: it goes into the ranking without a roadshow score.

    Raises NotFound, Malformed, StageNotOpen (on stage already), NotDue (the session has not begun).
    """

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[Event]:
        rules = project.rules.meant(RoadshowRules, self.stage)
        assessment = project.assessment(rules.id)
        if assessment.over and not assessment.slot:
            return
        project.must_be_at(rules, "roadshow")
        if rules.slots is None:
            raise Malformed(field="project", rule="must be in a roadshow with slots")
        if assessment.on_stage:
            raise StageNotOpen(stage="slot that has not begun", now="on stage")
        if assessment.starts_at is None or at < assessment.starts_at:
            raise NotDue(deadline="roadshow", due=assessment.starts_at)
        yield RoadshowLapsed(stage=rules.id, judges=0)


def session_with_slots(round_: Round, id_: str) -> tuple[Session, SlotRules]:
    """The session, and the rules of its slots. Raises NotFound, Malformed (its roadshow has no slots)."""
    if not round_.exists:
        raise NotFound(kind="round", id=round_.id)
    session = round_.sessions.get(id_)
    if session is None:
        raise NotFound(kind="session", id=id_)
    slots = round_.rules.stage(RoadshowRules, session.stage).slots
    if slots is None:
        raise Malformed(field="session", rule="must be of a roadshow with slots")
    return session, slots
