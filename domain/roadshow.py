"""Roadshow 路演: sessions of a round, where judges hear each project and score it on the day.

A programme may have several (semi-final, final): every event says which stage it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field

from domain.assessment import Panel
from domain.conflict import must_be_impartial, recusals
from domain.errors import Malformed, NotDue, NotFound, PanelTooSmall, StageNotOpen
from domain.kernel import Actor, Aggregate, Event, Line, Moment, Role, Sha256, Slug
from domain.organisation import Organisation
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.review import mean_score
from domain.round import Round, RoundCommand, RoundEvent, Session
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Score


def mean_of_judges(rules: RoadshowRules, panel: Panel) -> int:
    """The judges' mean in hundredths of a point, as the rules want it."""
    return mean_score(panel, rules.rubric, rules.mean)


def of_the_roadshow(payload: dict[str, Any]) -> dict[str, Any]:
    """A version 1 event's payload: a programme had one roadshow, of that name."""
    return payload | {"stage": "roadshow"}


class RoadshowScheduled(RoundEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: of_the_roadshow}
    stage: Slug
    session: Slug
    starts_at: Moment
    place: Line
    judges: tuple[Slug, ...]
    commitment: Sha256 | None = None

    def apply(self, state: Round) -> Round:
        planned = state.sessions.get(self.session, Session(self.stage, self.starts_at, self.judges))
        session = replace(
            planned,
            stage=self.stage,
            starts_at=self.starts_at,
            judges=self.judges,
            place=self.place,
            commitment=self.commitment,
        )
        # Whoever was invited before is to be told of the new time and the new judges.
        moving = state.moving or (planned.starts_at, planned.judges) != (session.starts_at, session.judges)
        return replace(state, sessions=MappingProxyType({**state.sessions, self.session: session}), moving=moving)


class SessionJoined(RoundEvent):
    """A project was invited to a session with slots, and to no other of this roadshow any more."""

    stage: Slug
    session: Slug
    project: Slug

    def apply(self, state: Round) -> Round:
        sessions = dict(state.sessions)
        for id_, session in sessions.items():
            if session.stage == self.stage:
                others = tuple(project for project in session.projects if project != self.project)
                joined = (*others, self.project) if id_ == self.session else others
                sessions[id_] = replace(session, projects=joined)
        return replace(state, sessions=MappingProxyType(sessions))


class RoadshowEvent(ProjectEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: of_the_roadshow}
    stage: Slug


class RoadshowInvited(RoadshowEvent):
    """The project has a slot: who judges, from when, and until when their scores are awaited."""

    session: Slug
    starts_at: Moment
    due: Moment
    judges: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        # A conflict declared at the desk holds on stage too.
        panel = Panel(members=self.judges, conflicted=state.conflicted)
        return state.with_assessment(
            self.stage, opened=True, panel=panel, session=self.session, starts_at=self.starts_at, due=self.due
        )


class RoadshowScored(RoadshowEvent):
    judge: Slug
    scores: tuple[Score, ...]

    def apply(self, state: Project) -> Project:
        panel = state.assessment(self.stage).panel.with_scores(self.judge, self.scores)
        return state.with_assessment(self.stage, panel=panel)


class RoadshowConcluded(RoadshowEvent):
    """`score` is the judges' mean in hundredths of a point on a scale of 100."""

    score: int
    judges: int

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, score=self.score, over=True, on_stage=False).onward()


class RoadshowLapsed(RoadshowEvent):
    """Absent: no quorum of scores in time. The project goes into the ranking without a roadshow score."""

    judges: int

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, over=True, on_stage=False).onward()


class ScheduleRoadshow(RoundCommand):
    """Set a session's time, place and judges. `stage` says of which roadshow, if there are several.

    Until it has begun it may be set anew; the round's story tells the projects invited to it.
    `commitment` (SHA-256 of a secret seed) is published with a session whose running order is drawn, and stays the same once a
    project is invited. Raises NotFound, Malformed, StageNotOpen, PanelTooSmall.
    """

    stage: Slug | None = None
    session: Slug
    starts_at: Moment
    place: Line
    judges: tuple[Slug, ...] = Field(min_length=1, max_length=50)
    commitment: Sha256 | None = None

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        round_.must_be("assessment", "call")
        rules = round_.rules.meant(RoadshowRules, self.stage)
        judges = tuple(dict.fromkeys(self.judges))
        planned = round_.sessions.get(self.session)
        wished = Session(rules.id, self.starts_at, judges, self.place, self.commitment)
        if planned is not None:
            if replace(planned, projects=(), order=(), present=None) == wished:
                return
            if planned.starts_at <= at:
                raise StageNotOpen(stage="planned session", now=f"session {self.session} has begun")
            if planned.projects and (planned.stage, planned.commitment) != (wished.stage, wished.commitment):
                raise StageNotOpen(stage="session without projects", now="projects invited")
        drawn = rules.slots is not None and rules.slots.drawn
        if drawn and self.commitment is None:
            raise Malformed(field="commitment", rule="must be given: the running order is drawn")
        if not drawn and self.commitment is not None:
            raise Malformed(field="commitment", rule="must be given only where the running order is drawn")
        if len(judges) < rules.quorum:
            raise PanelTooSmall(size=len(judges), needed=rules.quorum)
        yield RoadshowScheduled(
            stage=rules.id,
            session=self.session,
            starts_at=self.starts_at,
            place=self.place,
            judges=judges,
            commitment=self.commitment,
        )


class InviteToRoadshow(ProjectCommand):
    """Give a reviewed project a slot in a session of its present roadshow.

    Raises NotFound, StageNotOpen (also: order drawn, or the session's days for scores are over), PanelTooSmall (too few of its
    judges may judge this project).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Organisation)
    session: Slug

    def decide(
        self, project: Project, round_: Round, organisation: Organisation, by: Actor, at: datetime
    ) -> Iterator[Event]:
        project.must_be("roadshow")
        session = round_.sessions.get(self.session)
        if session is None:
            raise NotFound(kind="session", id=self.session)
        rules = project.rules.stage(RoadshowRules, session.stage)
        project.must_be_at(rules, "roadshow")
        now = project.now
        if (now.session, now.starts_at, now.panel.members) == (self.session, session.starts_at, session.judges):
            return
        if now.panel.scored or now.on_stage:
            raise StageNotOpen(stage="roadshow", now="already scored")
        joins = rules.slots is not None and project.id not in session.projects
        if joins and session.order:
            raise StageNotOpen(stage="session whose order is not drawn", now="drawn")
        invited = invitation(project, rules, self.session, session)
        if invited.due <= at:
            raise StageNotOpen(stage="session ahead", now=f"session {self.session} is over")
        partial = tuple(recusals(project, organisation, session.judges, at))
        recused = project.conflicted | {each.person for each in partial}
        sitting = [judge for judge in session.judges if judge not in recused]
        if len(sitting) < rules.quorum:
            raise PanelTooSmall(size=len(sitting), needed=rules.quorum)
        yield from partial
        yield invited
        if joins:
            yield SessionJoined(stage=rules.id, session=self.session, project=project.id)


def invitation(project: Project, rules: RoadshowRules, id_: str, session: Session) -> RoadshowInvited:
    """To this session, as it is planned now."""
    return RoadshowInvited(
        stage=rules.id,
        session=id_,
        starts_at=session.starts_at,
        due=project.rules.calendar.after_days(session.starts_at, rules.conclude_within_days),
        judges=session.judges,
    )


def invited_anew(project: Project, round_: Round, organisation: Organisation, at: datetime) -> Iterator[ProjectEvent]:
    """The session a project is invited to has another time or other judges: so has its invitation, until somebody has scored."""
    now, session = project.now, round_.sessions.get(project.now.session)
    if project.stage != "roadshow" or session is None or now.panel.scored or now.on_stage:
        return
    rules = project.rules.stage(RoadshowRules, project.step)
    invited = invitation(project, rules, now.session, session)
    if invited.due > at and (now.starts_at, now.panel.members) != (session.starts_at, session.judges):
        yield from recusals(project, organisation, session.judges, at)
        yield invited


class ScoreRoadshow(ProjectCommand):
    """A judge scores a project from the session's start on; the last judge's scores conclude it.

    Where projects have slots: while the project is on stage; other scores replace the first until the slot is closed.
    Raises NotFound, Malformed, StageNotOpen, NotDue, NotOnPanel, ConflictOfInterest, NotAnswered, RubricMismatch.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)
    ROLES: ClassVar[tuple[Role, ...]] = ("judge",)
    stage: Slug | None = None
    scores: tuple[Score, ...]

    def decide(self, project: Project, organisation: Organisation, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        rules = project.rules.meant(RoadshowRules, self.stage)
        assessment = project.assessment(rules.id)
        if assessment.panel.scored.get(by.id) == self.scores:
            return
        project.must_be_at(rules, "roadshow")
        assessment.panel.admit(by, stage="roadshow")
        must_be_impartial(project, organisation, by.id, at)
        if assessment.starts_at is None or at < assessment.starts_at:
            raise NotDue(deadline="roadshow", due=assessment.starts_at)
        if rules.slots is not None and not assessment.on_stage:
            raise StageNotOpen(stage="open slot", now="not on stage")
        rules.rubric.check(self.scores)
        yield RoadshowScored(stage=rules.id, judge=by.id, scores=self.scores)
        panel = assessment.panel.with_scores(by.id, self.scores)
        if rules.slots is None and not panel.silent and len(panel.scored) >= rules.quorum:
            yield RoadshowConcluded(stage=rules.id, score=mean_of_judges(rules, panel), judges=len(panel.scored))


class ConcludeRoadshow(StoryOfProject):
    """The days for scoring have passed: a quorum is enough, less counts as absent. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        assessment = project.now
        if project.stage != "roadshow" or assessment.due is None:
            return
        if at < assessment.due:
            raise NotDue(deadline="roadshow", due=assessment.due)
        rules, panel = project.rules.stage(RoadshowRules, project.step), assessment.panel
        if len(panel.scored) >= rules.quorum:
            yield RoadshowConcluded(stage=rules.id, score=mean_of_judges(rules, panel), judges=len(panel.scored))
        else:
            yield RoadshowLapsed(stage=rules.id, judges=len(panel.scored))
