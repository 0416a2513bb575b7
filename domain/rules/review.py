"""Review 评审: a panel at the desk."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from domain.rules.rubric import Mark, Mean, Rubric
from domain.rules.terms import Days, Rule, Several, StageRule


class DispersionRules(Rule):
    """评分离散度: how far apart reviewers may be before one more is called; on the rubric's scale.

    `range_at_most`: highest less lowest score. `deviation_at_most`: standard deviation. `outlier_beyond`: a score further than
    this from the middle of the others' is pointed out to officers; nothing follows from it.
    """

    range_at_most: Mark | None = None
    deviation_at_most: Mark | None = None
    outlier_beyond: Mark | None = None
    more_within_days: Days

    @model_validator(mode="after")
    def _sound(self) -> DispersionRules:
        if self.range_at_most is None and self.deviation_at_most is None:
            raise ValueError("dispersion needs range_at_most or deviation_at_most")
        return self


class ReviewRules(StageRule):
    """Desk review by a panel (专家评审). Silence: reminded, then escalated with more days, at last lapsed.

    `pass_mark` is on the rubric's scale. `comment_required`: every review says in words what it finds. `mean` "trimmed": the
    highest and the lowest score are left out. `blind`: until it is over, its reviewers do not read whose application it is.
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
    blind: Literal[True] | None = None
    dispersion: DispersionRules | None = None

    @model_validator(mode="after")
    def _sound(self) -> ReviewRules:
        if self.quorum > self.panel_size:
            raise ValueError(f"a quorum of {self.quorum} cannot come from a panel of {self.panel_size}")
        if self.remind_before_days >= self.within_days:
            raise ValueError("remind_before_days must be below within_days")
        self.rubric.must_reach("pass_mark", self.pass_mark)
        return self
