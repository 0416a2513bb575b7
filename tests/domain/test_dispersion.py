"""Dispersion 评分离散: where reviewers are too far apart, one more is called, once, with a new deadline."""

from statistics import pstdev
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.deadlines import next_of
from domain.dispersion import MoreReviewersCalled, deviation_of, spread_of
from domain.errors import NotDue
from domain.kernel import STORY
from domain.review import (
    AssignReviewers,
    ConcludeReview,
    QuorumReached,
    RemindReviewers,
    ReviewConcluded,
    ReviewersReminded,
    ReviewSubmitted,
    SubmitReview,
)
from tests.controls import PROJECT, REVIEW, li, lin, on, points, qian, rules_with, wang, zhao
from tests.situations import a_programme, a_review
from tests.world import Situation, World, given, put, steps

CONCLUDE = ConcludeReview(project=PROJECT)
DUE = on("04-02", "00:00")
"""Seven days after 25 March."""


def dispersed(**limits: Any) -> Situation:
    return a_programme(rules_with(review={"dispersion": {"more_within_days": 7, **limits}}))


def three(first: int, second: int, third: int) -> Any:
    percents = zip((li, wang, zhao), (first, second, third), strict=True)
    return steps(*(a_review(by=who, scores=points(REVIEW.rubric, percent)) for who, percent in percents))


def called(world: World) -> World:
    return world.put(CONCLUDE, by=STORY)


def test_scores_too_far_apart_are_not_concluded_but_one_more_is_called() -> None:
    after = given(dispersed(range_at_most=30), three(90, 80, 50)).when(CONCLUDE, by=STORY)
    more = after.then(
        MoreReviewersCalled(
            stage="review", spread=4_000, deviation=1_699, wanted=4, remind_at=on("03-29", "00:00"), due=DUE
        )
    )
    more.when(CONCLUDE, by=STORY).refused(NotDue, deadline="review", due=DUE)
    assert more.project().stage == "review"


def test_a_range_that_is_just_reached_is_concluded() -> None:
    given(dispersed(range_at_most=40), three(90, 80, 50)).when(CONCLUDE, by=STORY).then(ReviewConcluded)


def test_the_standard_deviation_may_be_the_measure() -> None:
    given(dispersed(deviation_at_most=16), three(90, 80, 50)).when(CONCLUDE, by=STORY).then(MoreReviewersCalled)
    given(dispersed(deviation_at_most=17), three(90, 80, 50)).when(CONCLUDE, by=STORY).then(ReviewConcluded)


def test_the_one_called_completes_the_panel_and_then_it_is_concluded_however_far_apart() -> None:
    seat = put(AssignReviewers(project=PROJECT, reviewers=("qian",)), by=lin)
    waiting = given(dispersed(range_at_most=30), three(90, 80, 50), called, seat)
    score = SubmitReview(project=PROJECT, scores=points(REVIEW.rubric, 20))
    complete = waiting.when(score, by=qian).then_once(ReviewSubmitted, QuorumReached(stage="review", reviews=4))
    complete.when(CONCLUDE, by=STORY).then(ReviewConcluded(stage="review", score=6_000, reviews=4, passed=True))


def test_when_nobody_comes_the_scores_there_are_decide_at_the_new_deadline() -> None:
    waiting = given(dispersed(range_at_most=30), three(90, 80, 50), called)
    waiting.when(CONCLUDE, by=STORY, at=DUE).then(ReviewConcluded(stage="review", score=7_333, reviews=3, passed=True))


def test_the_one_called_is_reminded_like_everybody() -> None:
    waiting = given(
        dispersed(range_at_most=30),
        three(90, 80, 50),
        called,
        put(AssignReviewers(project=PROJECT, reviewers=("qian",)), by=lin),
    )
    remind = RemindReviewers(project=PROJECT)
    assert next_of(waiting.project()) == (on("03-29", "00:00"), remind)
    waiting.when(remind, by=STORY, at=on("03-29", "00:00")).then_once(
        ReviewersReminded(stage="review", silent=("qian",))
    )


def test_no_time_is_left_for_a_reminder_where_the_days_are_few() -> None:
    short = dispersed(range_at_most=30, more_within_days=2)
    assert next_of(given(short, three(90, 80, 50), called).project()) == (on("03-28", "00:00"), CONCLUDE)


@for_any(st.lists(st.integers(0, 20_000), min_size=1, max_size=12))
def test_spread_and_deviation_are_reckoned_in_whole_numbers(scores: list[int]) -> None:
    assert spread_of(scores) == max(scores) - min(scores)
    assert deviation_of(scores) <= pstdev(scores) < deviation_of(scores) + 1 + 1e-9


def test_a_dispersion_rule_says_what_is_too_far() -> None:
    with pytest.raises(ValidationError, match="dispersion needs range_at_most or deviation_at_most"):
        dispersed(outlier_beyond=20)
