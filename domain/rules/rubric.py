"""Rubric 评分表: weighted criteria, bonus and malus, and how scores are reckoned, in whole numbers only.

A score is kept in hundredths of a point on a scale of 100, whatever scale the rubric's own points have (C14: of 1000).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.errors import NotAnswered, ReasonMissing, RubricMismatch
from domain.kernel import NoTruth, Percent, Slug, Text
from domain.rules.terms import HUNDREDTHS, WHOLE, Named, Rule, Several, ids_differ

Mean = Literal["trimmed"]
"""How a panel's scores make one, where it is not the plain mean: without one highest and one lowest, of three or more."""
FULL = WHOLE * HUNDREDTHS
"""The highest weighted score, without a bonus."""
LEAST_TO_TRIM = 3
Points = Annotated[int, Field(ge=-100_000, le=100_000), NoTruth]
Mark = Annotated[int, Field(ge=0, le=FULL), NoTruth]
"""A score that decides (a pass mark, a grade's least): in points of its rubric's scale."""


class RubricLine(Named):
    """One criterion of a rubric: points from 0 to `max_points`, weighing `weight_percent` of the whole.

    In a rubric without weights the points count as they are. `pass_percent`: the least part of `max_points` that the panel's mean
    must reach on this line alone. `comment_below_percent`: who gives less than this part of `max_points` says why.
    """

    max_points: Several
    weight_percent: Percent | None = None
    pass_percent: Percent | None = None
    comment_below_percent: Percent | None = None


class ExtraLine(Named):
    """加分项、减分项: points from `least` to `most` beside the weighted lines; who gives none leaves it out (C3, C6).

    `least` = 5 and `most` = 20 is a bonus of nothing or of 5 to 20; a malus has both below or at zero.
    """

    least: Points
    most: Points
    comment_required: Literal[True] | None = None

    @model_validator(mode="after")
    def _sound(self) -> ExtraLine:
        if self.least > self.most:
            raise ValueError(f"{self.id}: least {self.least} is above most {self.most}")
        return self


class Score(Rule):
    """One answer to a rubric; `comment` says why, where the rubric demands it or somebody wishes to."""

    criterion: Slug
    points: Points
    comment: Text | None = None


class Rubric(Rule):
    """评分表: criteria whose weights make 100 percent, or whose points make the scale; and what is added or taken off (`extras`).

    `scale` is 100 where nothing is said. Marks of the same stage (pass_mark, least_score) are points of this scale.
    """

    lines: tuple[RubricLine, ...] = Field(min_length=1)
    extras: tuple[ExtraLine, ...] = ()
    scale: Annotated[int, Field(ge=10, le=FULL), NoTruth] | None = None

    @model_validator(mode="after")
    def _sound(self) -> Rubric:
        ids_differ("rubric lines", (line.id for line in (*self.lines, *self.extras)))
        if FULL % self.full_marks:
            raise ValueError(f"a scale of {self.scale} has points that are no whole hundredths: 100, 200, 500, 1000 do")
        weights = [line.weight_percent for line in self.lines if line.weight_percent is not None]
        if not weights:
            points = sum(line.max_points for line in self.lines)
            if points != self.full_marks:
                raise ValueError(f"rubric points without weights add up to {points}, not {self.full_marks}")
        elif len(weights) < len(self.lines):
            raise ValueError("either every line of a rubric has a weight or none has")
        elif sum(weights) != WHOLE:
            raise ValueError(f"rubric weights add up to {sum(weights)} percent, not {WHOLE}")
        return self

    @property
    def full_marks(self) -> int:
        return self.scale or WHOLE

    def in_hundredths(self, points: int) -> int:
        """Points of this rubric's scale, as scores are kept."""
        return points * FULL // self.full_marks

    def must_reach(self, field: str, mark: int) -> None:
        """A mark is on the rubric's scale, so that it can be reached without a bonus. Raises ValueError."""
        if mark > self.full_marks:
            raise ValueError(f"{field} {mark} is above the full marks of {self.full_marks}")

    def check(self, scores: tuple[Score, ...]) -> None:
        """Every line answered once, extras as they apply, all within their points.

        Raises NotAnswered, RubricMismatch, ReasonMissing.
        """
        given = {score.criterion: score for score in scores}
        lines = {line.id: line for line in self.lines}
        extras = {extra.id: extra for extra in self.extras}
        missing = tuple(id_ for id_ in lines if id_ not in given)
        unknown = tuple(id_ for id_ in given if id_ not in lines and id_ not in extras)
        if missing or unknown:
            raise NotAnswered(field="scores", missing=missing, unknown=unknown)
        if len(given) != len(scores):
            raise RubricMismatch(field="scores", rule="each criterion once")
        for score in scores:
            if score.criterion in lines:
                _check_line(lines[score.criterion], score)
            else:
                _check_extra(extras[score.criterion], score)

    def weigh(self, scores: tuple[Score, ...]) -> int:
        """The score in hundredths of a point on a scale of 100, each line rounded half up; above it by a bonus, never below 0."""
        points = {score.criterion: score.points for score in scores}
        total = 0
        for line in self.lines:
            if line.weight_percent is None:
                total += self.in_hundredths(points[line.id])
            else:
                doubled = points[line.id] * line.weight_percent * HUNDREDTHS * 2
                total += (doubled + line.max_points) // (line.max_points * 2)
        return max(0, total + sum(self.in_hundredths(points.get(extra.id, 0)) for extra in self.extras))

    def below(self, scored: Collection[tuple[Score, ...]]) -> tuple[Slug, ...]:
        """The lines on which the mean of these scores misses the line's own pass mark."""
        return tuple(
            line.id
            for line in self.lines
            if line.pass_percent is not None
            and sum(s.points for scores in scored for s in scores if s.criterion == line.id) * WHOLE
            < line.pass_percent * line.max_points * len(scored)
        )


def _check_line(line: RubricLine, score: Score) -> None:
    if score.points > line.max_points:
        raise RubricMismatch(field=score.criterion, rule=f"at most {line.max_points} points")
    if score.points < 0:
        raise RubricMismatch(field=score.criterion, rule="at least 0 points")
    wanted = line.comment_below_percent
    if wanted is not None and score.points * WHOLE < wanted * line.max_points and score.comment is None:
        raise ReasonMissing(field=f"scores.{score.criterion}.comment")


def _check_extra(extra: ExtraLine, score: Score) -> None:
    if not extra.least <= score.points <= extra.most:
        raise RubricMismatch(field=score.criterion, rule=f"from {extra.least} to {extra.most} points, or left out")
    if extra.comment_required and score.comment is None:
        raise ReasonMissing(field=f"scores.{score.criterion}.comment")


def mean_of(weighed: Collection[int], mean: Mean | None = None) -> int:
    """The mean of weighted scores, in hundredths of a point, rounded half up; "trimmed" leaves out one highest and one lowest."""
    counted = sorted(weighed)
    if mean == "trimmed" and len(counted) >= LEAST_TO_TRIM:
        counted = counted[1:-1]
    return (2 * sum(counted) + len(counted)) // (2 * len(counted))
