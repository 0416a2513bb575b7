"""Selection 遴选: the round gathers its scores, ranks and, by one act, publishes who is funded within the budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.errors import AboveLimit, CurrencyMismatch, NotFound, ReasonMissing
from domain.kernel import Actor, Aggregate, Event, Frozen, Money, PositiveSum, Slug
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.round import Entry, Place, Round, RoundCommand, RoundEvent, StoryOfRound
from domain.rules import HUNDREDTHS, WHOLE, SelectionRules


class Adjustment(Frozen):
    """An award below the ask, with the reason that is published."""

    project: Slug
    award: PositiveSum
    reason: str = Field(max_length=4_000)


class AssessmentClosed(RoundEvent):
    """The officer has ended reviewing and roadshow: what is not concluded now is not ranked."""

    def apply(self, state: Round) -> Round:
        return replace(state, stage="ranking")


class ScoresCollected(RoundEvent):
    """A page of the round's applications with their scores."""

    entries: tuple[Entry, ...]

    def apply(self, state: Round) -> Round:
        entries = {**state.entries, **{entry.project: entry for entry in self.entries}}
        return replace(state, entries=MappingProxyType(entries))


class ScoresCompleted(RoundEvent):
    entries: int

    def apply(self, state: Round) -> Round:
        return replace(state, stage="selection")


class RankingPublished(RoundEvent):
    """The ranking with its awards: one act, seen by everybody at once."""

    places: tuple[Place, ...]

    def apply(self, state: Round) -> Round:
        return replace(state, stage="notice", places=MappingProxyType({place.project: place for place in self.places}))


class ProjectSelected(ProjectEvent):
    """`total` is the score in hundredths of a point."""

    rank: int
    total: int
    award: Money

    def apply(self, state: Project) -> Project:
        return replace(state, stage="notice", award=self.award)


class ProjectNotSelected(ProjectEvent):
    rank: int | None
    total: int | None
    reason: str

    def apply(self, state: Project) -> Project:
        return state.ended("not_selected")


class CloseAssessment(RoundCommand):
    """Reviewing and roadshow are over; the ranking begins. Raises NotFound, StageNotOpen."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage in {"ranking", "selection"}:
            return
        round_.must_be("assessment")
        yield AssessmentClosed()


class CollectScores(StoryOfRound):
    """Take down the scores of a page of projects. Raises StageNotOpen."""

    projects: tuple[Slug, ...] = Field(min_length=1, max_length=500)

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Project, project) for project in self.projects)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Project]) -> Iterator[RoundEvent]:
        round_.must_be("ranking")
        rules = round_.rules.selection
        entries = tuple(
            entry_of(project, rules)
            for project in (beside[Project.stream_of(id_)] for id_ in self.projects)
            if project.exists and not project.over and project.id not in round_.entries
        )
        if entries:
            yield ScoresCollected(entries=entries)


def entry_of(project: Project, rules: SelectionRules) -> Entry:
    review, roadshow, total = project.review_score, project.roadshow_score, None
    if project.stage == "selection" and review is not None and roadshow is not None:
        weighed = review * rules.review_share_percent + roadshow * rules.roadshow_share_percent
        total = (2 * weighed + WHOLE) // (2 * WHOLE)
    ask = project.ask or Money(minor=0)
    return Entry(
        project=project.id,
        organisation=project.organisation,
        field=project.field,
        ask=ask,
        review=review,
        roadshow=roadshow,
        total=total,
    )


class CompleteScores(StoryOfRound):
    """Every page is taken down: the officer can rank."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "ranking":
            yield ScoresCompleted(entries=len(round_.entries))


class PublishRanking(RoundCommand):
    """Rank by total score (ties: review score, then id) and award down the list while the budget lasts.

    Raises NotFound, StageNotOpen, CurrencyMismatch, AboveLimit, ReasonMissing.
    """

    adjustments: tuple[Adjustment, ...] = Field(default=(), max_length=10_000)

    def organisations(self, state: Round) -> frozenset[str]:
        return state.organisations_of(adjustment.project for adjustment in self.adjustments)

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage in {"notice", "award", "running", "closed"}:
            return
        round_.must_be("selection")
        adjusted = {adjustment.project: adjustment for adjustment in self.adjustments}
        for project, adjustment in adjusted.items():
            entry = round_.entries.get(project)
            if entry is None:
                raise NotFound(kind="project", id=project)
            award, field = adjustment.award, f"adjustments.{project}"
            if award.currency != entry.ask.currency:
                raise CurrencyMismatch(field=field, currency=award.currency, expected=entry.ask.currency)
            if entry.ask < award:
                raise AboveLimit(field=field, value=str(award), limit=str(entry.ask))
            if not adjustment.reason.strip():
                raise ReasonMissing(field=f"{field}.reason")
        yield RankingPublished(places=tuple(ranking(round_, adjusted)))


def ranking(round_: Round, adjusted: Mapping[str, Adjustment]) -> Iterator[Place]:
    """The places in order. An ask that no longer fits is passed over, and a smaller one further down may still fit."""
    left = round_.budget.minor if round_.budget else 0
    least = round_.rules.selection.least_score * HUNDREDTHS
    scored = [entry for entry in round_.entries.values() if entry.total is not None]
    scored.sort(key=lambda entry: (-(entry.total or 0), -(entry.review or 0), entry.project))
    for rank, entry in enumerate(scored, start=1):
        adjustment = adjusted.get(entry.project)
        award, reason = (adjustment.award, adjustment.reason) if adjustment else (entry.ask, "")
        if (entry.total or 0) < least:
            yield Place(project=entry.project, rank=rank, total=entry.total, award=None, reason="below_least_score")
        elif award.minor > left:
            yield Place(project=entry.project, rank=rank, total=entry.total, award=None, reason="budget_spent")
        else:
            left -= award.minor
            yield Place(project=entry.project, rank=rank, total=entry.total, award=award, reason=reason)
    for entry in sorted((e for e in round_.entries.values() if e.total is None), key=lambda e: e.project):
        yield Place(project=entry.project, rank=None, total=None, award=None, reason="not_scored")


class RecordSelection(StoryOfProject):
    """Take the published place over into the project. Raises StageNotOpen."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round)

    def decide(self, project: Project, round_: Round, by: Actor, at: datetime) -> Iterator[Event]:
        if project.over or project.award is not None or not project.exists:
            return
        round_.must_be("notice", "award", "running")
        place = round_.places.get(project.id)
        if place is None or place.award is None or place.rank is None or place.total is None:
            reason = place.reason if place else "not_scored"
            yield ProjectNotSelected(
                rank=place.rank if place else None, total=place.total if place else None, reason=reason
            )
        else:
            yield ProjectSelected(rank=place.rank, total=place.total, award=place.award)
