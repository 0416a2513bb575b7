"""Which fund pays how much, for which purpose, as rows say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from domain.sources import Part


class Share(TypedDict):
    fund: str
    purpose: str
    amount_fen: int


def shares(parts: Iterable[Part]) -> list[Share]:
    return [{"fund": part.fund, "purpose": part.purpose, "amount_fen": part.amount.minor} for part in parts]
