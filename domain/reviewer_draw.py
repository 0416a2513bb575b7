"""Reviewers drawn by lot 抽签确定评审: committed to before the call closes, drawn after it (`domain/drawing.py`).

1. Before the call closes an officer publishes the candidates, a salt, the commitment to a secret seed and, if the draw shall be
   proof even against whoever knows the seed, a beacon: public figures that come out later (a lottery's draw of a named day).
2. After the call the seed and the figures are published. Each project's panel is drawn for itself, with the salt
   "salt/figures/project", among the candidates who neither left nor act for its organisation. Who is partial is passed over; the
   next one drawn takes the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.conflict import derived
from domain.drawing import commitment_to, draw
from domain.errors import AlreadyExists, CallNotOpen, DrawNotProven, NotFound, PanelTooSmall, RoleMissing
from domain.kernel import Actor, Aggregate, Line, Sha256, Slug
from domain.organisation import Organisation
from domain.person import Person
from domain.project import Project, ProjectEvent
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.review import ReviewRules
from domain.seating import ActsFor, ReviewerDraw, Seating

Salt = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
"""Visible ASCII characters: so that there is no doubt which bytes are meant."""
Candidates = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=1_000)]


class DrawCommitted(RoundEvent):
    """The candidates and a seed nobody knows; who draws otherwise is found out."""

    stage: Slug
    commitment: Sha256
    salt: Salt
    candidates: tuple[Slug, ...]
    beacon: str

    def apply(self, state: Round) -> Round:
        committed = ReviewerDraw(self.commitment, self.salt, self.candidates, self.beacon)
        return replace(state, draws=MappingProxyType({**state.draws, self.stage: committed}))


class ReviewersDrawn(RoundEvent):
    """The seed, revealed: from now on every panel of the stage is fixed. `out` are candidates who are reviewers no longer."""

    stage: Slug
    seed: Sha256
    figures: str
    out: tuple[Slug, ...]
    acting: tuple[ActsFor, ...]

    def apply(self, state: Round) -> Round:
        acting = MappingProxyType({each.person: each.organisations for each in self.acting})
        revealed = replace(
            state.draws[self.stage], seed=self.seed, figures=self.figures, out=frozenset(self.out), acting=acting
        )
        return replace(
            state,
            stage="assigning",
            draws=MappingProxyType({**state.draws, self.stage: revealed}),
            seating=Seating(stage=self.stage, drawn=True),
        )


class PanelDrawn(ProjectEvent):
    """The order in which candidates were drawn, as far as it went; `passed_over` are those of them who may not judge it."""

    stage: Slug
    order: tuple[Slug, ...]
    passed_over: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        return state


class CommitToDraw(RoundCommand):
    """Publish who may be drawn, and the commitment to a secret seed, before the call closes. Once for each review.

    Raises NotFound, Malformed, StageNotOpen, CallNotOpen (closed already), PanelTooSmall, RoleMissing, AlreadyExists.
    """

    stage: Slug | None = None
    commitment: Sha256
    salt: Salt
    candidates: Candidates
    beacon: Line | None = None

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Person, candidate) for candidate in self.candidates)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Person]) -> Iterator[RoundEvent]:
        if not round_.exists:
            raise NotFound(kind="round", id=self.round)
        rules = round_.rules.meant(ReviewRules, self.stage)
        candidates = tuple(sorted(set(self.candidates)))
        wish = ReviewerDraw(self.commitment, self.salt, candidates, self.beacon or "")
        known = round_.draws.get(rules.id)
        if known is not None:
            if replace(wish, seed=known.seed, figures=known.figures, out=known.out, acting=known.acting) == known:
                return
            raise AlreadyExists(kind="draw", id=rules.id)
        round_.must_be("call", "planned")
        if round_.opens_at is None or round_.closes_at is None or at >= round_.closes_at:
            raise CallNotOpen(round=round_.id, opens_at=round_.opens_at or at, closes_at=round_.closes_at or at)
        if len(candidates) < rules.panel_size:
            raise PanelTooSmall(size=len(candidates), needed=rules.panel_size)
        for candidate in candidates:
            if not beside[Person.stream_of(candidate)].actor.holds("reviewer", round_.scopes):
                raise RoleMissing(person=candidate, roles=("reviewer",), command="CommitToDraw")
        yield DrawCommitted(
            stage=rules.id, commitment=self.commitment, salt=self.salt, candidates=candidates, beacon=wish.beacon
        )


class DrawReviewers(RoundCommand):
    """Reveal the seed after the call: every project of the stage gets the panel that seed, salt and candidates give.

    The candidates are those committed to; where a beacon was named, `figures` are what it showed. Raises NotFound, Malformed,
    StageNotOpen, DrawNotProven.
    """

    stage: Slug | None = None
    seed: Sha256
    figures: Salt | None = None
    candidates: Candidates

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Person, candidate) for candidate in self.candidates)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Person]) -> Iterator[RoundEvent]:
        if not round_.exists:
            raise NotFound(kind="round", id=self.round)
        rules = round_.rules.meant(ReviewRules, self.stage)
        committed = round_.draws.get(rules.id)
        if committed is None:
            raise NotFound(kind="draw", id=rules.id)
        if committed.seed == self.seed:
            return
        round_.must_be("assessment")
        self._prove(committed)
        people = [beside[Person.stream_of(candidate)] for candidate in committed.candidates]
        acting = ((person.id, sorted(s for role, s in person.grants if role == "applicant")) for person in people)
        yield ReviewersDrawn(
            stage=rules.id,
            seed=self.seed,
            figures=self.figures or "",
            out=tuple(p.id for p in people if not p.actor.holds("reviewer", round_.scopes)),
            acting=tuple(ActsFor(person=who, organisations=tuple(whom)) for who, whom in acting if whom),
        )

    def _prove(self, committed: ReviewerDraw) -> None:
        """Raises DrawNotProven."""
        if committed.seed or commitment_to(self.seed) != committed.commitment:
            raise DrawNotProven(field="seed", rule="must be the one that was committed to")
        if tuple(sorted(set(self.candidates))) != committed.candidates:
            raise DrawNotProven(field="candidates", rule="must be those that were committed to")
        if bool(committed.beacon) != (self.figures is not None):
            raise DrawNotProven(field="figures", rule="must be what the beacon showed, where one was named")


def drawn_panel(
    project: Project, organisation: Organisation, chosen: ReviewerDraw, rules: ReviewRules, at: datetime
) -> tuple[PanelDrawn, tuple[str, ...]]:
    """The project's draw, and who sits: the first drawn who are not partial, as many as the panel has places, if there are."""
    candidates = chosen.candidates_for(project.organisation)
    order, passed_over, panel = list[str](), list[str](), list[str]()
    for who in draw(chosen.seed, salt=chosen.salt_for(project.id), candidates=candidates):
        if len(panel) == rules.panel_size:
            break
        order.append(who)
        partial = who in project.conflicted | project.own_people or derived(project, organisation, who, at) is not None
        (passed_over if partial else panel).append(who)
    return PanelDrawn(stage=rules.id, order=tuple(order), passed_over=tuple(passed_over)), tuple(panel)
