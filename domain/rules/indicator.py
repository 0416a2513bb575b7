"""Indicator 指标: what a programme itself fixes to be reached, counted, and in a purchase of services paid by the piece.

C15 (长沙县 2022) pays by accepted quantity and unit price: 7 large events of at least 200 people at 4,000 yuan, 7 small ones of
at least 25 at 2,000, 7 cases of at least 6 follow-ups at 300, 7 groups of at least 6 sessions at 1,000; 350 volunteers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import Money, NoTruth, PositiveSum, Words
from domain.rules.terms import WHOLE, Named, Several

IndicatorKind = Literal["count", "share", "money"]
"""In what the numbers are: whole things, percent, or minor units of money (fen)."""
Number = Annotated[int, Field(ge=-(2**53) + 1, lt=2**53), NoTruth]


class IndicatorRule(Named):
    """指标: from a baseline to a target; a target below the baseline is one to fall to (an accident rate of 15 to 8 percent).

    With a unit price or a least size it is counted piece by piece: `size` says of what a piece must have at least `least_size`
    (people, follow-ups, sessions).
    """

    unit: Words
    kind: IndicatorKind = "count"
    baseline: Number = 0
    target: Number
    unit_price: PositiveSum | None = None
    least_size: Several | None = None
    size: Words | None = None

    @model_validator(mode="after")
    def _sound(self) -> IndicatorRule:
        if self.kind == "share" and not {self.baseline, self.target} <= set(range(WHOLE + 1)):
            raise ValueError(f"indicator {self.id} is a share: from 0 to {WHOLE} percent")
        if self.itemised and (self.kind != "count" or self.target <= self.baseline):
            raise ValueError(f"indicator {self.id} is counted piece by piece: a count that rises")
        return self

    @property
    def itemised(self) -> bool:
        """Whether it is counted piece by piece."""
        return self.unit_price is not None or self.least_size is not None


def is_reached(baseline: int, target: int, actual: int) -> bool:
    """Whether the actual number is as good as the target, whichever way it was to go."""
    return actual <= target if target < baseline else actual >= target


def check_indicators(indicators: tuple[IndicatorRule, ...], ask_at_most: Money, *, evaluated: bool) -> None:
    """Raises ValueError: another currency, more than can be asked for, or nobody who reckons what is paid by the piece."""
    total = 0
    for indicator in indicators:
        if indicator.unit_price is not None:
            if indicator.unit_price.currency != ask_at_most.currency:
                found, wanted = indicator.unit_price.currency, ask_at_most.currency
                raise ValueError(f"indicator {indicator.id} is priced in {found}, the programme in {wanted}")
            total += indicator.unit_price.minor * indicator.target
    priced = Money(currency=ask_at_most.currency, minor=total)
    if ask_at_most < priced:
        raise ValueError(f"indicators come to {priced}, more than call.ask_at_most, {ask_at_most}")
    if total and not evaluated:
        raise ValueError("indicators with a unit price need an evaluation, which reckons them")
