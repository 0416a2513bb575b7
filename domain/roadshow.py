"""Roadshow 路演: sessions of a round, where judges hear each project and score it on the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.errors import NotDue, NotFound, PanelTooSmall, StageNotOpen
from domain.kernel import Actor, Aggregate, Line, Moment, Role, Slug
from domain.project import Panel, Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.review import mean_score
from domain.round import Round, RoundCommand, RoundEvent, Session
from domain.rules import Score


class RoadshowScheduled(RoundEvent):
    session: Slug
    starts_at: Moment
    place: Line
    judges: tuple[Slug, ...]

    def apply(self, state: Round) -> Round:
        session = Session(starts_at=self.starts_at, judges=self.judges)
        return replace(state, sessions=MappingProxyType({**state.sessions, self.session: session}))


class RoadshowInvited(ProjectEvent):
    """The project has a slot: who judges, from when, and until when their scores are awaited."""

    session: Slug
    starts_at: Moment
    due: Moment
    judges: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        # A conflict declared at the desk holds on stage too.
        panel = Panel(members=self.judges, conflicted=state.review.conflicted | state.roadshow.conflicted)
        return replace(
            state,
            session=self.session,
            roadshow=panel,
            roadshow_starts_at=self.starts_at,
            roadshow_due=self.due,
        )


class RoadshowScored(ProjectEvent):
    judge: Slug
    scores: tuple[Score, ...]

    def apply(self, state: Project) -> Project:
        return replace(state, roadshow=state.roadshow.with_scores(self.judge, self.scores))


class RoadshowConcluded(ProjectEvent):
    """`score` is the judges' mean in hundredths of a point on a scale of 100."""

    score: int
    judges: int

    def apply(self, state: Project) -> Project:
        return replace(state, stage="selection", roadshow_score=self.score, roadshow_over=True)


class RoadshowLapsed(ProjectEvent):
    """Absent: no quorum of scores in time. The project goes into the ranking without a roadshow score."""

    judges: int

    def apply(self, state: Project) -> Project:
        return replace(state, stage="selection", roadshow_over=True)


class ScheduleRoadshow(RoundCommand):
    """Set a session's time, place and judges. Raises NotFound, StageNotOpen, PanelTooSmall."""

    session: Slug
    starts_at: Moment
    place: Line
    judges: tuple[Slug, ...] = Field(min_length=1, max_length=50)

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        round_.must_be("assessment", "call")
        judges = tuple(dict.fromkeys(self.judges))
        planned = round_.sessions.get(self.session)
        if planned == Session(starts_at=self.starts_at, judges=judges):
            return
        if planned is not None and planned.starts_at <= at:
            raise StageNotOpen(stage="planned session", now=f"session {self.session} has begun")
        quorum = round_.rules.roadshow.quorum
        if len(judges) < quorum:
            raise PanelTooSmall(size=len(judges), needed=quorum)
        yield RoadshowScheduled(session=self.session, starts_at=self.starts_at, place=self.place, judges=judges)


class InviteToRoadshow(ProjectCommand):
    """Give a reviewed project a slot in a session. Raises NotFound, StageNotOpen."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round)
    session: Slug

    def decide(self, project: Project, round_: Round, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("roadshow")
        session = round_.sessions.get(self.session)
        if session is None:
            raise NotFound(kind="session", id=self.session)
        invited_to = (project.session, project.roadshow_starts_at, project.roadshow.members)
        if invited_to == (self.session, session.starts_at, session.judges):
            return
        if project.roadshow.scored:
            raise StageNotOpen(stage="roadshow", now="already scored")
        due = project.rules.calendar.after_days(session.starts_at, project.rules.roadshow.conclude_within_days)
        yield RoadshowInvited(session=self.session, starts_at=session.starts_at, due=due, judges=session.judges)


class ScoreRoadshow(ProjectCommand):
    """A judge scores a project from the session's start on; the last judge's scores conclude it.

    Raises NotFound, StageNotOpen, NotDue, NotOnPanel, ConflictOfInterest, NotAnswered, RubricMismatch.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("judge",)
    scores: tuple[Score, ...]

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.roadshow.scored.get(by.id) == self.scores:
            return
        project.must_be("roadshow")
        project.roadshow.admit(by, stage="roadshow")
        if project.roadshow_starts_at is None or at < project.roadshow_starts_at:
            raise NotDue(deadline="roadshow", due=project.roadshow_starts_at)
        rules = project.rules.roadshow
        rules.rubric.check(self.scores)
        yield RoadshowScored(judge=by.id, scores=self.scores)
        panel = project.roadshow.with_scores(by.id, self.scores)
        if not panel.silent and len(panel.scored) >= rules.quorum:
            yield RoadshowConcluded(score=mean_score(panel, rules.rubric), judges=len(panel.scored))


class ConcludeRoadshow(StoryOfProject):
    """The days for scoring have passed: a quorum is enough, less counts as absent. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "roadshow" or project.roadshow_due is None:
            return
        if at < project.roadshow_due:
            raise NotDue(deadline="roadshow", due=project.roadshow_due)
        rules, panel = project.rules.roadshow, project.roadshow
        if len(panel.scored) >= rules.quorum:
            yield RoadshowConcluded(score=mean_score(panel, rules.rubric), judges=len(panel.scored))
        else:
            yield RoadshowLapsed(judges=len(panel.scored))
