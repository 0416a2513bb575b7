"""Rubric 评分表: weighted criteria, and how scores are reckoned, in whole numbers only."""

from __future__ import annotations

from pydantic import Field, model_validator

from domain.errors import NotAnswered, RubricMismatch
from domain.kernel import Count, Frozen, Percent, Slug
from domain.rules.terms import HUNDREDTHS, WHOLE, Named, Rule, Several, ids_differ


class RubricLine(Named):
    """One criterion of a rubric: points from 0 to `max_points`, weighing `weight_percent` of the whole."""

    max_points: Several
    weight_percent: Percent


class Score(Frozen):
    criterion: Slug
    points: Count


class Rubric(Rule):
    """评分表: criteria whose weights make 100 percent."""

    lines: tuple[RubricLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Rubric:
        ids_differ("rubric lines", (line.id for line in self.lines))
        total = sum(line.weight_percent for line in self.lines)
        if total != WHOLE:
            raise ValueError(f"rubric weights add up to {total} percent, not {WHOLE}")
        return self

    def check(self, scores: tuple[Score, ...]) -> None:
        """Every line answered once, within its points. Raises NotAnswered, RubricMismatch."""
        given = [score.criterion for score in scores]
        wanted = {line.id: line for line in self.lines}
        missing = tuple(id_ for id_ in wanted if id_ not in given)
        unknown = tuple(id_ for id_ in given if id_ not in wanted)
        if missing or unknown:
            raise NotAnswered(field="scores", missing=missing, unknown=unknown)
        if len(given) != len(wanted):
            raise RubricMismatch(field="scores", rule="each criterion once")
        for score in scores:
            most = wanted[score.criterion].max_points
            if score.points > most:
                raise RubricMismatch(field=score.criterion, rule=f"at most {most} points")

    def weigh(self, scores: tuple[Score, ...]) -> int:
        """The weighted score in hundredths of a point on a scale of 100, rounded half up; whole numbers only."""
        points = {score.criterion: score.points for score in scores}
        total = 0
        for line in self.lines:
            total += (points[line.id] * line.weight_percent * HUNDREDTHS * 2 + line.max_points) // (line.max_points * 2)
        return total
