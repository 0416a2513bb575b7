"""Budget 预算: which costs the programme pays, up to how much, and what the applicant brings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from domain.kernel import NoTruth, PositiveSum
from domain.rules.terms import WHOLE, Named, Rule, ids_differ

AtMostPercent = Annotated[int, Field(ge=1, le=WHOLE), NoTruth]


class CostCategory(Named):
    """费用类别: of it the programme pays at most so much, or so many percent of all it pays."""

    at_most_percent: AtMostPercent | None = None
    at_most: PositiveSum | None = None


class ForbiddenCost(Named):
    """负面清单: what the programme's money may not pay (lottery money: receptions, cars, bonuses, buildings; B3)."""


class BudgetRules(Rule):
    """Each line says its category and who pays: the programme (grant), the organisation (own), or others (matched).

    The ask is the sum of the lines the programme pays, at most so many percent of the whole (C5: 60). What the organisation or
    others pay is bound by no category's cap, nor by the negative list.
    """

    categories: tuple[CostCategory, ...] = Field(min_length=1)
    forbidden: tuple[ForbiddenCost, ...] = ()
    grant_at_most_percent: AtMostPercent | None = None

    @model_validator(mode="after")
    def _sound(self) -> BudgetRules:
        ids_differ("budget categories", (each.id for each in (*self.categories, *self.forbidden)))
        return self
