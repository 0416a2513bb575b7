"""Mid-term evaluation 中期评估: what the organisation says of itself, then a desk review with a pass mark."""

from __future__ import annotations

from pydantic import model_validator

from domain.kernel import Slug
from domain.rules.rubric import Mark, Rubric
from domain.rules.terms import Days, Rule, Several


class MidTermRules(Rule):
    """中期评估: self-assessment, desk review, notice (C2: late or missing fails; C6: dimensions, pass mark, deferral once).

    It begins so many days after the agreement, or when a report is accepted. `panel_size` evaluators score by the rubric, whose
    extras are bonus and malus. `deferral_days` is the most a deferral adds; `notice_days` are those in which the organisation can
    answer a failure; `second_chance_days` is the most a second chance gives. Absent, there is none.
    """

    begins_after_days: Days | None = None
    begins_after_report: Slug | None = None
    self_assessment_days: Several
    remind_before_days: Days
    review_days: Several
    panel_size: Several = 1
    rubric: Rubric
    pass_mark: Mark
    deferral_days: Several | None = None
    notice_days: Several
    second_chance_days: Several | None = None

    @model_validator(mode="after")
    def _sound(self) -> MidTermRules:
        if (self.begins_after_days is None) == (self.begins_after_report is None):
            raise ValueError("a mid-term evaluation begins after days or after a report: say one of them")
        if self.remind_before_days >= self.self_assessment_days:
            raise ValueError("remind_before_days must be below self_assessment_days")
        self.rubric.must_reach("pass_mark", self.pass_mark)
        return self
