"""Desk review 评审: a panel without conflicts, sealed scores, a quorum; silence is reminded, extended, and lapses at last."""

from datetime import timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.application import ApplicationRejected
from domain.assessment import Panel
from domain.errors import (
    ConflictOfInterest,
    NotAnswered,
    NotDue,
    NotFound,
    NotOnPanel,
    PanelTooSmall,
    RoleMissing,
    RubricMismatch,
    StageNotOpen,
)
from domain.kernel import STORY
from domain.person import GrantRole
from domain.project import Project
from domain.review import (
    AssignReviewers,
    ConcludeReview,
    ConflictDeclared,
    DeclareConflict,
    OpenReview,
    QuorumReached,
    RemindReviewers,
    ReviewConcluded,
    ReviewersAssigned,
    ReviewersReminded,
    ReviewExtended,
    ReviewLapsed,
    ReviewOpened,
    ReviewSubmitted,
    SubmitReview,
    mean_score,
)
from domain.rules.rubric import Score
from tests.controls import (
    GOOD,
    POOR,
    PROJECT,
    REVIEW,
    also,
    fang,
    li,
    lin,
    on,
    points,
    qian,
    rules_with,
    shen,
    stranger,
    wang,
    zhao,
)
from tests.situations import (
    a_panel,
    a_programme,
    a_review,
    a_reviewed_project,
    an_application,
    an_eligible_application,
    an_open_review,
)
from tests.world import World, given, put

CONFLICT = DeclareConflict(project=PROJECT, reason="My sister works there.")
OPEN, REMIND, CONCLUDE = OpenReview(project=PROJECT), RemindReviewers(project=PROJECT), ConcludeReview(project=PROJECT)
DUE = on("04-07", "00:00")


def assign(*reviewers: str) -> AssignReviewers:
    return AssignReviewers(project=PROJECT, reviewers=reviewers)


def score(scores: tuple[Score, ...] = GOOD) -> SubmitReview:
    return SubmitReview(project=PROJECT, scores=scores)


# ── the panel ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_panel_is_seated_once_each() -> None:
    given(an_eligible_application()).when(assign("li", "wang", "zhao", "li"), by=lin).then_once(
        ReviewersAssigned(stage="review", reviewers=("li", "wang", "zhao"))
    )


def test_a_panel_may_be_seated_while_the_formal_check_is_going_on() -> None:
    given(an_application()).when(assign("li", "wang", "zhao"), by=lin).then(ReviewersAssigned)


def test_a_panel_too_small_is_refused() -> None:
    given(an_eligible_application()).when(assign("li", "wang"), by=lin).refused(PanelTooSmall, size=2, needed=3)


def test_only_reviewers_of_this_programme_sit_on_it() -> None:
    for who in ("fang", "nobody"):
        given(an_eligible_application()).when(assign("li", "wang", who), by=lin).refused(
            RoleMissing, person=who, roles="reviewer", command="AssignReviewers"
        )
    elsewhere = put(GrantRole(person="fang", role="reviewer", scope="another"), by=shen)
    given(an_eligible_application(), elsewhere).when(assign("li", "wang", "fang"), by=lin).refused(RoleMissing)


def test_nobody_who_acts_for_the_applicant_is_seated() -> None:
    both = put(GrantRole(person="li", role="applicant", scope="qinghe"), by=shen)
    given(an_eligible_application(), both).when(assign("li", "wang", "zhao"), by=lin).refused(
        ConflictOfInterest, person="li", reason="acts for qinghe"
    )


def test_an_application_nobody_handed_in_has_no_panel_and_a_reviewed_one_gets_no_other() -> None:
    everywhere = also(stranger, "officer")
    given().when(assign("li"), by=everywhere).refused(NotFound, kind="project")
    given(a_reviewed_project()).when(assign("qian"), by=lin).refused(StageNotOpen, now="roadshow")


# ── conflicts of interest ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reviewer_steps_aside_once_and_what_they_scored_no_longer_counts() -> None:
    after = (
        given(a_review(by=wang))
        .when(CONFLICT, by=wang)
        .then_once(ConflictDeclared(person="wang", reason="My sister works there."))
    )
    assert after.project().assessment("review").panel.sitting == ("li", "zhao")
    assert not after.project().assessment("review").panel.scored


def test_who_stepped_aside_does_not_score() -> None:
    given(a_panel(), put(CONFLICT, by=wang)).when(score(), by=wang).refused(
        ConflictOfInterest, person="wang", reason="declared"
    )


def test_who_came_to_act_for_the_applicant_does_not_score() -> None:
    given(a_panel()).when(score(), by=also(wang, "applicant", "qinghe")).refused(
        ConflictOfInterest, person="wang", reason="acts for qinghe"
    )


def test_who_is_not_on_the_panel_neither_scores_nor_steps_aside() -> None:
    given(a_panel()).when(score(), by=qian).refused(NotOnPanel, person="qian", stage="review")
    given(a_panel()).when(CONFLICT, by=qian).refused(NotOnPanel, person="qian", stage="review")


def test_another_reviewer_takes_the_place_of_who_stepped_aside_and_they_do_not_come_back() -> None:
    after = (
        given(a_panel(), put(CONFLICT, by=wang))
        .when(assign("qian"), by=lin)
        .then(ReviewersAssigned(stage="review", reviewers=("qian",)))
    )
    assert after.project().assessment("review").panel.sitting == ("li", "zhao", "qian")
    after.when(assign("wang"), by=lin).nothing_new()


def test_when_the_last_silent_reviewer_steps_aside_the_others_are_the_quorum() -> None:
    given(a_review(by=li), a_review(by=zhao)).when(CONFLICT, by=wang).then(
        ConflictDeclared, QuorumReached(stage="review", reviews=2)
    )


def test_stepping_aside_when_it_is_over_is_refused() -> None:
    given(a_panel()).when(CONFLICT, by=also(fang, "reviewer")).refused(NotOnPanel)
    given(an_application(), put(assign("li", "wang", "zhao"), by=lin)).when(CONFLICT, by=wang).then(ConflictDeclared)


# ── scoring ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_review_is_recorded_and_the_same_again_says_nothing() -> None:
    given(an_open_review()).when(score(), by=wang).then_once(
        ReviewSubmitted(stage="review", reviewer="wang", scores=GOOD, comment="")
    )


def test_other_scores_replace_the_first_while_the_review_is_open() -> None:
    after = given(a_review(by=wang)).when(score(POOR), by=wang).then_once(ReviewSubmitted)
    assert after.project().assessment("review").panel.scored == {"wang": POOR}


def test_the_review_that_completes_the_panel_is_the_quorum() -> None:
    two = given(a_review(by=li), a_review(by=zhao))
    three = two.when(score(), by=wang).then_once(
        ReviewSubmitted(stage="review", reviewer="wang", scores=GOOD, comment=""),
        QuorumReached(stage="review", reviews=3),
    )
    three.when(score(POOR), by=wang).then(ReviewSubmitted)  # said once


def test_two_of_three_reach_no_quorum_while_the_third_may_still_speak() -> None:
    given(a_review(by=li)).when(score(), by=wang).then(ReviewSubmitted)


def test_reviews_handed_in_early_count_when_the_review_opens() -> None:
    early = (put(score(), by=who) for who in (li, wang, zhao))
    given(a_panel(), *early).when(OPEN, by=STORY).then_once(ReviewOpened, QuorumReached(stage="review", reviews=3))


def test_scores_must_answer_the_rubric() -> None:
    reviewing = given(an_open_review())
    reviewing.when(score(GOOD[1:]), by=wang).refused(NotAnswered, field="scores", missing="need")
    above = (Score(criterion="need", points=11), *GOOD[1:])
    reviewing.when(score(above), by=wang).refused(RubricMismatch, field="need", rule="at most 10 points")


def test_a_concluded_review_takes_no_other_scores_but_a_retry_is_heard_in_silence() -> None:
    concluded = given(a_reviewed_project())
    concluded.when(score(POOR), by=wang).refused(StageNotOpen, stage="review", now="roadshow")
    concluded.when(score(), by=wang).nothing_new()


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_review_is_open_for_fourteen_days_and_reminds_four_days_before() -> None:
    given(a_panel()).when(OPEN, by=STORY, at=on("03-23", "10:00")).then_once(
        ReviewOpened(stage="review", remind_at=on("04-03", "00:00"), due=DUE)
    )
    given(an_application()).when(OPEN, by=STORY).nothing_new()


def test_silent_reviewers_are_reminded_once() -> None:
    one_spoke = given(a_review(by=wang))
    one_spoke.when(REMIND, by=STORY, at=on("04-02", "23:59")).refused(NotDue, deadline="review-reminder")
    one_spoke.when(REMIND, by=STORY, at=on("04-03", "00:00")).then_once(
        ReviewersReminded(stage="review", silent=("li", "zhao"))
    )
    given(a_reviewed_project()).when(REMIND, by=STORY, at=DUE).nothing_new()


def test_with_every_score_the_review_is_concluded_before_its_time() -> None:
    everybody = given(a_review(by=li), a_review(by=wang), a_review(by=zhao, scores=points(REVIEW.rubric, 70)))
    after = everybody.when(CONCLUDE, by=STORY).then_once(
        ReviewConcluded(stage="review", score=7_667, reviews=3, passed=True)
    )
    assert after.project().stage == "roadshow"


def test_a_quorum_waits_for_the_others_until_the_deadline() -> None:
    two = given(a_review(by=li), a_review(by=zhao))
    two.when(CONCLUDE, by=STORY, at=DUE - timedelta(seconds=1)).refused(NotDue, deadline="review", due=DUE)
    two.when(CONCLUDE, by=STORY, at=DUE).then_once(ReviewConcluded(stage="review", score=8_000, reviews=2, passed=True))


@pytest.mark.parametrize(("percent", "passed"), [(60, True), (50, False)])
def test_the_pass_mark_is_the_least_that_passes(percent: int, passed: bool) -> None:
    reviews = (a_review(by=who, scores=points(REVIEW.rubric, percent)) for who in (li, wang, zhao))
    concluded = ReviewConcluded(stage="review", score=percent * 100, reviews=3, passed=passed)
    rejected = () if passed else (ApplicationRejected(outcome="review_failed"),)
    after = given(*reviews).when(CONCLUDE, by=STORY).then_once(concluded, *rejected)
    assert (after.project().stage, after.project().outcome) == (
        ("roadshow", "") if passed else ("ended", "review_failed")
    )


def test_a_hundredth_below_the_pass_mark_fails() -> None:
    rules = rules_with(review={"pass_mark": 81})
    given(a_programme(rules), a_review(by=li), a_review(by=wang), a_review(by=zhao)).when(CONCLUDE, by=STORY).then(
        ReviewConcluded(stage="review", score=8_000, reviews=3, passed=False), ApplicationRejected
    )


def extended(world: World) -> World:
    due = world.get(Project, PROJECT).assessment("review").due
    assert due is not None
    return world.at(due).put(CONCLUDE, by=STORY)


def test_without_a_quorum_the_days_are_extended_then_lapse() -> None:
    after = (
        given(a_review(by=wang))
        .when(CONCLUDE, by=STORY, at=DUE)
        .then(ReviewExtended(stage="review", silent=("li", "zhao"), due=on("04-15", "00:00")))
    )
    after.when(CONCLUDE, by=STORY, at=DUE).refused(NotDue, due=on("04-15", "00:00"))
    twice = given(a_review(by=wang), extended, extended)
    assert twice.project().assessment("review").extensions == 2
    due = twice.project().assessment("review").due
    lapsed = twice.when(CONCLUDE, by=STORY, at=due).then_once(ReviewLapsed(stage="review", reviews=1))
    assert (lapsed.project().stage, lapsed.project().outcome) == ("ended", "review_lapsed")


def test_a_panel_refilled_during_the_extension_concludes() -> None:
    refilled = given(a_review(by=wang), extended, put(assign("qian"), by=lin), put(score(), by=qian))
    refilled.when(CONCLUDE, by=STORY, at=on("04-15", "00:00")).then(
        ReviewConcluded(stage="review", score=8_000, reviews=2, passed=True)
    )


@for_any(st.lists(st.integers(0, 10), min_size=1, max_size=9))
def test_the_mean_is_a_whole_number_half_rounded_up(tens: list[int]) -> None:
    rubric = REVIEW.rubric
    scored = {f"r{n}": points(rubric, ten * 10) for n, ten in enumerate(tens)}
    mean = Fraction(sum(tens) * 1_000, len(tens))
    assert mean_score(Panel(members=tuple(scored), scored=scored), rubric) == floor(mean + Fraction(1, 2))
