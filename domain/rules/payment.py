"""Payment 付款: how many people approve a tranche, by its amount, and whether payment orders are written."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from domain.kernel import Money, NoTruth, PositiveSum
from domain.rules.terms import Rule

MOST_APPROVERS = 20


class ApprovalRule(Rule):
    """Above this amount, so many different people approve (C13)."""

    above: PositiveSum
    approvers: Annotated[int, Field(ge=2, le=MOST_APPROVERS), NoTruth]


class PaymentRules(Rule):
    """付款规则: one person approves, more of them above the amounts of `approvals`; with `orders`, by numbered payment orders."""

    approvals: tuple[ApprovalRule, ...] = ()
    orders: bool = False

    @model_validator(mode="after")
    def _rises(self) -> PaymentRules:
        if len({rule.above.currency for rule in self.approvals}) > 1:
            raise ValueError("approvals are in several currencies")
        steps = [(rule.above.minor, rule.approvers) for rule in self.approvals]
        for (low, few), (high, many) in pairwise(steps):
            if high <= low or many <= few:
                raise ValueError("approvals go up: each above a higher amount, by more approvers")
        return self

    def approvers_for(self, amount: Money) -> int:
        return max((rule.approvers for rule in self.approvals if rule.above < amount), default=1)

    def check_currency(self, currency: str) -> None:
        """Raises ValueError."""
        for rule in self.approvals:
            if rule.above.currency != currency:
                raise ValueError(f"payments.approvals are in {rule.above.currency}, the programme in {currency}")


USUAL = PaymentRules()
"""One approver, no payment orders."""
