"""Claim 认领: a sponsor takes on a project on stage (C8, 15+N): where the budget does not reach it, it goes on with their money.

The claim is a promise to the public. How the money comes in is in sponsorship.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from domain.errors import AboveLimit, AlreadyExists, CurrencyMismatch, NotFound, PurposeMismatch, StageNotOpen
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Line, Money, PositiveSum, Role, Slug, Text
from domain.places import Claim
from domain.project import Project
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.claim import ClaimRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.selection import SelectionRules
from domain.tally import must_be_of


class ProjectClaimed(RoundEvent):
    """A sponsor's claim; the same person's next one replaces it."""

    project: Slug
    claimed_by: Slug
    sponsor: Line
    amount: Money
    pledge: Text

    def apply(self, state: Round) -> Round:
        claim = Claim(by=self.claimed_by, sponsor=self.sponsor, amount=self.amount, pledge=self.pledge)
        return replace(state, claims=MappingProxyType({**state.claims, self.project: claim}))


class ClaimWithdrawn(RoundEvent):
    project: Slug
    reason: Text

    def apply(self, state: Round) -> Round:
        claims = {project: claim for project, claim in state.claims.items() if project != self.project}
        return replace(state, claims=MappingProxyType(claims))


class OfClaim(RoundCommand):
    """What a sponsor says about a project, until the ranking is published."""

    ROLES: ClassVar[tuple[Role, ...]] = ("funder",)
    project: Slug


class ClaimProject(OfClaim):
    """Take on a project that has come on stage: a person or company, the amount, and what they pledge.

    At most what the project asks for. Raises NotFound, StageNotOpen (no claims in the rules, not on stage yet, ranking
    published), AlreadyExists (somebody else's), CurrencyMismatch, AboveLimit, PurposeMismatch, ConflictOfInterest.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round, Fund)
    sponsor: Line
    amount: PositiveSum
    pledge: Text

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Project, self.project),)

    def decide(
        self, round_: Round, funds: Funds, by: Actor, at: datetime, beside: Mapping[str, Project]
    ) -> Iterator[RoundEvent]:
        known = round_.claims.get(self.project)
        if known == Claim(by=by.id, sponsor=self.sponsor, amount=self.amount, pledge=self.pledge):
            return
        round_.must_be("assessment", "ranking", "selection")
        rules, project = claim_rules(round_), beside[Project.stream_of(self.project)]
        must_be_of(round_, project, by)
        must_have_come_on_stage(project, at)
        if known is not None and known.by != by.id:
            raise AlreadyExists(kind="claim", id=self.project)
        asked = project.ask or self.amount
        if self.amount.currency != asked.currency:
            raise CurrencyMismatch(field="amount", currency=self.amount.currency, expected=asked.currency)
        if asked < self.amount:
            raise AboveLimit(field="amount", value=str(self.amount), limit=str(asked))
        fund = funds[round_.funds[0]]
        if rules.purpose not in fund.purposes:
            raise PurposeMismatch(fund=fund.id, purpose=rules.purpose, purposes=fund.purposes)
        yield ProjectClaimed(
            project=self.project, claimed_by=by.id, sponsor=self.sponsor, amount=self.amount, pledge=self.pledge
        )


class WithdrawClaim(OfClaim):
    """The sponsor cannot keep the pledge. Raises NotFound (also: it is somebody else's), StageNotOpen (ranking published)."""

    reason: Text

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        round_.must_be("assessment", "ranking", "selection")
        claim = round_.claims.get(self.project)
        if claim is None:
            return
        if claim.by != by.id:
            raise NotFound(kind="claim", id=self.project)
        yield ClaimWithdrawn(project=self.project, reason=self.reason)


def claim_rules(round_: Round) -> ClaimRules:
    """Raises StageNotOpen: the programme knows no claims."""
    rules = next((selection.claims for selection in round_.rules.each(SelectionRules)), None)
    if rules is None:
        raise StageNotOpen(stage="claims in the rules", now="none in the rules")
    return rules


def must_have_come_on_stage(project: Project, at: datetime) -> None:
    """It is before the judges now, or was; where there is no roadshow, it waits for the selection. Raises StageNotOpen."""
    shows = [project.assessment(rule.id).starts_at for rule in project.rules.each(RoadshowRules)]
    come = any(starts_at is not None and at >= starts_at for starts_at in shows)
    if project.over or not (come if shows else project.stage == "selection"):
        waits = project.stage in {"roadshow", "selection"} and shows
        raise StageNotOpen(stage="roadshow", now="not on stage" if waits else project.stage)
