"""Approval 审批: who must agree to an award before it is shown or granted, by its amount, in named votes.

C13 (长隆基金会): up to 50,000 the secretary-general; up to 500,000 a panel, then the chairman; more, half of the board, and above
10,000,000 two thirds of it. C14: a named vote, more than half of all members. C7: the leaders approve, which is one tier.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from domain.kernel import Money, PositiveSum, Slug, Words
from domain.rules.terms import Days, Rule, Several, StageRule, ids_differ

Majority = Literal["one", "half", "two-thirds"]


class ApprovalStep(Rule):
    """One vote: by the persons named in `of`; by the `body` for which people hold the role approver; or by any one approver.

    `half` is more than half, `two-thirds` two thirds or more, of *all* members, whether they vote or not.
    """

    id: Slug
    words: Words | None = None
    needs: Majority = "one"
    of: tuple[Slug, ...] = ()
    body: Slug | None = None
    size: Several | None = None
    """How many members the body has."""

    @model_validator(mode="after")
    def _whole_body(self) -> ApprovalStep:
        ids_differ(f"step {self.id}", self.of)
        if self.of and (self.body or self.size):
            raise ValueError(f"step {self.id} names persons or a body, not both")
        if self.size is not None and self.body is None:
            raise ValueError(f"step {self.id} has a size and no body")
        if self.needs != "one" and not self.members:
            raise ValueError(f"step {self.id} needs {self.needs} of its members: say of, or body with size")
        return self

    @property
    def members(self) -> int:
        """How many there are; 0 where any one will do and nobody counts them."""
        return len(self.of) or self.size or 0

    @property
    def needed(self) -> int:
        """How many must vote for."""
        if self.needs == "half":
            return self.members // 2 + 1
        return -(-2 * self.members // 3) if self.needs == "two-thirds" else 1


class ApprovalTier(Rule):
    """For awards up to this amount, included: these steps, one after the other. Without an amount: for all above."""

    up_to: PositiveSum | None = None
    steps: tuple[ApprovalStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_step_each(self) -> ApprovalTier:
        ids_differ("steps", (step.id for step in self.steps))
        ids_differ("the voters of one tier", (person for step in self.steps for person in step.of))
        ids_differ("the bodies of one tier", (step.body for step in self.steps if step.body))
        return self


class ApprovalRules(StageRule):
    """审批: every award of the selection is voted on before it goes further. Silence is escalated, never taken for consent.

    Where whoever a step names has stepped aside (回避), the next step decides; after the last one, those of the next higher tier.
    Where there is none above, the award is refused: nobody is left who may say yes.
    """

    kind: Literal["approval"] = "approval"
    tiers: tuple[ApprovalTier, ...] = Field(min_length=1)
    """From the lowest amount up; the last has no `up_to`."""
    result_within_working_days: Several | None = None
    remind_before_days: Days | None = None

    @model_validator(mode="after")
    def _every_amount(self) -> ApprovalRules:
        bounds = [tier.up_to for tier in self.tiers]
        if bounds[-1] is not None or None in bounds[:-1]:
            raise ValueError("tiers go up by up_to, and only the last has none: every amount needs a tier")
        amounts = [bound for bound in bounds if bound is not None]
        if any(upper.currency != lower.currency or upper.minor <= lower.minor for lower, upper in pairwise(amounts)):
            raise ValueError("tiers go up by up_to, each above the one before")
        if self.remind_before_days is not None and self.result_within_working_days is None:
            raise ValueError("remind_before_days needs result_within_working_days")
        return self

    def tier_for(self, amount: Money | None) -> ApprovalTier:
        """The first tier that reaches the amount; an honour without money is in the lowest."""
        for tier in self.tiers:
            if amount is None or tier.up_to is None or amount <= tier.up_to:
                return tier
        raise AssertionError("the last tier has no bound")  # pragma: no cover - see _every_amount

    def above(self, tier: ApprovalTier) -> ApprovalTier | None:
        """The next higher one; None for the last."""
        return next((upper for lower, upper in pairwise(self.tiers) if lower == tier), None)

    def bodies(self) -> frozenset[str]:
        return frozenset(step.body for tier in self.tiers for step in tier.steps if step.body)
