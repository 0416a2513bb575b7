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
        """The first step that has not passed and has somebody to vote; the last when there is none."""
        still = (step for step in self.tier.steps if not self.passed(step) and not self.vacant(step))
        return next(still, self.tier.steps[-1])

    def vacant(self, step: ApprovalStep) -> bool:
        """Whether everybody it names has stepped aside, where one of them was to say yes or no."""
        votes = self.of_step(step.id)
        aside = (who in votes and votes[who].choice == "recused" for who in step.of)
        return step.needs == "one" and bool(step.of) and all(aside)

    @property
    def nobody_left(self) -> bool:
        """Whether the last step of the tier has nobody to vote: then the next tier's decide."""
        return self.vacant(self.tier.steps[-1])

    @property
    def agreed(self) -> bool:
        """Whether every step has passed that has somebody to vote, and the last is one of them."""
        return not self.nobody_left and all(self.passed(step) or self.vacant(step) for step in self.tier.steps)

    def passed(self, step: ApprovalStep) -> bool:
        return self.cast(step, "for") >= step.needed

    def failed(self, step: ApprovalStep) -> bool:
        """Whether the step cannot pass any more. Where one is enough, the first no decides."""
        if step.needs == "one" and self.cast(step, "against"):
            return True
        voted = len(self._counting(step))
        return bool(step.members) and self.cast(step, "for") + step.members - voted < step.needed

    def cast(self, step: ApprovalStep, choice: Choice) -> int:
        return sum(1 for vote in self._counting(step) if vote.choice == choice)

    def _counting(self, step: ApprovalStep) -> tuple[Vote, ...]:
        """Of whoever the step names; a step of a higher tier may have the same id and name others."""
        return tuple(vote for who, vote in self.of_step(step.id).items() if not step.of or who in step.of)

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
