"""Contribution 配套: what a project has beside the award: own money, others' money, things and hours given."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from domain.kernel import PositiveSum
from domain.rules.terms import Rule, ids_differ

ContributionKind = Literal["own", "matched", "in-kind"]
"""The organisation's own money (自筹), money of others beside the award (配套, gifts), things or volunteers' hours (实物)."""
COUNTED: tuple[ContributionKind, ...] = ("own", "matched")
"""What counts as matched money where a programme does not say."""


class ContributionRules(Rule):
    """配套规则: the kinds that count as matched money, and what an hour of a volunteer is worth; none: hours are not taken."""

    counted: tuple[ContributionKind, ...] = Field(min_length=1)
    hour_value: PositiveSum | None = None

    @field_validator("counted")
    @classmethod
    def _each_once(cls, counted: tuple[ContributionKind, ...]) -> tuple[ContributionKind, ...]:
        ids_differ("counted", counted)
        return counted
