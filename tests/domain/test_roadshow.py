"""Roadshow 路演: sessions with judges; scored on the day; without a quorum in time, absent."""

import pytest

from domain.deadlines import Chore, chore_of
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
from domain.programme import Programme
from domain.recusal import AskForRecusal, DecideRecusal
from domain.rescheduling import CompleteMoves, MoveDeadlines
from domain.review import ConflictDeclared, DeclareConflict
from domain.roadshow import (
    ConcludeRoadshow,
    InviteToRoadshow,
    RoadshowConcluded,
    RoadshowInvited,
    RoadshowLapsed,
    RoadshowScheduled,
    RoadshowScored,
    ScheduleRoadshow,
    ScoreRoadshow,
)
from domain.rules.rubric import Score
from tests.controls import (
    PROJECT,
    ROADSHOW,
    ROUND,
    SHOWN,
    also,
    chen,
    li,
    lin,
    on,
    points,
    schedule,
    sun,
    wang,
    wu,
    zhou,
)
from tests.domain.test_conflict import recusing
from tests.situations import (
    a_closed_assessment,
    a_closed_call,
    a_panel,
    a_planned_round,
    a_presented_project,
    a_programme,
    a_reviewed_project,
    a_session,
    an_invited_project,
    an_open_round,
)
from tests.world import Situation, given, put

START, LAST = on("04-15", "14:00"), on("04-19", "00:00")
INVITE = InviteToRoadshow(project=PROJECT, session="afternoon")
CONCLUDE = ConcludeRoadshow(project=PROJECT)
MOVE = MoveDeadlines(project=PROJECT)


def score(scores: tuple[Score, ...] = SHOWN) -> ScoreRoadshow:
    return ScoreRoadshow(project=PROJECT, scores=scores)


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("situation", [an_open_round(), a_closed_call()])
def test_a_session_is_set_while_people_apply_or_are_assessed(situation: Situation) -> None:
    given(situation).when(schedule(), by=lin).then_once(
        RoadshowScheduled(
            stage="roadshow", session="afternoon", starts_at=START, place="Room 1", judges=("sun", "zhou", "wu")
        )
    )


def test_there_is_no_session_before_the_call_nor_after_the_assessment() -> None:
    given(a_planned_round()).when(schedule(), by=lin).refused(StageNotOpen, now="planned")
    given(a_closed_assessment()).when(schedule("evening"), by=lin).refused(StageNotOpen, now="ranking")


def test_a_session_has_at_least_a_quorum_of_different_judges() -> None:
    for judges in (("sun",), ("sun", "sun")):
        given(a_closed_call()).when(schedule(judges=judges), by=lin).refused(PanelTooSmall, size=1, needed=2)


def test_a_session_is_moved_until_it_begins() -> None:
    moved = schedule(at=on("04-16", "14:00"))
    given(a_session()).when(moved, by=lin, at=on("04-15", "13:59")).then_once(RoadshowScheduled)
    given(a_session()).when(moved, by=lin, at=START).refused(StageNotOpen, stage="planned session")


# ── invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_project_is_invited_and_the_judges_have_three_days_after_the_session() -> None:
    given(a_reviewed_project(), a_session()).when(INVITE, by=lin).then_once(
        RoadshowInvited(stage="roadshow", session="afternoon", starts_at=START, due=LAST, judges=("sun", "zhou", "wu"))
    )


def test_a_session_nobody_set_is_not_found() -> None:
    given(a_reviewed_project()).when(INVITE, by=lin).refused(NotFound, kind="session", id="afternoon")


@pytest.mark.parametrize("change", [schedule(at=on("04-16", "14:00")), schedule(judges=("sun", "zhou"))])
def test_an_invitation_follows_the_sessions_new_time_and_new_judges(change: ScheduleRoadshow) -> None:
    after = given(an_invited_project(), put(change, by=lin)).when(INVITE, by=lin).then_once(RoadshowInvited)
    assert after.project().assessment("roadshow").panel.members == change.judges
    assert after.project().assessment("roadshow").starts_at == change.starts_at


@pytest.mark.parametrize("change", [schedule(at=on("04-25", "14:00")), schedule(judges=("sun", "zhou"))])
def test_a_session_set_anew_takes_those_who_are_invited_along(change: ScheduleRoadshow) -> None:
    """Without it they would be absent on the old day, all of them."""
    moved = given(an_invited_project(), put(change, by=lin))
    assert chore_of(moved.round(), Programme(id="x")) == Chore(CompleteMoves(round=ROUND), paged="MoveDeadlines")
    after = moved.when(MOVE, by=STORY).then_once(RoadshowInvited)
    assert after.project().now.panel.members == change.judges
    assert after.project().now.starts_at == change.starts_at


def test_a_session_that_only_changes_its_room_moves_nobody() -> None:
    elsewhere = schedule().model_copy(update={"place": "Room 2"})
    assert not given(an_invited_project(), put(elsewhere, by=lin)).round().moving


def test_who_was_scored_or_is_in_another_stage_is_not_moved() -> None:
    change = put(schedule(at=on("04-25", "14:00")), by=lin)
    given(a_reviewed_project(), a_session(), change).when(MOVE, by=STORY).nothing_new()
    given(an_invited_project(), change).when(MOVE, by=STORY, at=on("04-29")).nothing_new()  # it would be over at once


def test_nobody_is_invited_to_a_session_that_is_over() -> None:
    """They would be absent in the same moment."""
    ready = given(a_reviewed_project(), a_session())
    ready.when(INVITE, by=lin, at=LAST).refused(StageNotOpen, stage="session ahead", now="session afternoon is over")
    ready.when(INVITE, by=lin, at=START).then(RoadshowInvited)


def test_who_was_scored_already_is_not_invited_again() -> None:
    elsewhere = put(schedule("morning", on("04-16")), by=lin)
    scored = put(score(), by=sun, at=START)
    given(an_invited_project(), elsewhere, scored).when(
        InviteToRoadshow(project=PROJECT, session="morning"), by=lin
    ).refused(StageNotOpen, now="already scored")
    given(a_presented_project()).when(INVITE, by=lin).refused(StageNotOpen, stage="roadshow", now="selection")


# ── scoring ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_judges_score_from_the_sessions_start_on() -> None:
    invited = given(an_invited_project())
    invited.when(score(), by=sun, at=on("04-15", "13:59")).refused(NotDue, deadline="roadshow", due=START)
    invited.when(score(), by=sun, at=START).then_once(RoadshowScored(stage="roadshow", judge="sun", scores=SHOWN))


def test_the_last_judges_scores_conclude_the_roadshow() -> None:
    two = (put(score(), by=who, at=START) for who in (sun, zhou))
    after = (
        given(an_invited_project(), *two)
        .when(score(points(ROADSHOW.rubric, 80)), by=wu)
        .then_once(RoadshowScored, RoadshowConcluded(stage="roadshow", score=8_667, judges=3))
    )
    assert (after.project().stage, after.project().assessment("roadshow").score) == ("selection", 8_667)


def test_only_this_sessions_judges_score_and_only_by_the_rubric() -> None:
    invited = given(an_invited_project())
    invited.when(score(), by=also(lin, "judge"), at=START).refused(NotOnPanel, person="lin", stage="roadshow")
    invited.when(score(), by=li, at=START).refused(RoleMissing, roles="judge")
    invited.when(score(SHOWN[1:]), by=sun, at=START).refused(NotAnswered, missing="presentation")
    above = (Score(criterion="presentation", points=11), *SHOWN[1:])
    invited.when(score(above), by=sun, at=START).refused(RubricMismatch, field="presentation")


def test_a_conflict_declared_at_the_desk_holds_on_stage() -> None:
    wang_judges_too = put(schedule(judges=("sun", "zhou", "wang")), by=lin)
    aside = put(DeclareConflict(project=PROJECT, reason="x"), by=wang)
    situations = (a_reviewed_project(), a_session(), wang_judges_too, aside, put(INVITE, by=lin))
    given(*situations).when(score(), by=also(wang, "judge"), at=START).refused(ConflictOfInterest, reason="declared")


def test_a_judge_steps_aside_or_is_found_to_act_for_the_applicant() -> None:
    invited = given(an_invited_project())
    after = invited.when(DeclareConflict(project=PROJECT, reason="x"), by=sun).then_once(ConflictDeclared)
    after.when(score(), by=sun, at=START).refused(ConflictOfInterest, reason="declared")
    invited.when(score(), by=also(sun, "applicant", "qinghe"), at=START).refused(
        ConflictOfInterest, reason="acts for qinghe"
    )


def test_a_retry_after_the_end_is_heard_in_silence_and_other_scores_are_refused() -> None:
    over = given(a_presented_project())
    over.when(score(), by=sun).nothing_new()
    over.when(score(points(ROADSHOW.rubric, 10)), by=sun).refused(StageNotOpen, stage="roadshow", now="selection")


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quorum_is_enough_when_the_days_have_passed() -> None:
    two = given(an_invited_project(), *(put(score(), by=who, at=START) for who in (sun, zhou)))
    two.when(CONCLUDE, by=STORY, at=on("04-18", "23:59")).refused(NotDue, deadline="roadshow", due=LAST)
    two.when(CONCLUDE, by=STORY, at=LAST).then_once(RoadshowConcluded(stage="roadshow", score=9_000, judges=2))


def test_less_than_a_quorum_is_absence_and_goes_into_the_ranking_unscored() -> None:
    one = given(an_invited_project(), put(score(), by=sun, at=START))
    after = one.when(CONCLUDE, by=STORY, at=LAST).then_once(RoadshowLapsed(stage="roadshow", judges=1))
    assert (after.project().stage, after.project().assessment("roadshow").score) == ("selection", None)


def test_who_was_never_invited_is_not_concluded() -> None:
    given(a_reviewed_project()).when(CONCLUDE, by=STORY, at=LAST).nothing_new()


def test_a_session_whose_judges_are_mostly_recused_is_not_the_one_to_invite_to() -> None:
    """Fewer than a quorum could score it: it would be absent, whatever it shows."""
    panel = a_panel(of=3)
    rules = a_programme(recusing(recusal_within_working_days=3))
    asked = (
        step
        for who in ("sun", "zhou")
        for step in (
            put(AskForRecusal(project=PROJECT, person=who, ground="A feud."), by=chen),
            put(DecideRecusal(project=PROJECT, person=who, granted=True, reason="So it is."), by=lin),
        )
    )
    ready = given(rules, panel, *asked, a_reviewed_project(), a_session())
    ready.when(INVITE, by=lin).refused(PanelTooSmall, size=1, needed=2)
