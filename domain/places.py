"""The parts of a round's result besides its places: the votes on an award, the objections to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from domain.kernel import Money, nothing
from domain.rules.approval import ApprovalStep, ApprovalTier

Choice = Literal["for", "against", "abstain", "recused"]
"""赞成, 反对, 弃权, 回避: whoever is recused or abstains still counts among all members."""


@dataclass(frozen=True)
class Vote:
    choice: Choice
    reason: str = ""


@dataclass(frozen=True)
class Approval:
    """An award on its way through the steps of its tier."""

    tier: ApprovalTier
    votes: Mapping[str, Mapping[str, Vote]] = dataclasses.field(default_factory=nothing)
    """Step → person → what they voted, by name."""
    decided: bool = False

    @property
    def step(self) -> ApprovalStep:
        """The first step that has not passed; the last when all have."""
        return next((step for step in self.tier.steps if not self.passed(step)), self.tier.steps[-1])

    def passed(self, step: ApprovalStep) -> bool:
        return self.cast(step, "for") >= step.needed

    def failed(self, step: ApprovalStep) -> bool:
        """Whether the step cannot pass any more. Where one is enough, the first no decides."""
        if step.needs == "one" and self.cast(step, "against"):
            return True
        voted = len(self.of_step(step.id))
        return bool(step.members) and self.cast(step, "for") + step.members - voted < step.needed

    def cast(self, step: ApprovalStep, choice: Choice) -> int:
        return sum(1 for vote in self.of_step(step.id).values() if vote.choice == choice)

    def of_step(self, step: str) -> Mapping[str, Vote]:
        return self.votes.get(step, nothing())

    def with_vote(self, step: str, voter: str, vote: Vote) -> Approval:
        votes = MappingProxyType({**self.of_step(step), voter: vote})
        return replace(self, votes=MappingProxyType({**self.votes, step: votes}))


@dataclass(frozen=True)
class Claim:
    """A sponsor's pledge to pay for a project; `by` is the person who gave it."""

    by: str
    sponsor: str
    amount: Money
    pledge: str


@dataclass(frozen=True)
class Objection:
    project: str
    by: str
    filed: str = ""
    """Fingerprint of its ground and evidence."""
    answered: bool = False
    upheld: bool = False
    assigned: str = ""
    answer_by: datetime | None = None
    remind_at: datetime | None = None
    reminded: bool = False
    overdue: bool = False
