"""Dispersion 评分离散: reviewers who are too far apart are not averaged away; one more is called."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from math import isqrt

from domain.kernel import Moment, Slug
from domain.project import Project, ProjectEvent
from domain.rules.review import ReviewRules


class MoreReviewersCalled(ProjectEvent):
    """The stage is not concluded: `wanted` scores in all are waited for, until `due`. Once for each stage.

    `spread` (highest less lowest) and `deviation` (standard deviation, rounded down) are hundredths of a point on a scale of 100.
    """

    stage: Slug
    spread: int
    deviation: int
    wanted: int
    remind_at: Moment | None
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_assessment(
            self.stage, wanted=self.wanted, due=self.due, remind_at=self.remind_at, reminded=self.remind_at is None
        )


def spread_of(scores: Collection[int]) -> int:
    return max(scores) - min(scores)


def deviation_of(scores: Collection[int]) -> int:
    """The standard deviation of these scores, taken as all there are; rounded down."""
    count = len(scores)
    return isqrt(count * sum(score * score for score in scores) - sum(scores) ** 2) // count


def more_reviewers(project: Project, rules: ReviewRules, at: datetime) -> MoreReviewersCalled | None:
    """The call for one more reviewer, where the programme has such a rule, the scores break it, and it was not called before."""
    dispersion, assessment = rules.dispersion, project.now
    if dispersion is None or assessment.wanted:
        return None
    scores = [rules.rubric.weigh(scores) for scores in assessment.panel.scored.values()]
    spread, deviation = spread_of(scores), deviation_of(scores)
    limits = ((spread, dispersion.range_at_most), (deviation, dispersion.deviation_at_most))
    if not any(limit is not None and found > rules.rubric.in_hundredths(limit) for found, limit in limits):
        return None
    due = project.rules.calendar.after_days(at, dispersion.more_within_days)
    remind_at = due - timedelta(days=rules.remind_before_days)
    return MoreReviewersCalled(
        stage=rules.id,
        spread=spread,
        deviation=deviation,
        wanted=len(scores) + 1,
        remind_at=remind_at if remind_at > at else None,
        due=due,
    )
