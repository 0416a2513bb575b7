"""Application 申请: the formal check (资格审查)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from domain.rules.terms import Days, Named, StageRule, ids_differ


class CriterionRule(Named):
    """One question of the formal check: met, or not."""


class EligibilityRules(StageRule):
    """Formal check by an officer (资格审查): every criterion answered, a reason for each one not met."""

    kind: Literal["eligibility"] = "eligibility"
    criteria: tuple[CriterionRule, ...] = Field(min_length=1)
    decide_within_working_days: Days

    @model_validator(mode="after")
    def _sound(self) -> EligibilityRules:
        ids_differ("criteria", (c.id for c in self.criteria))
        return self
