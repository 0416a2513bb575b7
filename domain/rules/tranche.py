"""Tranche 拨款: how an award is split, and the gate each part waits behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from domain.kernel import Money, NoTruth, PositiveSum
from domain.rules.gate import Gate
from domain.rules.terms import WHOLE, Named


class TrancheRule(Named):
    """A fixed amount, or a share of what the fixed amounts leave of the award; and its gate.

    Without a gate it may be asked for as soon as the agreement is concluded, or the award granted where there is none.
    """

    share_percent: Annotated[int, Field(ge=0, le=WHOLE), NoTruth] | None = None
    amount: PositiveSum | None = None
    gate: Gate | None = None
    pay_within_working_days: Annotated[int, Field(ge=1, le=3_650), NoTruth] | None = None
    """To be paid so many working days after the agreement, or the award where there is none; late is on record (C3: 15)."""

    @model_validator(mode="after")
    def _one_size(self) -> TrancheRule:
        if (self.share_percent is None) == (self.amount is None):
            raise ValueError(f"tranche {self.id} needs share_percent or amount, not both")
        return self


def check_plan(tranches: Sequence[TrancheRule], currency: str, ask_at_most: Money) -> None:
    """The shares add up to all that is left, and the fixed amounts to no more than an award can be. Raises ValueError."""
    fixed = [tranche.amount for tranche in tranches if tranche.amount is not None]
    for tranche in tranches:
        if tranche.amount is not None and tranche.amount.currency != currency:
            raise ValueError(f"tranche {tranche.id} is in {tranche.amount.currency}, the programme in {currency}")
    total = sum(tranche.share_percent or 0 for tranche in tranches)
    if total != WHOLE:
        raise ValueError(f"tranche shares add up to {total} percent, not {WHOLE}")
    amounts = Money(currency=currency, minor=sum(amount.minor for amount in fixed))
    if fixed and ask_at_most < amounts:
        raise ValueError(f"tranche amounts add up to {amounts}, more than call.ask_at_most, {ask_at_most}")


def split(tranches: Sequence[TrancheRule], award: Money) -> tuple[Money, ...]:
    """The award in parts, to the fen: fixed amounts first, as far as it goes; the shares split the rest.

    What rounding leaves goes to the last share. A part may be nothing.
    """
    left, parts = award.minor, dict[str, int]()
    for tranche in tranches:
        if tranche.amount is not None:
            parts[tranche.id] = min(left, tranche.amount.minor)
            left -= parts[tranche.id]
    rest = left
    for tranche in tranches:
        if tranche.share_percent is not None:
            parts[tranche.id] = rest * tranche.share_percent // WHOLE
            left -= parts[tranche.id]
            last = tranche.id
    parts[last] += left
    return tuple(Money(currency=award.currency, minor=parts[tranche.id]) for tranche in tranches)
