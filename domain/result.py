"""Result 结果: every project of a round takes over its place of the published ranking; then the round goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.kernel import Actor, Aggregate, Event, Line, Money, Slug, nothing
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.ranking import on_reserve
from domain.round import Place, Round, RoundEvent, StoryOfRound
from domain.rules.selection import RankingRules, SelectionRules
from domain.selection import RankingEvent


class PlacesCompleted(RankingEvent):
    """Every project knows its place: the round goes on to the next ranking, or to the awards."""

    VERSION = 1
    EARLIER: ClassVar = {}

    def apply(self, state: Round) -> Round:
        if isinstance(state.ranking, SelectionRules):
            return replace(state, stage="award")
        rankings = [ranking.id for ranking in state.rules.each(RankingRules)]
        following = rankings[rankings.index(self.stage) + 1]
        return replace(state, stage="assessment", step=following, entries=nothing(), places=nothing())


class ProjectShortlisted(ProjectEvent):
    """`total` is the score in hundredths of a point."""

    stage: Slug
    rank: int
    total: int

    def apply(self, state: Project) -> Project:
        return state.onward()


class ProjectSelected(ProjectEvent):
    """`total` is the score in hundredths of a point. A `prize` without an award is an honour."""

    VERSION = 2
    EARLIER: ClassVar = {1: dict}
    rank: int
    total: int
    award: Money | None
    prize: Slug | None = None
    sponsor: Line | None = None
    """Whose money it is, where the budget did not reach the project."""
    claimed_by: Slug | None = None
    """The person who claimed it for the sponsor."""

    def apply(self, state: Project) -> Project:
        selected = replace(state, stage="notice", award=self.award, prize=self.prize or "")
        return replace(selected, sponsor=self.sponsor or "", claimed_by=self.claimed_by or "")


class ProjectReserved(ProjectEvent):
    """The project waits on the reserve list, and moves up when a place before it falls away."""

    rank: int
    total: int
    reserve: int

    def apply(self, state: Project) -> Project:
        return replace(state, reserve=self.reserve)


class ProjectNotSelected(ProjectEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: lambda payload: payload | {"stage": "selection"}}
    stage: Slug
    rank: int | None
    total: int | None
    reason: str

    def apply(self, state: Project) -> Project:
        return state.ended("not_selected")


class RecordSelection(StoryOfProject):
    """Take the published place over into the project, also when it changed later. Raises StageNotOpen."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round)

    def decide(self, project: Project, round_: Round, by: Actor, at: datetime) -> Iterator[Event]:
        if project.over or project.stage not in {"eligibility", "review", "roadshow", "selection"}:
            return
        round_.must_be("notice", "published", "award", "running")
        rules = project.rules
        if rules.place_of(project.step) > rules.place_of(round_.step):
            return
        place = round_.places.get(project.id) or Place(
            project=project.id, rank=None, total=None, award=None, reason="not_scored"
        )
        rank, total = place.rank, place.total
        # An objection was upheld against what had been published: that the project hears when awards are granted.
        stands = round_.vacated.get(project.id, "objection_upheld") == "objection_upheld"
        if rank is not None and total is not None and place.shortlisted:
            yield ProjectShortlisted(stage=round_.step, rank=rank, total=total)
        elif rank is not None and total is not None and place.chosen and stands:
            claim = round_.claims.get(project.id) if place.sponsor else None
            yield ProjectSelected(
                rank=rank,
                total=total,
                award=place.award,
                prize=place.prize,
                sponsor=place.sponsor,
                claimed_by=claim.by if claim else None,
            )
        elif rank is not None and total is not None and on_reserve(round_, place):
            if project.reserve != place.reserve:
                yield ProjectReserved(rank=rank, total=total, reserve=place.reserve or 0)
        else:
            reason = round_.vacated.get(project.id) or ("reserve_closed" if place.reserve else place.reason)
            yield ProjectNotSelected(stage=round_.step, rank=rank, total=total, reason=reason)


class CompletePlaces(StoryOfRound):
    """Every page of projects knows its place."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "published":
            yield PlacesCompleted(stage=round_.step)
