"""Conflicts of interest 回避: whom a programme keeps from judging, and for how long after they left."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.kernel import NoTruth
from domain.rules.terms import Days, Rule

AffiliationKind = Literal["employee", "board", "shareholder", "kin"]
"""How somebody belongs to an organisation; kin 亲属 is a relative of one of its people."""


class ConflictRules(Rule):
    """回避规则: who belongs to an applying organisation, or did within the years looked back on, judges none of its projects.

    Recusal looks back 2 years in the assessment of social organisations (C14), 3 in procurement law. With
    `recusal_within_working_days` an applicant may ask that somebody be recused; what is not answered by then is granted.
    """

    kinds: tuple[AffiliationKind, ...] = Field(min_length=1)
    look_back_years: Annotated[int, Field(ge=0, le=10), NoTruth]
    recusal_within_working_days: Days | None = None
