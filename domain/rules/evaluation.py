"""Evaluation 评估: of the outcome, at the end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from domain.kernel import Percent
from domain.rules.rubric import Mark, Rubric
from domain.rules.terms import Days, Named, Rule, Several


class GradeRule(Named):
    least_score: Mark


class SatisfactionRule(Rule):
    """满意度: so many people at least are asked, and so many percent of them satisfied, or the evaluation is not passed."""

    least_asked: Several
    least_percent: Percent


class EvaluationRules(Rule):
    """末期评估: a rubric, a pass mark, grades from the best down to one that starts at 0; marks on the rubric's scale.

    `evidence_required`: every result of an indicator is borne out by a document.
    """

    rubric: Rubric
    within_days: Days
    pass_mark: Mark
    grades: tuple[GradeRule, ...] = Field(min_length=1)
    satisfaction: SatisfactionRule | None = None
    evidence_required: Literal[True] | None = None

    @model_validator(mode="after")
    def _sound(self) -> EvaluationRules:
        marks = [grade.least_score for grade in self.grades]
        if marks != sorted(set(marks), reverse=True) or marks[-1] != 0:
            raise ValueError("grades go from the highest least_score down to one of 0, each once")
        self.rubric.must_reach("pass_mark", self.pass_mark)
        self.rubric.must_reach("least_score", marks[0])
        return self

    def grade_of(self, score_hundredths: int) -> GradeRule:
        return next(grade for grade in self.grades if score_hundredths >= self.rubric.in_hundredths(grade.least_score))
