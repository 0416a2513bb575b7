"""Demanded visits 走访要求: how often, and by when, somebody sees the project on the spot."""

from __future__ import annotations

from pydantic import model_validator

from domain.kernel import Slug
from domain.rules.terms import Days, Named, Several

LONGEST_ID = 60


class VisitRule(Named):
    """走访要求: a visit within so many days of the agreement; reminded of before, overdue after days of grace.

    On a rhythm (`every_months`, so many `times`) there is one for each period, by `due_days` after its end: of a rule `yearly`
    the visits `yearly-1`, `yearly-2`, … Whoever plans and records a visit under this id sees to it.
    """

    due_days: Days
    remind_before_days: Days
    overdue_after_days: Days
    every_months: Several | None = None
    times: Several | None = None

    @model_validator(mode="after")
    def _sound(self) -> VisitRule:
        if (self.every_months is None) != (self.times is None):
            raise ValueError(f"visit {self.id}: a rhythm is every_months and times")
        if self.times is not None and len(self.id) > LONGEST_ID:
            raise ValueError(f"visit {self.id}: the id of a rhythm has at most {LONGEST_ID} characters")
        if self.every_months is None and self.remind_before_days >= self.due_days:
            raise ValueError(f"visit {self.id}: it is reminded of after its days have begun")
        return self

    @property
    def ids(self) -> tuple[Slug, ...]:
        """Of every visit that this rule asks for, in their order."""
        return (self.id,) if self.times is None else tuple(f"{self.id}-{n}" for n in range(1, self.times + 1))
