"""Selection 遴选: the round gathers its scores, ranks and, by one act, publishes who is funded within the budget.

A shortlist 入围 is the same without money: who is on it goes on to the next stage of the programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.approval import awaiting_approval, opening
from domain.errors import AboveLimit, CurrencyMismatch, Malformed, NotAnswered, NotFound, ReasonMissing, StageNotOpen
from domain.kernel import Actor, Aggregate, Frozen, Moment, Money, PositiveSum, Sha256, Slug, nothing
from domain.project import Project
from domain.ranking import ranking, shortlist
from domain.round import Entry, Place, Round, RoundCommand, RoundEvent, StageScore, StoryOfRound
from domain.rules.approval import ApprovalRules
from domain.rules.notice import NoticeRules
from domain.rules.selection import RankingRules, SelectionRules, ShortlistRules
from domain.rules.terms import WHOLE
from domain.tally import CountsDropped, counted, points_in, tallies_missing
from domain.ties import drawn_order, must_be_committed


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
    """The ranking with its awards, or the shortlist: one act, seen by everybody at once.

    Where the awards have to be approved first, it is what the approvers vote on.
    """

    places: tuple[Place, ...]
    published_by: Slug | None = None
    reserve_until: Moment | None = None
    seed: Sha256 | None = None
    """Of the draw that breaks ties, revealed."""

    def apply(self, state: Round) -> Round:
        places = MappingProxyType({place.project: place for place in self.places})
        ranked = replace(state, places=places, published_by=self.published_by or "", reserve_until=self.reserve_until)
        following = state.rules.after(self.stage)
        if isinstance(following, ApprovalRules):
            return awaiting_approval(ranked)
        return replace(ranked, stage="notice" if isinstance(following, NoticeRules) else "published")


class OfRanking(RoundCommand):
    """What an officer says about a ranking. `stage` says which, where there are several.

    So what is said once more about one that is published never touches the next.
    """

    stage: Slug | None = None

    def is_past(self, round_: Round) -> bool:
        """Whether the ranking meant was published before the present one. Raises NotFound, StageNotOpen (still to come)."""
        if self.stage is None or not round_.exists:
            return False
        meant = round_.rules.stage(RankingRules, self.stage)
        if round_.rules.place_of(meant.id) > round_.rules.place_of(round_.step):
            raise StageNotOpen(stage=meant.id, now=round_.step)
        return meant.id != round_.step


class CloseAssessment(OfRanking):
    """What comes before the next ranking is over; the ranking begins.

    What was counted in a tally for a project that is out by now counts no more. Who leaves later was counted, and that stands.
    Raises NotFound, StageNotOpen, NotAnswered (a tally the ranking reckons with is not recorded, or the draw of
    its ties has no commitment).
    """

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        """The projects that were counted: whether they are still in."""
        (round_,) = states
        return tuple((Project, id_) for id_ in counted(round_)) if round_.stage == "assessment" else ()

    def decide(
        self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Project] = nothing()
    ) -> Iterator[RoundEvent]:
        if self.is_past(round_) or round_.stage in {"ranking", "selection"}:
            return
        round_.must_be("assessment")
        missing = tallies_missing(round_)
        if missing:
            raise NotAnswered(field="tallies", missing=missing)
        must_be_committed(round_)
        out = tuple(project.id for project in beside.values() if project.over)
        if out:
            yield CountsDropped(projects=out)
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
        grade=project.organisation_grade if isinstance(rules, SelectionRules) and rules.grades_from else None,
        experts=experts_of(project),
    )


def experts_of(project: Project) -> tuple[str, ...]:
    """Who scored the project, where the public notice names them (C7)."""
    if not any(notice.shows_experts for notice in project.rules.each(NoticeRules)):
        return ()
    return tuple(sorted({person for panel in project.panels().values() for person in panel.scored}))


class CompleteScores(StoryOfRound):
    """Every page is taken down: the officer can rank."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "ranking":
            yield ScoresCompleted(stage=round_.step, entries=len(round_.entries))


class PublishRanking(OfRanking):
    """Rank by total score and award down the list while budget, quotas and prizes last; or, in a shortlist, say who goes on.

    Equal totals go by what the rules name for ties, then by id; where that is a draw, `seed` is the one committed to.
    Raises NotFound, StageNotOpen, Malformed (awards in a shortlist, or where prizes or grades fix them), CurrencyMismatch,
    AboveLimit, ReasonMissing, DrawNotProven.
    """

    adjustments: tuple[Adjustment, ...] = Field(default=(), max_length=10_000)
    seed: Annotated[str, Field(max_length=200)] | None = None

    def organisations(self, state: Round) -> frozenset[str]:
        # Whoever makes one award smaller decides how far the budget goes for all the others.
        return state.organisations_of(state.entries) if self.adjustments else frozenset()

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if self.is_past(round_) or round_.stage in {"approval", "published", "notice", "award", "running", "closed"}:
            return
        round_.must_be("selection")
        rules, drawn = round_.ranking, drawn_order(round_, self.seed)
        if isinstance(rules, ShortlistRules):
            if self.adjustments:
                raise Malformed(field="adjustments", rule="must be empty: a shortlist has no awards")
            places = tuple(shortlist(round_, rules, drawn))
            yield RankingPublished(stage=rules.id, places=places, published_by=by.id, seed=self.seed)
            return
        if self.adjustments and isinstance(rules, SelectionRules) and rules.fixed:
            raise Malformed(field="adjustments", rule="must be empty: prizes or grades fix the amounts")
        adjusted = {adjustment.project: adjustment for adjustment in self.adjustments}
        for project, adjustment in adjusted.items():
            check_adjustment(round_, project, adjustment)
        awards = {each.project: (each.award, each.reason) for each in adjusted.values()}
        published = RankingPublished(
            stage=rules.id,
            places=tuple(ranking(round_, awards, drawn)),
            published_by=by.id,
            reserve_until=reserve_until(round_, at),
            seed=self.seed,
        )
        yield published
        yield from opening(published.apply(round_), at)


def reserve_until(round_: Round, at: datetime) -> datetime | None:
    rules = round_.ranking
    if isinstance(rules, SelectionRules) and rules.reserve_days is not None:
        return round_.rules.calendar.after_days(at, rules.reserve_days)
    return None


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
