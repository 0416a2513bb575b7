"""Roadshow 路演: judges score on the day."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from domain.rules.rubric import Mean, Rubric
from domain.rules.terms import Days, Rule, Several, StageRule


class SlotRules(Rule):
    """Each project of a session has a slot of so many minutes: called on stage, scored, corrected until its slot is closed.

    `drawn`: the running order is drawn by lot, with a commitment that is published together with the session.
    """

    minutes: Several
    drawn: Literal[True] | None = None


class RoadshowRules(StageRule):
    """路演: judges score on the day; who is not scored by a quorum within the days counts as absent.

    Without `slots`, the last judge's scores conclude it. `mean` "trimmed": the highest and the lowest score are left out.
    """

    kind: Literal["roadshow"] = "roadshow"
    rubric: Rubric
    quorum: Several
    conclude_within_days: Days
    slots: SlotRules | None = None
    mean: Mean | None = None

    @model_validator(mode="after")
    def _has_no_marks(self) -> RoadshowRules:
        for line in self.rubric.lines:
            if line.pass_percent is not None:
                raise ValueError(f"pass_percent of {line.id} means nothing: nobody passes or fails in a roadshow")
        return self
