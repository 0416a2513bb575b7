"""Selection 遴选: the round gathers its scores, ranks and, by one act, publishes who is funded within the budget.

A shortlist 入围 is the same without money: who is on it goes on to the next stage of the programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field

from domain.errors import AboveLimit, CurrencyMismatch, Malformed, NotAnswered, NotFound, ReasonMissing
from domain.kernel import Actor, Aggregate, Event, Frozen, Money, PositiveSum, Slug, nothing
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.round import Entry, Place, Round, RoundCommand, RoundEvent, StageScore, StoryOfRound
from domain.rules.notice import NoticeRules
from domain.rules.selection import RankingRules, SelectionRules, ShortlistRules
from domain.rules.terms import HUNDREDTHS, WHOLE
from domain.tally import points_in, tallies_missing


class Adjustment(Frozen):
    """An award below the ask, with the reason that is published."""

    project: Slug
    award: PositiveSum
    reason: str = Field(max_length=4_000)


class RankingEvent(RoundEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: lambda payload: payload | {"stage": "selection"}}
    stage: Slug


class AssessmentClosed(RankingEvent):
    """The officer has ended the stages before this ranking: what is not concluded now is not ranked."""

    def apply(self, state: Round) -> Round:
        return replace(state, stage="ranking")


def _entries_of_version_1(payload: dict[str, Any]) -> dict[str, Any]:
    entries = []
    for entry in payload["entries"]:
        scores = [
            {"stage": stage, "score": entry[stage]} for stage in ("review", "roadshow") if entry[stage] is not None
        ]
        kept = {name: value for name, value in entry.items() if name not in {"review", "roadshow"}}
        entries.append(kept | {"scores": scores})
    return {"stage": "selection", "entries": entries}


class ScoresCollected(RankingEvent):
    """A page of the round's applications with their scores."""

    EARLIER: ClassVar = {1: _entries_of_version_1}
    entries: tuple[Entry, ...]

    def apply(self, state: Round) -> Round:
        entries = {**state.entries, **{entry.project: entry for entry in self.entries}}
        return replace(state, entries=MappingProxyType(entries))


class ScoresCompleted(RankingEvent):
    entries: int

    def apply(self, state: Round) -> Round:
        return replace(state, stage="selection")


class RankingPublished(RankingEvent):
    """The ranking with its awards, or the shortlist: one act, seen by everybody at once."""

    places: tuple[Place, ...]

    def apply(self, state: Round) -> Round:
        noticed = isinstance(state.rules.after(self.stage), NoticeRules)
        places = MappingProxyType({place.project: place for place in self.places})
        return replace(state, stage="notice" if noticed else "published", places=places)


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
    """`total` is the score in hundredths of a point."""

    rank: int
    total: int
    award: Money

    def apply(self, state: Project) -> Project:
        return replace(state, stage="notice", award=self.award)


class ProjectNotSelected(ProjectEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: lambda payload: payload | {"stage": "selection"}}
    stage: Slug
    rank: int | None
    total: int | None
    reason: str

    def apply(self, state: Project) -> Project:
        return state.ended("not_selected")


class CloseAssessment(RoundCommand):
    """What comes before the next ranking is over; the ranking begins.

    Raises NotFound, StageNotOpen, NotAnswered (a tally the ranking reckons with is not recorded).
    """

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage in {"ranking", "selection"}:
            return
        round_.must_be("assessment")
        missing = tallies_missing(round_)
        if missing:
            raise NotAnswered(field="tallies", missing=missing)
        yield AssessmentClosed(stage=round_.step)


class CollectScores(StoryOfRound):
    """Take down the scores of a page of projects. Raises StageNotOpen."""

    projects: tuple[Slug, ...] = Field(min_length=1, max_length=500)

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Project, project) for project in self.projects)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Project]) -> Iterator[RoundEvent]:
        round_.must_be("ranking")
        rules, points = round_.ranking, points_in(round_)
        entries = tuple(
            entry_of(project, rules, points)
            for project in (beside[Project.stream_of(id_)] for id_ in self.projects)
            if project.exists and not project.over and project.id not in round_.entries
        )
        if entries:
            yield ScoresCollected(stage=rules.id, entries=entries)


def entry_of(project: Project, rules: RankingRules, tallies: Mapping[str, Mapping[str, int]]) -> Entry:
    """The project as this ranking sees it: without a total unless it has come so far, with every score that counts.

    `tallies` are the points of each tally by project; a project that is not named has none there, which is 0.
    """
    found = {
        id_: tallies[id_].get(project.id, 0) if id_ in tallies else project.score_of(id_) for id_ in rules.reckons_with
    }
    scores = {stage: score for stage, score in found.items() if score is not None}
    total = None
    if project.step == rules.id and all(share.of in scores for share in rules.shares):
        weighed = sum(scores[share.of] * share.percent for share in rules.shares)
        total = (2 * weighed + WHOLE) // (2 * WHOLE)
    return Entry(
        project=project.id,
        organisation=project.organisation,
        field=project.field,
        ask=project.ask or Money(minor=0),
        scores=tuple(StageScore(stage=stage, score=score) for stage, score in scores.items()),
        total=total,
    )


class CompleteScores(StoryOfRound):
    """Every page is taken down: the officer can rank."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "ranking":
            yield ScoresCompleted(stage=round_.step, entries=len(round_.entries))


class PublishRanking(RoundCommand):
    """Rank by total score and award down the list while the budget lasts; or, in a shortlist, say who goes on.

    Equal totals go by the scores of the stages the rules name for ties, then by id.
    Raises NotFound, StageNotOpen, Malformed (awards in a shortlist), CurrencyMismatch, AboveLimit, ReasonMissing.
    """

    adjustments: tuple[Adjustment, ...] = Field(default=(), max_length=10_000)

    def organisations(self, state: Round) -> frozenset[str]:
        return state.organisations_of(adjustment.project for adjustment in self.adjustments)

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage in {"published", "notice", "award", "running", "closed"}:
            return
        round_.must_be("selection")
        rules = round_.ranking
        if isinstance(rules, ShortlistRules):
            if self.adjustments:
                raise Malformed(field="adjustments", rule="must be empty: a shortlist has no awards")
            yield RankingPublished(stage=rules.id, places=tuple(shortlist(round_, rules)))
            return
        adjusted = {adjustment.project: adjustment for adjustment in self.adjustments}
        for project, adjustment in adjusted.items():
            check_adjustment(round_, project, adjustment)
        yield RankingPublished(stage=rules.id, places=tuple(ranking(round_, adjusted)))


def check_adjustment(round_: Round, project: str, adjustment: Adjustment) -> None:
    """Raises NotFound, CurrencyMismatch, AboveLimit, ReasonMissing."""
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


def in_order(round_: Round) -> list[Entry]:
    """The entries with a total, best first."""
    ties = round_.ranking.ties

    def key(entry: Entry) -> tuple[int, tuple[int, ...], str]:
        return -(entry.total or 0), tuple(-(entry.score_of(stage) or 0) for stage in ties), entry.project

    return sorted((entry for entry in round_.entries.values() if entry.total is not None), key=key)


def without_score(round_: Round) -> Iterator[Place]:
    for entry in sorted((e for e in round_.entries.values() if e.total is None), key=lambda e: e.project):
        yield Place(project=entry.project, rank=None, total=None, award=None, reason="not_scored")


def shortlist(round_: Round, rules: ShortlistRules) -> Iterator[Place]:
    """The best so many, of those who reach the least score."""
    for rank, entry in enumerate(in_order(round_), start=1):
        enough = (entry.total or 0) >= rules.least_score * HUNDREDTHS
        on_it = enough and rank <= rules.at_most
        reason = "" if on_it else "places_taken" if enough else "below_least_score"
        yield Place(project=entry.project, rank=rank, total=entry.total, award=None, shortlisted=on_it, reason=reason)
    yield from without_score(round_)


def ranking(round_: Round, adjusted: Mapping[str, Adjustment]) -> Iterator[Place]:
    """The places in order. An ask that no longer fits is passed over, and a smaller one further down may still fit."""
    left = round_.budget.minor if round_.budget else 0
    least = round_.ranking.least_score * HUNDREDTHS
    for rank, entry in enumerate(in_order(round_), start=1):
        adjustment = adjusted.get(entry.project)
        award, reason = (adjustment.award, adjustment.reason) if adjustment else (entry.ask, "")
        if (entry.total or 0) < least:
            yield Place(project=entry.project, rank=rank, total=entry.total, award=None, reason="below_least_score")
        elif award.minor > left:
            yield Place(project=entry.project, rank=rank, total=entry.total, award=None, reason="budget_spent")
        else:
            left -= award.minor
            yield Place(project=entry.project, rank=rank, total=entry.total, award=award, reason=reason)
    yield from without_score(round_)


class RecordSelection(StoryOfProject):
    """Take the published place over into the project. Raises StageNotOpen."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round)

    def decide(self, project: Project, round_: Round, by: Actor, at: datetime) -> Iterator[Event]:
        if project.over or project.award is not None or not project.exists:
            return
        round_.must_be("notice", "published", "award", "running")
        rules = project.rules
        if rules.place_of(project.step) > rules.place_of(round_.step):
            return
        place = round_.places.get(project.id) or Place(
            project=project.id, rank=None, total=None, award=None, reason="not_scored"
        )
        rank, total = place.rank, place.total
        if rank is not None and total is not None and place.shortlisted:
            yield ProjectShortlisted(stage=round_.step, rank=rank, total=total)
        elif rank is not None and total is not None and place.award is not None:
            yield ProjectSelected(rank=rank, total=total, award=place.award)
        else:
            yield ProjectNotSelected(stage=round_.step, rank=rank, total=total, reason=place.reason)


class CompletePlaces(StoryOfRound):
    """Every page of projects knows its place."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "published":
            yield PlacesCompleted(stage=round_.step)
