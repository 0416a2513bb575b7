"""Selection 遴选: the stages in which a round ranks its projects, from scores of earlier stages."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import NoTruth, Percent, Slug
from domain.rules.award import FULL, AwardRules
from domain.rules.call import GRADES
from domain.rules.claim import ClaimRules
from domain.rules.terms import WHOLE, Rule, Several, StageRule, ids_differ
from domain.rules.ties import TIE_WORDS


class Share(Rule):
    """How much an earlier stage's score, or what was counted beside it, weighs in a ranking: `stage` or `tally`."""

    stage: Slug | None = None
    tally: Slug | None = None
    percent: Annotated[int, Field(ge=1, le=WHOLE), NoTruth]

    @model_validator(mode="after")
    def _of_one(self) -> Share:
        if (self.stage is None) == (self.tally is None):
            raise ValueError("a share names a stage or a tally, one of both")
        return self

    @property
    def of(self) -> str:
        """The id of the stage or of the tally: no tally has a stage's id."""
        return self.stage or self.tally or ""


class RankingRules(StageRule):
    """How earlier scores make a ranking, and the least that goes on.

    Ties: what `ties` names in its order, then the id. It names stages, tallies, or "smaller-ask", "earlier-application", "draw".
    """

    shares: tuple[Share, ...] = ()
    ties: tuple[Slug, ...] = ()
    least_score: Percent

    @model_validator(mode="after")
    def _adds_up(self) -> RankingRules:
        ids_differ("shares", (share.of for share in self.shares))
        total = sum(share.percent for share in self.shares)
        if total != WHOLE and not self.needs_no_score:
            raise ValueError(f"shares add up to {total} percent, not {WHOLE}")
        return self

    @property
    def needs_no_score(self) -> bool:
        """Whether it can do without any: an award by the organisation's own grade."""
        return False

    @property
    def reckons_with(self) -> tuple[str, ...]:
        """The stages and tallies whose points are looked at, weighed ones first."""
        scored = (tie for tie in self.ties if tie not in TIE_WORDS)
        return tuple(dict.fromkeys((*(share.of for share in self.shares), *scored)))


class ShortlistRules(RankingRules):
    """入围: the best so many go on to the next stage, the others go no further."""

    kind: Literal["shortlist"] = "shortlist"
    at_most: Several


class SelectionRules(RankingRules, AwardRules):
    """遴选: awards down the ranking within the round's budget."""

    kind: Literal["selection"] = "selection"
    claims: ClaimRules | None = None

    @property
    def needs_no_score(self) -> bool:
        return self.grades_from is not None and not self.shares

    @model_validator(mode="after")
    def _awards_sound(self) -> SelectionRules:
        ids_differ("quotas", (quota.field for quota in self.quotas))
        ids_differ("prizes", (prize.id for prize in self.prizes))
        ids_differ("by_grade", (grade.grade for grade in self.by_grade))
        if self.prizes and self.by_grade:
            raise ValueError("prizes and by_grade exclude each other: one of them fixes the amounts")
        for grade in self.by_grade:
            if grade.bounded and self.grades_from:
                raise ValueError(f"grade {grade.grade} is the organisation's: it has no least_score or above")
            if not grade.bounded and not self.grades_from:
                raise ValueError(f"grade {grade.grade} needs least_score or above, or grades_from")
        if self.grade_valid_years is not None:
            self._grades_are_results()
        if self.grades_from:
            return self
        leasts = [grade.least(self.scale or WHOLE) for grade in self.by_grade]
        if any(lower >= higher for higher, lower in pairwise(leasts)):
            raise ValueError("by_grade goes from the highest grade down, each with its own bound")
        if leasts and leasts[0] > FULL:
            raise ValueError(f"no score reaches grade {self.by_grade[0].grade}: scale is the full score")
        if self.reserve_days is not None and self.reserve_at_most is None:
            raise ValueError("reserve_days needs reserve_at_most: without it there is no reserve")
        return self

    def _grades_are_results(self) -> None:
        """What goes on the register is a grade that the register has, and that this programme gives. Raises ValueError."""
        if self.grades_from or not self.by_grade:
            raise ValueError("grade_valid_years needs by_grade with bounds: there is no grade to enter in the register")
        for grade in self.by_grade:
            if grade.grade.upper() not in GRADES:
                raise ValueError(f"grade {grade.grade} is none of the register's: 1a to 5a")
