"""Reviewers drawn by lot: committed to before the call closes, revealed after it, and checked by whoever likes to."""

from __future__ import annotations

import pytest

from domain.assigning import AssignmentCompleted, CompleteAssignment, SeatReviewers
from domain.drawing import commitment_to, draw, verify
from domain.errors import (
    AlreadyExists,
    CallNotOpen,
    DrawNotProven,
    NotFound,
    PanelTooSmall,
    RoleMissing,
    StageNotOpen,
)
from domain.kernel import STORY
from domain.person import EndRole, GrantRole
from domain.review import AssignReviewers, ReviewersAssigned
from domain.reviewer_draw import CommitToDraw, DrawCommitted, DrawReviewers, PanelDrawn, ReviewersDrawn
from domain.seating import ActsFor
from tests.controls import ORGANISATION, PROGRAMME, PROJECT, ROUND, also, lin, on, shen, stranger
from tests.domain.test_conflict import belongs, recusing
from tests.situations import a_closed_call, a_programme, an_eligible_application, an_open_round
from tests.world import Situation, given, put, steps

SEED, OTHER = "5e" * 32, "07" * 32
POOL = ("li", "qian", "wang", "zhao")
COMMIT = CommitToDraw(round=ROUND, commitment=commitment_to(SEED), salt="spring-2026", candidates=POOL)
DRAW = DrawReviewers(round=ROUND, seed=SEED, candidates=POOL)
SEAT = SeatReviewers(project=PROJECT)
LOTTERY = "Double Colour Ball of 22 March 2026"


def a_commitment(commit: CommitToDraw = COMMIT) -> Situation:
    return Situation("a commitment", put(commit, by=lin, at=on("03-12")), an_open_round())


def committed(*more: Situation, commit: CommitToDraw = COMMIT) -> Situation:
    return Situation("committed", an_eligible_application(), steps(*more, a_commitment(commit)))


def test_an_officer_commits_once_before_the_call_closes() -> None:
    event = DrawCommitted(
        stage="review", commitment=commitment_to(SEED), salt="spring-2026", candidates=POOL, beacon=""
    )
    given(an_open_round()).when(COMMIT, by=lin).then_once(event)
    given(a_commitment()).when(COMMIT.model_copy(update={"commitment": commitment_to(OTHER)}), by=lin).refused(
        AlreadyExists, kind="draw", id="review"
    )


def test_when_the_applications_are_known_it_is_too_late_to_commit() -> None:
    given(an_open_round()).when(COMMIT, by=lin, at=on("03-21", "00:00")).refused(CallNotOpen)
    given(a_closed_call()).when(COMMIT, by=lin).refused(StageNotOpen, now="assessment")
    given().when(COMMIT, by=also(stranger, "officer")).refused(NotFound, kind="round")


def test_enough_candidates_are_named_all_of_them_reviewers() -> None:
    few = COMMIT.model_copy(update={"candidates": ("li", "wang")})
    given(an_open_round()).when(few, by=lin).refused(PanelTooSmall, size=2, needed=3)
    other = COMMIT.model_copy(update={"candidates": (*POOL, "fang")})
    given(an_open_round()).when(other, by=lin).refused(RoleMissing, person="fang", command="CommitToDraw")


def test_the_seed_is_revealed_once_when_the_call_is_over() -> None:
    after = given(committed()).when(DRAW, by=lin)
    drawn = after.then_once(ReviewersDrawn(stage="review", seed=SEED, figures="", out=(), acting=()))
    assert drawn.round().stage == "assigning"
    given(a_commitment()).when(DRAW, by=lin).refused(StageNotOpen, stage="assessment", now="call")
    given(an_eligible_application()).when(DRAW, by=lin).refused(NotFound, kind="draw", id="review")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"seed": OTHER}, "seed"), ({"candidates": POOL[1:]}, "candidates"), ({"figures": "01-02-03"}, "figures")],
)
def test_another_seed_or_other_candidates_than_committed_to_prove_nothing(
    change: dict[str, object], field: str
) -> None:
    given(committed()).when(DRAW.model_copy(update=change), by=lin).refused(DrawNotProven, field=field)


def test_where_a_beacon_was_named_its_figures_are_part_of_the_draw() -> None:
    with_beacon = committed(commit=COMMIT.model_copy(update={"beacon": LOTTERY}))
    given(with_beacon).when(DRAW, by=lin).refused(DrawNotProven, field="figures")
    figures = DRAW.model_copy(update={"figures": "03-11-15-19-24-30+12"})
    seated = given(with_beacon, put(figures, by=lin)).when(SEAT, by=STORY)
    drawn = seated.events[0]
    assert isinstance(drawn, PanelDrawn)
    verify(
        commitment_to(SEED),
        SEED,
        salt=f"spring-2026/03-11-15-19-24-30+12/{PROJECT}",
        candidates=POOL,
        drawn=drawn.order,
    )


def test_a_projects_panel_is_what_anybody_finds_who_draws_again() -> None:
    seated = given(committed(), put(DRAW, by=lin)).when(SEAT, by=STORY)
    order = draw(SEED, salt=f"spring-2026//{PROJECT}", candidates=POOL, places=3)
    after = seated.then_once(
        PanelDrawn(stage="review", order=order, passed_over=()), ReviewersAssigned(stage="review", reviewers=order)
    )
    assert after.project().assessment("review").panel.sitting == order
    after.when(CompleteAssignment(round=ROUND), by=STORY).then_once(AssignmentCompleted(stage="review"))


def test_who_is_partial_is_passed_over_and_the_next_one_drawn_sits() -> None:
    order = draw(SEED, salt=f"spring-2026//{PROJECT}", candidates=POOL)
    related = steps(committed(a_programme(recusing())), belongs(order[1]), put(DRAW, by=lin))
    given(related).when(SEAT, by=STORY).then(
        PanelDrawn(stage="review", order=order, passed_over=(order[1],)),
        ReviewersAssigned(stage="review", reviewers=(order[0], order[2], order[3])),
    )


def test_too_few_who_are_not_partial_are_seated_and_the_officer_fills_the_panel() -> None:
    order = draw(SEED, salt=f"spring-2026//{PROJECT}", candidates=POOL)
    related = steps(committed(a_programme(recusing())), *(belongs(who) for who in order[:2]), put(DRAW, by=lin))
    given(related).when(SEAT, by=STORY).then(
        PanelDrawn(stage="review", order=order, passed_over=order[:2]),
        ReviewersAssigned(stage="review", reviewers=order[2:]),
    )


def test_who_acts_for_the_applicant_or_is_no_reviewer_any_more_is_not_drawn_among() -> None:
    applies = put(GrantRole(person="li", role="applicant", scope=ORGANISATION), by=shen)
    left = put(EndRole(person="wang", role="reviewer", scope=PROGRAMME, reason="Moved away."), by=shen)
    drawn = given(committed(), applies, left).when(DRAW, by=lin)
    after = drawn.then(
        ReviewersDrawn(
            stage="review",
            seed=SEED,
            figures="",
            out=("wang",),
            acting=(ActsFor(person="li", organisations=(ORGANISATION,)),),
        )
    )
    order = draw(SEED, salt=f"spring-2026//{PROJECT}", candidates=("qian", "zhao"))
    after.when(SEAT, by=STORY).then(
        PanelDrawn(stage="review", order=order, passed_over=()), ReviewersAssigned(stage="review", reviewers=order)
    )


def test_a_panel_that_is_there_already_is_not_drawn_again() -> None:
    by_hand = put(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin)
    given(committed(), by_hand, put(DRAW, by=lin)).when(SEAT, by=STORY).nothing_new()
