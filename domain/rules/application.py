"""Application 申请: the formal check (资格审查), and being returned for completion (补正)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from domain.calendar import Calendar
from domain.kernel import Slug
from domain.rules.terms import Days, Named, Rule, Several, StageRule, ids_differ

CheckRole = Literal["officer", "verifier", "evaluator"]
"""Who may make a check: the officer, or a third party (C7: intake, financial review, re-check)."""

CountedFrom = Literal["call-end", "receipt"]
"""From when the days of the first check are counted; where nothing is said, from the end of the call."""


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
    The days of the first stage are counted from the end of the call, or `counted_from` "receipt" of each application (C13:
    acknowledged within 5 working days); those of a later one from when it is opened.
    """

    kind: Literal["eligibility"] = "eligibility"
    criteria: tuple[CriterionRule, ...] = Field(min_length=1)
    decide_within_working_days: Days
    counted_from: CountedFrom | None = None
    by: CheckRole | None = None
    apart_from: tuple[Slug, ...] = ()
    completion: CompletionRules | None = None

    @property
    def role(self) -> CheckRole:
        return self.by or "officer"

    def first_due(self, received: datetime, call_ends: datetime, calendar: Calendar) -> datetime:
        """By when an application is to be checked where this is the first stage."""
        begins = received if self.counted_from == "receipt" else call_ends
        return calendar.after_working_days(begins, self.decide_within_working_days)

    @model_validator(mode="after")
    def _sound(self) -> EligibilityRules:
        ids_differ("criteria", (c.id for c in self.criteria))
        return self
