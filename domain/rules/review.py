"""Review 评审: a panel at the desk."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from domain.rules.rubric import Mark, Mean, Rubric
from domain.rules.terms import Days, Several, StageRule


class ReviewRules(StageRule):
    """Desk review by a panel (专家评审). Silence: reminded, then escalated with more days, at last lapsed.

    `pass_mark` is on the rubric's scale. `comment_required`: every review says in words what it finds. `mean` "trimmed": the
    highest and the lowest score are left out.
    """

    kind: Literal["review"] = "review"
    rubric: Rubric
    panel_size: Several
    quorum: Several
    pass_mark: Mark
    within_days: Days
    remind_before_days: Days
    extension_days: Days
    extensions_at_most: Days
    comment_required: Literal[True] | None = None
    mean: Mean | None = None

    @model_validator(mode="after")
    def _sound(self) -> ReviewRules:
        if self.quorum > self.panel_size:
            raise ValueError(f"a quorum of {self.quorum} cannot come from a panel of {self.panel_size}")
        if self.remind_before_days >= self.within_days:
            raise ValueError("remind_before_days must be below within_days")
        self.rubric.must_reach("pass_mark", self.pass_mark)
        return self
