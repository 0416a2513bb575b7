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

from domain.errors import NotDue, NotFound, PanelTooSmall, StageNotOpen
from domain.kernel import Actor, Aggregate, Line, Moment, Role, Slug
from domain.project import Panel, Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.review import mean_score
from domain.round import Round, RoundCommand, RoundEvent, Session
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Score


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

    def apply(self, state: Round) -> Round:
        session = Session(stage=self.stage, starts_at=self.starts_at, judges=self.judges)
        return replace(state, sessions=MappingProxyType({**state.sessions, self.session: session}))


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
        return state.with_assessment(self.stage, score=self.score, over=True).onward()


class RoadshowLapsed(RoadshowEvent):
    """Absent: no quorum of scores in time. The project goes into the ranking without a roadshow score."""

    judges: int

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, over=True).onward()


class ScheduleRoadshow(RoundCommand):
    """Set a session's time, place and judges. `stage` says of which roadshow, if there are several.

    Raises NotFound, Malformed, StageNotOpen, PanelTooSmall.
    """

    stage: Slug | None = None
    session: Slug
    starts_at: Moment
    place: Line
    judges: tuple[Slug, ...] = Field(min_length=1, max_length=50)

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        round_.must_be("assessment", "call")
        rules = round_.rules.meant(RoadshowRules, self.stage)
        judges = tuple(dict.fromkeys(self.judges))
        planned = round_.sessions.get(self.session)
        if planned == Session(stage=rules.id, starts_at=self.starts_at, judges=judges):
            return
        if planned is not None and planned.starts_at <= at:
            raise StageNotOpen(stage="planned session", now=f"session {self.session} has begun")
        if len(judges) < rules.quorum:
            raise PanelTooSmall(size=len(judges), needed=rules.quorum)
        yield RoadshowScheduled(
            stage=rules.id, session=self.session, starts_at=self.starts_at, place=self.place, judges=judges
        )


class InviteToRoadshow(ProjectCommand):
    """Give a reviewed project a slot in a session of its present roadshow. Raises NotFound, StageNotOpen."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round)
    session: Slug

    def decide(self, project: Project, round_: Round, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("roadshow")
        session = round_.sessions.get(self.session)
        if session is None:
            raise NotFound(kind="session", id=self.session)
        rules = project.rules.stage(RoadshowRules, session.stage)
        project.must_be_at(rules, "roadshow")
        now = project.now
        if (now.session, now.starts_at, now.panel.members) == (self.session, session.starts_at, session.judges):
            return
        if now.panel.scored:
            raise StageNotOpen(stage="roadshow", now="already scored")
        yield RoadshowInvited(
            stage=rules.id,
            session=self.session,
            starts_at=session.starts_at,
            due=project.rules.calendar.after_days(session.starts_at, rules.conclude_within_days),
            judges=session.judges,
        )


class ScoreRoadshow(ProjectCommand):
    """A judge scores a project from the session's start on; the last judge's scores conclude it.

    Raises NotFound, Malformed, StageNotOpen, NotDue, NotOnPanel, ConflictOfInterest, NotAnswered, RubricMismatch.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("judge",)
    stage: Slug | None = None
    scores: tuple[Score, ...]

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        rules = project.rules.meant(RoadshowRules, self.stage)
        assessment = project.assessment(rules.id)
        if assessment.panel.scored.get(by.id) == self.scores:
            return
        project.must_be_at(rules, "roadshow")
        assessment.panel.admit(by, stage="roadshow")
        if assessment.starts_at is None or at < assessment.starts_at:
            raise NotDue(deadline="roadshow", due=assessment.starts_at)
        rules.rubric.check(self.scores)
        yield RoadshowScored(stage=rules.id, judge=by.id, scores=self.scores)
        panel = assessment.panel.with_scores(by.id, self.scores)
        if not panel.silent and len(panel.scored) >= rules.quorum:
            yield RoadshowConcluded(stage=rules.id, score=mean_score(panel, rules.rubric), judges=len(panel.scored))


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
            yield RoadshowConcluded(stage=rules.id, score=mean_score(panel, rules.rubric), judges=len(panel.scored))
        else:
            yield RoadshowLapsed(stage=rules.id, judges=len(panel.scored))
