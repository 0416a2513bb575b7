"""Tally 计票: a count for each project that is no panel score, and how it makes points beside the panel's.

An online or residents' vote, targeted donations: C4 (Dongguan 2011) ranks by 60 percent panel, 20 percent targeted donations and
20 percent online vote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from domain.rules.terms import HUNDREDTHS, WHOLE, Named, Several


class TallyRule(Named):
    """A count makes 0 to 100 points: as its part of the highest count, or of the sum of all."""

    by: Literal["highest", "sum"]

    def points(self, counts: Mapping[str, int]) -> Mapping[str, int]:
        """Project → its points in hundredths, rounded half up; 0 for everybody where nothing was counted."""
        numbers = [0, *counts.values()]
        whole = max(numbers) if self.by == "highest" else sum(numbers)
        full = WHOLE * HUNDREDTHS
        return {project: (2 * count * full + whole) // (2 * whole) if whole else 0 for project, count in counts.items()}


class RecordedTally(TallyRule):
    """Counted elsewhere, and recorded by an officer with the evidence: things (votes), or money in fen."""

    kind: Literal["count", "money"]


class BallotTally(TallyRule):
    """Residents vote here: each person one ballot, for so many projects at most; replaceable until the vote closes."""

    kind: Literal["ballot"]
    choices_at_most: Several


AnyTally = Annotated[RecordedTally | BallotTally, Field(discriminator="kind")]
