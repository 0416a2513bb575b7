"""Fund 资金: where money goes that a project gives back."""

from __future__ import annotations

from typing import Literal

from domain.rules.terms import Rule


class MoneyRules(Rule):
    """资金规则: what a project gives back is free again in its fund, or in its round as long as that has not ended."""

    returned_to: Literal["fund", "round"]
