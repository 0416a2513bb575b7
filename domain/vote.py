"""Vote 投票: residents vote for projects, one ballot a person, until the vote closes; what comes out is a tally like any other.

Where residents decide (H6 百姓议事会), or their vote counts beside the panel (C4). The ballots are a stream of their own, a poll:
so a vote of thousands does not stand in the way of the round, and who voted for whom is not in the round's history.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.errors import AboveLimit, Malformed, NotDue, StageNotOpen
from domain.kernel import Actor, Aggregate, Event, Moment, Role, Slug, aggregate, nothing
from domain.project import Project
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.tally import BallotTally
from domain.tally import TallyCount, must_be_of, must_be_wanted


@aggregate
@dataclass(frozen=True, kw_only=True)
class Poll(Aggregate):
    """One vote of a round. Its id is the round's and the tally's, with a full stop between."""

    kind = "poll"
    ballots: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=nothing)
    """Person → the projects they vote for."""

    @property
    def exists(self) -> bool:
        return bool(self.ballots)

    @property
    def correlation(self) -> str:
        return self.id.partition(".")[0]

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset({self.correlation})


class VoteCast(Event):
    """A resident's vote; it replaces the one they gave before."""

    OF = Poll
    voter: Slug
    projects: tuple[Slug, ...]

    def apply(self, state: Poll) -> Poll:
        return replace(state, ballots=MappingProxyType({**state.ballots, self.voter: self.projects}))


class VoteOpened(RoundEvent):
    """Until when ballots are taken; opened again, for longer."""

    tally: Slug
    closes_at: Moment

    def apply(self, state: Round) -> Round:
        return replace(state, votes=MappingProxyType({**state.votes, self.tally: self.closes_at}))


class VoteCounted(RoundEvent):
    """The vote is over: what the ballots came to."""

    tally: Slug
    ballots: int
    counts: tuple[TallyCount, ...]

    def apply(self, state: Round) -> Round:
        counts = MappingProxyType({each.project: each.count for each in self.counts})
        votes = {tally: closes_at for tally, closes_at in state.votes.items() if tally != self.tally}
        return replace(
            state, votes=MappingProxyType(votes), tallies=MappingProxyType({**state.tallies, self.tally: counts})
        )


class OnPoll(RoundCommand):
    """A command on a vote of a round: its poll's id is made of both."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round, Poll)
    tally: Slug

    @property
    def poll(self) -> str:
        return f"{self.round}.{self.tally}"


class OpenVote(RoundCommand):
    """Take ballots from now on, until the end of a day in the programme's time zone; again, to take them for longer.

    Raises NotFound, Malformed, StageNotOpen (counted, or no ranking with it is to come).
    """

    tally: Slug
    closes_on: date

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        ballot_rules(round_, self.tally)
        closes_at = round_.rules.calendar.end_of(self.closes_on)
        if round_.votes.get(self.tally) == closes_at:
            return
        must_be_wanted(round_, self.tally)
        if self.tally in round_.tallies:
            raise StageNotOpen(stage="vote that is not counted", now="counted")
        earliest = max(at, round_.votes.get(self.tally, at))
        if closes_at <= earliest:
            raise Malformed(field="closes_on", rule="must lie ahead, and not before the present last day")
        yield VoteOpened(tally=self.tally, closes_at=closes_at)


class CastVote(OnPoll):
    """Vote for projects of the round; another ballot replaces the first, until the vote closes.

    Raises NotFound, Malformed, StageNotOpen, AboveLimit, ConflictOfInterest (acts for a project's organisation).
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("resident",)
    projects: tuple[Slug, ...] = Field(min_length=1, max_length=100)

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Project, project) for project in self.projects)

    def decide(
        self, round_: Round, poll: Poll, by: Actor, at: datetime, beside: Mapping[str, Project]
    ) -> Iterator[Event]:
        rule = ballot_rules(round_, self.tally)
        if poll.ballots.get(by.id) == self.projects:
            return
        closes_at = round_.votes.get(rule.id)
        if closes_at is None or at >= closes_at:
            raise StageNotOpen(stage="open vote", now="counted" if rule.id in round_.tallies else "no vote is open")
        if len(set(self.projects)) < len(self.projects):
            raise Malformed(field="projects", rule="must not name anybody twice")
        if len(self.projects) > rule.choices_at_most:
            raise AboveLimit(field="projects", value=str(len(self.projects)), limit=str(rule.choices_at_most))
        for project in (beside[Project.stream_of(id_)] for id_ in self.projects):
            must_be_of(round_, project, by)
            if project.over:
                raise StageNotOpen(stage=round_.step, now=project.stage)
        yield VoteCast(voter=by.id, projects=self.projects)


class CountVote(OnPoll):
    """The vote's days are over: its ballots are counted. Raises NotDue."""

    ROLES: ClassVar[tuple[Role, ...]] = ("story",)

    def decide(self, round_: Round, poll: Poll, by: Actor, at: datetime) -> Iterator[Event]:
        closes_at = round_.votes.get(self.tally)
        if closes_at is None:
            return
        if at < closes_at:
            raise NotDue(deadline="vote", due=closes_at)
        votes = Counter(project for projects in poll.ballots.values() for project in projects)
        counts = tuple(TallyCount(project=project, count=votes[project]) for project in sorted(votes))
        yield VoteCounted(tally=self.tally, ballots=len(poll.ballots), counts=counts)


def ballot_rules(round_: Round, tally: str) -> BallotTally:
    """The tally's rules. Raises NotFound, Malformed (it is recorded, not voted on here)."""
    rule = round_.rules.tally(tally)
    if not isinstance(rule, BallotTally):
        raise Malformed(field="tally", rule="must be of kind ballot: this one is counted elsewhere")
    return rule
