"""Award 资助与奖励: how many a selection awards, of which fields, and where the rules themselves fix the amount.

Prizes by rank (C1: 25,000 × 1, 15,000 × 2, 8,000 × 4, 1,000 × 8; F4: gold, silver, bronze, merit), or an award by grade (C14:
5A above 950 of 1,000 points, 4A above 900, 3A above 850). Either may be an honour without money.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import Money, NoTruth, PositiveSum, Slug, Words
from domain.rules.terms import HUNDREDTHS, WHOLE, Named, Rule, Several

FULL = WHOLE * HUNDREDTHS
"""The full total of a ranking, in hundredths of a point."""
Points = Annotated[int, Field(ge=0, le=100_000), NoTruth]


class Quota(Rule):
    """So many awards in this field at most (C9: six themes, four projects each)."""

    field: Slug
    at_most: Several


class Prize(Named):
    """奖项: so many places in the order of the ranking, each with the same amount; without one it is an honour."""

    places: Several
    amount: PositiveSum | None = None


class GradeAward(Rule):
    """等级奖励: the grade and its amount. Who scores `least_score` or more, or more than `above`, has it.

    Where the grade is the organisation's (`grades_from`), there is no bound.
    """

    grade: Slug
    words: Words | None = None
    least_score: Points | None = None
    above: Points | None = None
    amount: PositiveSum | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> GradeAward:
        if self.least_score is not None and self.above is not None:
            raise ValueError(f"grade {self.grade} has least_score or above, not both")
        return self

    @property
    def bounded(self) -> bool:
        return self.least_score is not None or self.above is not None

    def least(self, scale: int) -> int:
        """The least total that has the grade, in hundredths of a point on 100; the bound is in points of `scale`."""
        if self.least_score is not None:
            return -(-self.least_score * FULL // scale)
        return (self.above or 0) * FULL // scale + 1


class AwardRules(Rule):
    """What limits and fixes awards. All of it may be absent: then the ask is awarded while the budget lasts."""

    awards_at_most: Several | None = None
    per_field_at_most: Several | None = None
    """For every field that `quotas` does not name."""
    quotas: tuple[Quota, ...] = ()
    prizes: tuple[Prize, ...] = ()
    by_grade: tuple[GradeAward, ...] = ()
    """From the highest grade down."""
    grades_from: Literal["organisation"] | None = None
    """The organisation's own grade decides, as the register had it when it applied (J1); absent: the score does (C14)."""
    grade_valid_years: Several | None = None
    """The grade is the programme's result: it goes on the register, valid for so many years (C14: five); absent: it does not."""
    scale: Several | None = None
    """The full score in whose points `by_grade` is given; absent: 100."""
    reserve_at_most: Several | None = None
    """候补: how many who reached the least score and found no place wait in order; absent: nobody does."""
    reserve_days: Several | None = None
    """Calendar days from the published ranking, after which the reserve is closed; absent: an officer closes it."""

    def field_at_most(self, field: str) -> int | None:
        return next((quota.at_most for quota in self.quotas if quota.field == field), self.per_field_at_most)

    def grade_for(self, total: int, registered: str | None) -> GradeAward | None:
        """The highest grade this total reaches, in hundredths of a point on 100; or the organisation's, as registered."""
        if self.grades_from is not None:
            return next((grade for grade in self.by_grade if grade.grade == (registered or "").lower()), None)
        scale = self.scale or WHOLE
        return next((grade for grade in self.by_grade if total >= grade.least(scale)), None)

    @property
    def fixed(self) -> bool:
        """Whether prizes or grades fix the amounts, whatever was asked for."""
        return bool(self.prizes or self.by_grade)

    def amounts(self) -> Iterator[tuple[str, Money]]:
        """(name of the rule, amount) for every amount the rules fix."""
        for prize in self.prizes:
            if prize.amount is not None:
                yield f"prize {prize.id}", prize.amount
        for grade in self.by_grade:
            if grade.amount is not None:
                yield f"grade {grade.grade}", grade.amount
