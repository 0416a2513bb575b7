"""Rubric 评分表: bonus and malus beside the weighted lines, marks on single lines, comments demanded, scales other than 100, trimmed means."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.application import ApplicationRejected
from domain.errors import ReasonMissing, RubricMismatch
from domain.kernel import STORY
from domain.review import ConcludeReview, ReviewConcluded, ReviewSubmitted, SubmitReview
from domain.roadshow import RoadshowConcluded
from domain.rules import Rules
from domain.rules.evaluation import EvaluationRules
from domain.rules.rubric import Rubric, Score, mean_of
from domain.slot import CloseSlot, SlotClosed
from domain.stored_form import payload_of
from tests.controls import (
    GOOD,
    POOR,
    PROJECT,
    REVIEW,
    ROADSHOW,
    RULES,
    evaluate,
    li,
    lin,
    on,
    points,
    rules_with,
    wang,
    yao,
    zhao,
)
from tests.domain.test_slot import scored, with_slots
from tests.situations import a_delivered_project, a_programme, a_review, an_open_review
from tests.world import given, put

WORDS = {"zh": "项", "en": "line"}


def rubric(*lines: dict[str, Any], **more: Any) -> Rubric:
    return Rubric.model_validate({"lines": [{"words": WORDS} | line for line in lines], **more})


def score(criterion: str, points: int, comment: str | None = None) -> Score:
    return Score(criterion=criterion, points=points, comment=comment)


def extra(id_: str, least: int, most: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "words": WORDS, "least": least, "most": most} | more


BOAI_100 = rubric(
    {"id": "plan", "max_points": 10, "weight_percent": 60},
    {"id": "team", "max_points": 10, "weight_percent": 40},
    extras=[extra("matched", 0, 50), extra("special-topic", 5, 20), extra("late", -10, -1)],
)
"""C3: 100 points, up to 50 more for matched funds, 5 to 20 for special topics; and a malus like those of C6."""
EIGHT, SEVEN = score("plan", 8), score("team", 7)


# ── bonus and malus ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bonus_is_added_to_the_weighted_score_and_a_malus_taken_off() -> None:
    assert BOAI_100.weigh((EIGHT, SEVEN)) == 7_600
    assert BOAI_100.weigh((EIGHT, SEVEN, score("matched", 50), score("special-topic", 20))) == 14_600
    assert BOAI_100.weigh((EIGHT, SEVEN, score("late", -10))) == 6_600


def test_a_malus_takes_nobody_below_zero() -> None:
    assert BOAI_100.weigh((score("plan", 0), score("team", 1), score("late", -10))) == 0


def test_what_does_not_apply_is_left_out_and_what_is_given_keeps_to_its_points() -> None:
    BOAI_100.check((EIGHT, SEVEN))
    BOAI_100.check((EIGHT, SEVEN, score("special-topic", 5)))
    for given_points in (0, 4, 21):
        with pytest.raises(RubricMismatch) as caught:
            BOAI_100.check((EIGHT, SEVEN, score("special-topic", given_points)))
        assert caught.value.fields == {"field": "special-topic", "rule": "from 5 to 20 points, or left out"}
    with pytest.raises(RubricMismatch) as twice:
        BOAI_100.check((EIGHT, SEVEN, score("late", -1), score("late", -1)))
    assert twice.value.fields["rule"] == "each criterion once"


def test_only_a_malus_has_negative_points() -> None:
    with pytest.raises(RubricMismatch) as caught:
        BOAI_100.check((score("plan", -1), SEVEN))
    assert caught.value.fields == {"field": "plan", "rule": "at least 0 points"}


def test_an_extra_may_demand_its_reason() -> None:
    told = rubric({"id": "plan", "max_points": 100}, extras=[extra("late", -10, -1, comment_required=True)])
    told.check((score("plan", 80), score("late", -5, "A week late.")))
    with pytest.raises(ReasonMissing) as caught:
        told.check((score("plan", 80), score("late", -5)))
    assert caught.value.fields == {"field": "scores.late.comment"}


# ── scales ───────────────────────────────────────────────────────────────────────────────────────────────────────────

THOUSAND = rubric(
    {"id": "basics", "max_points": 65},
    {"id": "governance", "max_points": 375},
    {"id": "work", "max_points": 430},
    {"id": "standing", "max_points": 130},
    scale=1_000,
)
GRADING = EvaluationRules.model_validate(
    {
        "rubric": THOUSAND,
        "within_days": 30,
        "pass_mark": 601,
        "grades": [
            {"id": id_, "words": WORDS, "least_score": least}
            for id_, least in (("5a", 951), ("4a", 901), ("3a", 851), ("2a", 701), ("1a", 601), ("none", 0))
        ],
    }
)
"""C14: 1000 points, 5A above 950, 4A from 901 to 950, 3A from 851 to 900."""


@pytest.mark.parametrize(
    ("points", "grade"), [(1_000, "5a"), (951, "5a"), (950, "4a"), (901, "4a"), (900, "3a"), (850, "2a"), (600, "none")]
)
def test_points_of_a_thousand_are_graded_to_the_point(points: int, grade: str) -> None:
    left, scores = points, []
    for line in THOUSAND.lines:
        scores.append(score(line.id, min(left, line.max_points)))
        left -= scores[-1].points
    weighed = THOUSAND.weigh(tuple(scores))
    assert weighed == points * 10
    assert GRADING.grade_of(weighed).id == grade


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scale": 300}, "a scale of 300 has points that are no whole hundredths"),
        ({"scale": 500}, "rubric points without weights add up to 1000, not 500"),
        ({"extras": [extra("late", 5, 1)]}, "late: least 5 is above most 1"),
        ({"extras": [extra("work", 0, 1)]}, "rubric lines: work is named twice"),
    ],
)
def test_a_rubric_that_cannot_be_reckoned_is_none(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Rubric.model_validate(THOUSAND.model_dump() | change)


def test_weights_are_for_all_lines_or_for_none() -> None:
    with pytest.raises(ValidationError, match="either every line of a rubric has a weight or none has"):
        rubric({"id": "a", "max_points": 50, "weight_percent": 50}, {"id": "b", "max_points": 50})


def test_a_mark_above_the_scale_could_never_be_reached() -> None:
    with pytest.raises(ValidationError, match="pass_mark 1001 is above the full marks of 1000"):
        EvaluationRules.model_validate(GRADING.model_dump() | {"pass_mark": 1_001})


# ── marks on single lines ────────────────────────────────────────────────────────────────────────────────────────────


def with_lines(**changes: dict[str, Any]) -> Rules:
    """The example with these fields of these lines of its review changed."""
    lines = [line | changes.get(line["id"], {}) for line in REVIEW.rubric.model_dump()["lines"]]
    return rules_with(review={"rubric": {"lines": lines}})


def test_a_line_with_a_mark_of_its_own_must_reach_it_too() -> None:
    """C6: 60 percent of every dimension, however good the whole is."""
    poor_budget = (*GOOD[:3], score("budget", 5))
    reviews = [a_review(by=who, scores=poor_budget) for who in (li, wang, zhao)]
    after = given(a_programme(with_lines(budget={"pass_percent": 60})), *reviews).when(
        ConcludeReview(project=PROJECT), by=STORY
    )
    after.then_once(
        ReviewConcluded(stage="review", score=7_400, reviews=3, passed=False, below=("budget",)), ApplicationRejected
    )
    given(*reviews).when(ConcludeReview(project=PROJECT), by=STORY).then(
        ReviewConcluded(stage="review", score=7_400, reviews=3, passed=True)
    )


def test_the_panels_mean_is_held_against_a_lines_mark_not_every_single_score() -> None:
    five, seven = (*GOOD[:3], score("budget", 5)), (*GOOD[:3], score("budget", 7))
    reviews = [a_review(by=who, scores=scores) for who, scores in ((li, five), (wang, seven), (zhao, five))]
    rules = a_programme(with_lines(budget={"pass_percent": 60}))
    assert not given(rules, *reviews).when(ConcludeReview(project=PROJECT), by=STORY).events[0].passed  # type: ignore[attr-defined]
    better = [*reviews[:2], a_review(by=zhao, scores=(*GOOD[:3], score("budget", 6)))]
    assert given(rules, *better).when(ConcludeReview(project=PROJECT), by=STORY).events[0].passed  # type: ignore[attr-defined]


def test_a_mark_on_a_line_of_a_roadshow_would_mean_nothing_and_is_not_a_rule() -> None:
    first, *others = ROADSHOW.rubric.model_dump()["lines"]
    with pytest.raises(ValidationError, match="pass_percent of presentation means nothing"):
        rules_with(roadshow={"rubric": {"lines": [first | {"pass_percent": 60}, *others]}})


def test_an_evaluation_fails_below_a_lines_mark() -> None:
    assert RULES.evaluation is not None
    content = RULES.evaluation.model_dump()
    first = content["rubric"]["lines"][0]
    content["rubric"]["lines"] = ({**first, "pass_percent": 60}, *content["rubric"]["lines"][1:])
    rules = a_programme(rules_with(evaluation=content))
    best = tuple(score(line.id, line.max_points) for line in RULES.evaluation.rubric.lines)
    weak = (score(first["id"], first["max_points"] // 2), *best[1:])
    evaluated = given(rules, a_delivered_project()).when(evaluate(weak), by=yao, at=on("09-15")).events[0]
    assert evaluated.passed is False  # type: ignore[attr-defined]
    assert given(a_delivered_project()).when(evaluate(weak), by=yao, at=on("09-15")).events[0].passed  # type: ignore[attr-defined]


# ── comments ─────────────────────────────────────────────────────────────────────────────────────────────────────────

WHY = SubmitReview(project=PROJECT, scores=GOOD, comment="Well thought out.")


def test_a_stage_may_demand_a_comment_with_every_review() -> None:
    demanding = given(a_programme(rules_with(review={"comment_required": True})), an_open_review())
    for comment in ("", "  "):
        silent = SubmitReview(project=PROJECT, scores=GOOD, comment=comment)
        demanding.when(silent, by=wang).refused(ReasonMissing, field="comment")
    demanding.when(WHY, by=wang).then_once(ReviewSubmitted)


def test_a_low_score_may_demand_its_reason() -> None:
    demanding = given(a_programme(with_lines(need={"comment_below_percent": 60})), an_open_review())
    low, reasoned = score("need", 5), score("need", 5, "Nobody was asked.")
    demanding.when(SubmitReview(project=PROJECT, scores=(low, *GOOD[1:])), by=wang).refused(
        ReasonMissing, field="scores.need.comment"
    )
    demanding.when(SubmitReview(project=PROJECT, scores=(reasoned, *GOOD[1:])), by=wang).then_once(ReviewSubmitted)
    at_the_mark = (score("need", 6), *GOOD[1:])
    demanding.when(SubmitReview(project=PROJECT, scores=at_the_mark), by=wang).then(ReviewSubmitted)


def test_another_comment_replaces_the_first() -> None:
    other = SubmitReview(project=PROJECT, scores=GOOD, comment="On second thought: not quite.")
    after = given(an_open_review(), put(WHY, by=wang)).when(other, by=wang).then_once(ReviewSubmitted)
    assert after.project().now.panel.comments == {"wang": "On second thought: not quite."}
    without = after.when(SubmitReview(project=PROJECT, scores=GOOD), by=wang).then_once(ReviewSubmitted)
    assert without.project().now.panel.comments == {}


def test_a_score_without_a_comment_is_written_as_it_always_was() -> None:
    assert payload_of(ReviewSubmitted(stage="review", reviewer="li", scores=(EIGHT,), comment="")) == (
        b'{"comment":"","reviewer":"li","scores":[{"criterion":"plan","points":8}],"stage":"review"}'
    )


@pytest.mark.parametrize(
    ("weighed", "mean"),
    [
        ((8_000,), 8_000),
        ((8_000, 9_000), 8_500),
        ((1_000, 8_000, 9_000), 8_000),
        ((9_000, 9_000, 9_000, 1_000), 9_000),  # of equal ones, one is left out
        ((1_000, 7_000, 8_001, 10_000), 7_501),
    ],
)
def test_a_trimmed_mean_leaves_out_one_highest_and_one_lowest_of_three_or_more(
    weighed: tuple[int, ...], mean: int
) -> None:
    assert mean_of(weighed, "trimmed") == mean
    assert mean_of(weighed[::-1], "trimmed") == mean


def test_the_judges_mean_is_trimmed_where_the_rules_say_so() -> None:
    trimmed = given(a_programme(with_slots(mean="trimmed")), scored(10, 80, 100))
    trimmed.when(CloseSlot(project=PROJECT), by=lin).then(
        SlotClosed, RoadshowConcluded(stage="roadshow", score=8_000, judges=3)
    )


def test_the_reviewers_mean_is_trimmed_where_the_rules_say_so() -> None:
    rules = rules_with(review={"mean": "trimmed"})
    reviews = zip((li, wang, zhao), (GOOD, POOR, points(REVIEW.rubric, 100)), strict=True)
    submitted = (put(SubmitReview(project=PROJECT, scores=scores), by=who) for who, scores in reviews)
    given(a_programme(rules), an_open_review(), *submitted).when(ConcludeReview(project=PROJECT), by=STORY).then(
        ReviewConcluded(stage="review", score=8_000, reviews=3, passed=True)
    )
