"""Round 批次: one call of a programme, from opening to closing. Sessions, ranking, notice and objections are its parts.

Here is its state; the verbs are in their topics' files: round_opening, roadshow, selection, result, notice, round_extension,
closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from domain.errors import NotFound, StageNotOpen
from domain.kernel import Aggregate, Command, Event, Frozen, Money, Role, Slug, aggregate, nothing
from domain.places import Approval, Claim, Objection
from domain.rules import Rules
from domain.rules.selection import RankingRules
from domain.seating import NO_SEATING, ReviewerDraw, Seating
from domain.sources import Source

RoundStage = Literal[
    "",
    "planned",
    "call",
    "assessment",
    "listing",
    "assigning",
    "ranking",
    "selection",
    "approval",
    "published",
    "notice",
    "award",
    "running",
    "closed",
]


class StageScore(Frozen):
    """`stage` is the id of the stage that gave it, or of a tally."""

    stage: Slug
    score: int


class Entry(Frozen):
    """One application as the ranking sees it: its scores in hundredths of a point, of the stages that gave it one.

    `total` is None where a stage that counts gave none.
    """

    project: Slug
    organisation: Slug
    field: Slug
    ask: Money
    scores: tuple[StageScore, ...] = ()
    total: int | None = None
    grade: str | None = None
    """The organisation's when it applied, where the rules award by it."""
    experts: tuple[Slug, ...] = ()
    """Who reviewed and judged it, where the rules let the notice name them."""

    def score_of(self, stage: str) -> int | None:
        return next((score.score for score in self.scores if score.stage == stage), None)


class Place(Frozen):
    """A line of a published ranking: an award, a place on the shortlist or the reserve, or why there is none of these."""

    project: Slug
    rank: int | None
    total: int | None
    award: Money | None
    shortlisted: bool = False
    reason: str = ""
    prize: Slug | None = None
    """The prize or the grade that fixed the award; without money, it is an honour."""
    reserve: int | None = None
    """Its place on the reserve list, from 1; None again when it moved up."""
    sponsor: str | None = None
    """Whose money the award is, where the budget did not reach it and a sponsor claimed it."""
    offer: Money | None = None
    """What it gets when it moves up from the reserve; None where a prize decides."""

    @property
    def chosen(self) -> bool:
        """Whether there is an award or an honour."""
        return self.award is not None or self.prize is not None


@dataclass(frozen=True)
class Session:
    """A session of a roadshow. What comes after `commitment` only one with slots has."""

    stage: str
    starts_at: datetime
    judges: tuple[str, ...]
    place: str = ""
    commitment: str | None = None
    """To the seed of its running order, where that is drawn."""
    projects: tuple[str, ...] = ()
    """Invited, in the order of the invitations."""
    order: tuple[str, ...] = ()
    """As drawn."""
    present: tuple[str, ...] | None = None
    """The judges who are there; None as long as nobody has said so."""


@aggregate
@dataclass(frozen=True, kw_only=True)
class Round(Aggregate):
    kind = "round"
    stage: RoundStage = ""
    step: str = ""
    """The shortlist or selection that is being prepared, or was published last."""
    quoted: Rules | None = None
    rules_version: int = 0
    programme: str = ""
    fund: str = ""
    """The one behind it, or the first of several."""
    budget: Money | None = None
    sources: tuple[Source, ...] = ()
    """What each fund gives, where several stand behind it."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    sessions: Mapping[str, Session] = field(default_factory=nothing)
    entries: Mapping[str, Entry] = field(default_factory=nothing)
    places: Mapping[str, Place] = field(default_factory=nothing)
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=nothing)
    """Tally → project → what was counted, things or fen."""
    commitments: Mapping[str, str] = field(default_factory=nothing)
    """Ranking → the commitment to the seed that breaks its ties."""
    claims: Mapping[str, Claim] = field(default_factory=nothing)
    """Project → the sponsor who took it on."""
    votes: Mapping[str, datetime] = field(default_factory=nothing)
    """Tally → until when ballots are taken, for votes that are open."""
    evidence: Mapping[str, str] = field(default_factory=nothing)
    """Tally → SHA-256 of the document that shows the count."""
    draws: Mapping[str, ReviewerDraw] = field(default_factory=nothing)
    """Review → the draw of its reviewers, committed to or revealed."""
    seating: Seating = NO_SEATING
    notice_ends_at: datetime | None = None
    notices: int = 0
    """How many were opened: after a change there may be another."""
    shown: Mapping[str, int] = field(default_factory=nothing)
    """Project → the notice that shows its award, from 1."""
    fixed: frozenset[str] = frozenset()
    """Deadlines an officer fixed to a day: a changed calendar does not move them."""
    moving: bool = False
    """Its projects are still to be told of new dates, or of a session's new judges."""
    objections: Mapping[str, Objection] = field(default_factory=nothing)
    published_by: str = ""
    approvals: Mapping[str, Approval] = field(default_factory=nothing)
    """Project → the votes on its award."""
    approval_due: datetime | None = None
    approval_remind_at: datetime | None = None
    approval_overdue: bool = False
    vacated: Mapping[str, str] = field(default_factory=nothing)
    """Project → why its published place is free again."""
    reserve_until: datetime | None = None
    reserve_closed: bool = False

    @property
    def exists(self) -> bool:
        return bool(self.stage)

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset({self.id, self.programme})

    @property
    def rules(self) -> Rules:
        """The rules this round began under. Raises NotFound."""
        if self.quoted is None:
            raise NotFound(kind="round", id=self.id)
        return self.quoted

    @property
    def backing(self) -> tuple[Source, ...]:
        """What stands behind the round, one fund or several."""
        if self.sources or self.budget is None:
            return self.sources
        return (Source(fund=self.fund, purpose=self.rules.purpose, amount=self.budget),)

    @property
    def funds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.fund for source in self.backing))

    @property
    def ranking(self) -> RankingRules:
        """The shortlist or selection that is being prepared, or was published last. Raises NotFound."""
        return self.rules.stage(RankingRules, self.step)

    @property
    def open_objections(self) -> tuple[str, ...]:
        return tuple(id_ for id_, objection in self.objections.items() if not objection.answered)

    def organisations_of(self, projects: Iterable[str]) -> frozenset[str]:
        """Whose these projects are, as far as the round took down their scores."""
        return frozenset(self.entries[project].organisation for project in projects if project in self.entries)

    def upheld_against(self, project: str) -> bool:
        return any(o.upheld and o.project == project for o in self.objections.values())

    def must_be(self, *stages: RoundStage) -> None:
        """Raises NotFound, StageNotOpen."""
        if not self.exists:
            raise NotFound(kind="round", id=self.id)
        if self.stage not in stages:
            raise StageNotOpen(stage=stages[0], now=self.stage)


class RoundEvent(Event):
    OF = Round


class RoundCommand(Command):
    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round,)
    ROLES: ClassVar[tuple[Role, ...]] = ("officer",)
    round: Slug


class StoryOfRound(RoundCommand):
    """What only the round's story does, when the time has come."""

    ROLES: ClassVar[tuple[Role, ...]] = ("story",)
