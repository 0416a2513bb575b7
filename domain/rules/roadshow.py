"""Roadshow 路演: judges score on the day."""

from __future__ import annotations

from typing import Literal

from domain.rules.rubric import Rubric
from domain.rules.terms import Days, Several, StageRule


class RoadshowRules(StageRule):
    """路演: judges score on the day; who is not scored by a quorum within the days counts as absent."""

    kind: Literal["roadshow"] = "roadshow"
    rubric: Rubric
    quorum: Several
    conclude_within_days: Days
