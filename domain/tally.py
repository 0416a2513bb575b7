"""Tally 计票: what was counted for each project beside the panel's scores. An officer records it, with evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from domain.errors import ConflictOfInterest, Malformed, NotFound, StageNotOpen
from domain.kernel import Actor, Aggregate, Frozen, Sha256, Slug
from domain.project import Project
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.selection import RankingRules
from domain.rules.tally import RecordedTally


class TallyCount(Frozen):
    """What was counted for one project: things, or fen."""

    project: Slug
    count: Annotated[int, Field(ge=0, lt=2**53)]


class TallyRecorded(RoundEvent):
    """What was counted, whole: it replaces what was recorded of the tally before."""

    tally: Slug
    counts: tuple[TallyCount, ...]
    evidence_sha256: Sha256

    def apply(self, state: Round) -> Round:
        counts = MappingProxyType({each.project: each.count for each in self.counts})
        return replace(
            state,
            tallies=MappingProxyType({**state.tallies, self.tally: counts}),
            evidence=MappingProxyType({**state.evidence, self.tally: self.evidence_sha256}),
        )


class CountsDropped(RoundEvent):
    """These projects are out: what was counted for them is no part any more of a tally's highest count or sum."""

    projects: tuple[Slug, ...]

    def apply(self, state: Round) -> Round:
        kept = {
            tally: MappingProxyType({id_: count for id_, count in counts.items() if id_ not in self.projects})
            for tally, counts in state.tallies.items()
        }
        return replace(state, tallies=MappingProxyType(kept))


class RecordTally(RoundCommand):
    """Record what was counted for every project of a tally; a further one corrects it, until the assessment is closed.

    A project not named counts 0. `evidence_sha256` is of the document that shows the count (the platform's, the notary's, the
    bank's). Raises NotFound, Malformed, StageNotOpen, ConflictOfInterest (acts for a project's organisation).
    """

    tally: Slug
    counts: tuple[TallyCount, ...] = Field(min_length=1, max_length=1_000)
    evidence_sha256: Sha256

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Project, each.project) for each in self.counts)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Project]) -> Iterator[RoundEvent]:
        rule = round_.rules.tally(self.tally)
        counts = {each.project: each.count for each in self.counts}
        if (round_.tallies.get(rule.id), round_.evidence.get(rule.id)) == (counts, self.evidence_sha256):
            return
        must_be_wanted(round_, rule.id)
        if not isinstance(rule, RecordedTally):
            raise Malformed(field="tally", rule="must be a count or money: ballots are counted here")
        if len(counts) < len(self.counts):
            raise Malformed(field="counts", rule="must not name anybody twice")
        for project in counts:
            must_be_of(round_, beside[Project.stream_of(project)], by)
        yield TallyRecorded(tally=rule.id, counts=self.counts, evidence_sha256=self.evidence_sha256)


def must_be_wanted(round_: Round, tally: str) -> None:
    """A ranking that reckons with the tally is still to come. Raises NotFound, StageNotOpen."""
    round_.must_be("assessment", "call")
    rankings = list(round_.rules.each(RankingRules))
    if not any(tally in ranking.reckons_with for ranking in rankings[rankings.index(round_.ranking) :]):
        raise StageNotOpen(stage="ranking with this tally", now="published")


def must_be_of(round_: Round, project: Project, by: Actor) -> None:
    """The project is in the round, and the actor impartial towards it. Raises NotFound, ConflictOfInterest."""
    if not project.exists or project.round != round_.id:
        raise NotFound(kind="project", id=project.id)
    if by.belongs_to(project.organisation):
        raise ConflictOfInterest(person=by.id, reason=f"acts for {project.organisation}")
    if by.id in project.own_people:
        raise ConflictOfInterest(person=by.id, reason="own_project")


def points_in(round_: Round) -> Mapping[str, Mapping[str, int]]:
    """Tally → project → points in hundredths, for the tallies that are recorded."""
    return {tally: round_.rules.tally(tally).points(counts) for tally, counts in round_.tallies.items()}


def counted(round_: Round) -> tuple[str, ...]:
    """The projects that have a count in some tally."""
    return tuple(sorted({project for counts in round_.tallies.values() for project in counts}))


def tallies_missing(round_: Round) -> tuple[str, ...]:
    """The tallies that the ranking being prepared reckons with, and that are not counted yet."""
    wanted = (tally.id for tally in round_.rules.tallies if tally.id in round_.ranking.reckons_with)
    return tuple(tally for tally in wanted if tally not in round_.tallies)
