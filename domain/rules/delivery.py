"""Delivery 实施: the reports that are due."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from domain.kernel import Slug
from domain.rules.terms import Days, Named, Several

Demand = Literal["spending", "indicators", "photo", "receipt"]
Consequence = Literal["suspend", "fail"]
LONGEST_ID = 60


class ReportRule(Named):
    """进度报告: due so many days after the agreement, reminded before, overdue after days of grace.

    On a rhythm (`every_days` or `every_months`, so many `times`) there is one for each period, `due_days` after its end: of a
    rule `quarter` the reports `quarter-1`, `quarter-2`, … (projects longer than six months publish every three months,
    慈善组织信息公开办法). `demands` is what a report must not be handed in without. `consequence` follows so many days after the
    due day, if the report is still missing: the project is suspended, or the report is failed as well and reopened only by a
    later date. `published` reports are for everybody once they are accepted.
    """

    due_days: Days
    remind_before_days: Days
    overdue_after_days: Days
    every_days: Several | None = None
    every_months: Several | None = None
    times: Several | None = None
    demands: tuple[Demand, ...] = ()
    consequence: Consequence | None = None
    consequence_after_days: Several | None = None
    resumed_when: Literal["submitted", "accepted"] | None = None
    """By what a project suspended for this report goes on; absent: an officer resumes it."""
    published: Literal[True] | None = None

    @model_validator(mode="after")
    def _sound(self) -> ReportRule:
        periods = [period for period in (self.every_days, self.every_months) if period is not None]
        if len(periods) > 1 or bool(periods) != (self.times is not None):
            raise ValueError(f"report {self.id}: a rhythm is every_days or every_months, and times")
        if periods and len(self.id) > LONGEST_ID:
            raise ValueError(f"report {self.id}: the id of a rhythm has at most {LONGEST_ID} characters")
        if (self.consequence is None) != (self.consequence_after_days is None):
            raise ValueError(f"report {self.id}: consequence and consequence_after_days go together")
        if self.resumed_when is not None and self.consequence is None:
            raise ValueError(f"report {self.id}: resumed_when needs a consequence that suspends")
        if self.consequence_after_days is not None and self.consequence_after_days < self.overdue_after_days:
            raise ValueError(f"report {self.id}: the consequence comes after the days of grace")
        return self

    @property
    def ids(self) -> tuple[Slug, ...]:
        """Of every report that this rule asks for, in their order."""
        return (self.id,) if self.times is None else tuple(f"{self.id}-{n}" for n in range(1, self.times + 1))
