"""Selection 遴选: the stages in which a round ranks its projects, from scores of earlier stages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import Percent, Slug
from domain.rules.terms import WHOLE, Rule, Several, StageRule, ids_differ


class Share(Rule):
    """How much an earlier stage's score, or what was counted beside it, weighs in a ranking: `stage` or `tally`."""

    stage: Slug | None = None
    tally: Slug | None = None
    percent: Annotated[int, Field(ge=1, le=WHOLE)]

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

    Ties: the stages or tallies of `ties` in their order, then the id.
    """

    shares: tuple[Share, ...] = Field(min_length=1)
    ties: tuple[Slug, ...] = ()
    least_score: Percent

    @model_validator(mode="after")
    def _adds_up(self) -> RankingRules:
        ids_differ("shares", (share.of for share in self.shares))
        total = sum(share.percent for share in self.shares)
        if total != WHOLE:
            raise ValueError(f"shares add up to {total} percent, not {WHOLE}")
        return self

    @property
    def reckons_with(self) -> tuple[str, ...]:
        """The stages and tallies whose points are looked at, weighed ones first."""
        return tuple(dict.fromkeys((*(share.of for share in self.shares), *self.ties)))


class ShortlistRules(RankingRules):
    """入围: the best so many go on to the next stage, the others go no further."""

    kind: Literal["shortlist"] = "shortlist"
    at_most: Several


class SelectionRules(RankingRules):
    """遴选: awards down the ranking within the round's budget."""

    kind: Literal["selection"] = "selection"
