"""Termination 终止: what happens to money already paid, and to an organisation in breach."""

from __future__ import annotations

from pydantic import model_validator

from domain.rules.terms import Days, Rule, Several, Years


class ClawbackRules(Rule):
    """追回: money paid comes back in at most so many instalments, all within so many days; each is reminded of, then overdue."""

    instalments_at_most: Several = 1
    within_days: Several
    remind_before_days: Days
    overdue_after_days: Days


class TerminationRules(Rule):
    """终止: whether money can be ordered back, and for how long an organisation in breach may not apply (C3: three years)."""

    ban_years: Years | None = None
    clawback: ClawbackRules | None = None

    @model_validator(mode="after")
    def _sound(self) -> TerminationRules:
        if self.ban_years is None and self.clawback is None:
            raise ValueError("termination says ban_years or clawback, or is left out")
        return self
