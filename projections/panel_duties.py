"""What waits for whom while a round's reviewers are chosen. A part of the duties (projections/duties.py)."""

from __future__ import annotations

from collections.abc import Iterator

from domain.round import Round
from projections.roadshow_duties import Waiting


def of_round(round_: Round) -> Iterator[Waiting]:
    """Draws of reviewers that were committed to, and whose seed is still secret when the call is over."""
    if round_.stage == "assessment":
        for stage, draw in round_.draws.items():
            if not draw.seed:
                yield "reviewer_draw", "officer", stage, {}
