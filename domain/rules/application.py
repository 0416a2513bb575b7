"""Application 申请: the formal check (资格审查), and being returned for completion (补正)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from domain.kernel import Slug
from domain.rules.terms import Days, Named, Rule, Several, StageRule, ids_differ

CheckRole = Literal["officer", "verifier", "evaluator"]
"""Who may make a check: the officer, or a third party (C7: intake, financial review, re-check)."""


class CriterionRule(Named):
    """One question of the formal check: met, or not."""


class CompletionRules(Rule):
    """补正: an application that lacks something is returned once; not completed within the days, it lapses."""

    within_working_days: Several
    remind_before_days: Days

    @model_validator(mode="after")
    def _sound(self) -> CompletionRules:
        if self.remind_before_days >= self.within_working_days:
            raise ValueError("remind_before_days must be below within_working_days")
        return self


class EligibilityRules(StageRule):
    """A check (资格审查, C7 also 财务审核 or 复核): every criterion answered, a reason for each one not met.

    `by` is the role that makes it, else the officer. `apart_from` names checks before it that other people must have made.
    """

    kind: Literal["eligibility"] = "eligibility"
    criteria: tuple[CriterionRule, ...] = Field(min_length=1)
    decide_within_working_days: Days
    by: CheckRole | None = None
    apart_from: tuple[Slug, ...] = ()
    completion: CompletionRules | None = None

    @property
    def role(self) -> CheckRole:
        return self.by or "officer"

    @model_validator(mode="after")
    def _sound(self) -> EligibilityRules:
        ids_differ("criteria", (c.id for c in self.criteria))
        return self
