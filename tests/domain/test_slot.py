"""Slot 时段: a roadshow as it happens, with a running order anybody can check, and scores that are final when a slot is closed."""

from typing import Any

from domain.conflict import ConflictDerived
from domain.drawing import commitment_to, verify
from domain.errors import (
    ConflictOfInterest,
    DrawNotProven,
    Malformed,
    NotDue,
    NotFound,
    NotOnPanel,
    PanelTooSmall,
    StageNotOpen,
)
from domain.kernel import STORY
from domain.review import DeclareConflict
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
    SessionJoined,
)
from domain.rules import Rules
from domain.slot import (
    AttendanceRecorded,
    CloseSlot,
    DrawRunningOrder,
    OpenSlot,
    RecordAbsence,
    RecordAttendance,
    RunningOrderDrawn,
    SlotClosed,
    SlotOpened,
)
from tests.controls import PROJECT, ROADSHOW, ROUND, he, lin, on, points, rules_with, schedule, sun, wu, zhou
from tests.domain.test_conflict import belongs
from tests.situations import a_closed_call, a_presented_project, a_programme, a_reviewed_project, an_invited_project
from tests.world import Situation, given, put, steps

OTHER, THIRD = "other", "third"
SEED = "5eed" * 16
START, LAST = on("04-15", "14:00"), on("04-19", "00:00")
JUDGES = ("sun", "zhou", "wu")


def with_slots(**changes: Any) -> Rules:
    """The example, with drawn slots of 15 minutes."""
    return rules_with(roadshow={"slots": {"minutes": 15, "drawn": True}} | changes)


def scheduled(**changes: Any) -> ScheduleRoadshow:
    content = schedule().model_dump() | {"commitment": commitment_to(SEED)}
    return ScheduleRoadshow.model_validate(content | changes)


def invite(project: str = PROJECT, session: str = "afternoon") -> InviteToRoadshow:
    return InviteToRoadshow(project=project, session=session)


DRAW = DrawRunningOrder(round=ROUND, session="afternoon", seed=SEED)
PRESENT = RecordAttendance(round=ROUND, session="afternoon", present=JUDGES)


def score(percent: int = 90, project: str = PROJECT) -> ScoreRoadshow:
    return ScoreRoadshow(project=project, scores=points(ROADSHOW.rubric, percent))


def a_planned_session(rules: Rules | None = None) -> Situation:
    plan = put(scheduled(), by=lin, at=on("04-01"))
    return Situation("a planned session", plan, steps(a_programme(rules or with_slots()), a_closed_call()))


def three_invited() -> Situation:
    reviewed = steps(*(a_reviewed_project(id_, by=he) for id_ in (OTHER, THIRD)), a_reviewed_project())
    joined = steps(*(put(invite(id_), by=lin, at=on("04-02")) for id_ in (PROJECT, OTHER, THIRD)))
    return Situation("three invited", joined, steps(a_planned_session(), reviewed))


def a_drawn_session() -> Situation:
    """The order drawn on the day, and all three judges there."""
    begun = steps(put(DRAW, by=lin, at=on("04-15", "13:50")), put(PRESENT, by=lin, at=START))
    return Situation("a drawn session", begun, three_invited())


def on_stage(project: str = PROJECT) -> Situation:
    return Situation(f"{project} on stage", put(OpenSlot(project=project), by=lin), a_drawn_session())


def scored(*percents: int) -> Situation:
    given_ = zip((sun, zhou, wu), percents, strict=False)
    return Situation("scored", steps(*(put(score(each), by=judge) for judge, each in given_)), on_stage())


# ── the running order ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_commitment_is_published_with_the_session() -> None:
    before = given(a_programme(with_slots()), a_closed_call())
    before.when(scheduled(), by=lin).then_once(RoadshowScheduled)
    before.when(scheduled(commitment=None), by=lin).refused(
        Malformed, field="commitment", rule="must be given: the running order is drawn"
    )
    given(a_closed_call()).when(scheduled(), by=lin).refused(
        Malformed, field="commitment", rule="must be given only where the running order is drawn"
    )


def test_an_invitation_joins_the_session_and_leaves_the_one_before() -> None:
    evening = put(scheduled(session="evening", starts_at=on("04-15", "19:00")), by=lin)
    two = given(a_planned_session(), a_reviewed_project(), evening)
    joined = two.when(invite(), by=lin).then_once(
        RoadshowInvited, SessionJoined(stage="roadshow", session="afternoon", project=PROJECT)
    )
    moved = joined.when(invite(session="evening"), by=lin).then_once(RoadshowInvited, SessionJoined)
    assert {id_: session.projects for id_, session in moved.round().sessions.items()} == {
        "afternoon": (),
        "evening": (PROJECT,),
    }


def test_once_a_project_is_invited_the_commitment_stays_and_the_time_may_change() -> None:
    invited = given(three_invited())
    invited.when(scheduled(commitment="c" * 64), by=lin).refused(StageNotOpen, now="projects invited")
    moved = invited.when(scheduled(starts_at=on("04-16", "14:00")), by=lin).then_once(RoadshowScheduled)
    assert moved.round().sessions["afternoon"].projects == (PROJECT, OTHER, THIRD)
    moved.when(invite(), by=lin).then_once(RoadshowInvited)


def test_the_revealed_seed_gives_an_order_that_anybody_can_draw_again() -> None:
    after = given(three_invited()).when(DRAW, by=lin).then_once(RunningOrderDrawn)
    event = next(event for _, event in after.world.events if isinstance(event, RunningOrderDrawn))
    assert sorted(event.order) == sorted((PROJECT, OTHER, THIRD))
    assert event.salt == f"{ROUND}/afternoon"
    commitment = after.round().sessions["afternoon"].commitment
    verify(commitment or "", event.seed, salt=event.salt, candidates=(PROJECT, OTHER, THIRD), drawn=event.order)


def test_only_the_seed_that_was_committed_to_draws() -> None:
    other = DRAW.model_copy(update={"seed": "0" * 64})
    given(three_invited()).when(other, by=lin).refused(DrawNotProven, field="seed")
    given(a_drawn_session()).when(other, by=lin).refused(DrawNotProven, field="seed")
    given(three_invited()).when(DRAW.model_copy(update={"seed": "a guess"}), by=lin).refused(Malformed, field="seed")


def test_nothing_is_drawn_without_projects_or_where_the_order_is_not_drawn() -> None:
    given(a_planned_session()).when(DRAW, by=lin).refused(PanelTooSmall, size=0)
    given(three_invited()).when(DRAW.model_copy(update={"session": "morning"}), by=lin).refused(NotFound)
    plain = given(a_programme(with_slots(slots={"minutes": 15})), a_closed_call(), put(schedule(), by=lin))
    plain.when(DRAW, by=lin).refused(Malformed, field="session", rule="must have a running order that is drawn")
    given(an_invited_project()).when(DRAW, by=lin).refused(Malformed, rule="must be of a roadshow with slots")


def test_nobody_joins_a_session_whose_order_is_drawn() -> None:
    late = given(a_drawn_session(), a_reviewed_project("late"))
    late.when(invite("late"), by=lin).refused(StageNotOpen, stage="session whose order is not drawn", now="drawn")


# ── attendance ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_judges_who_are_there_are_recorded_and_may_change() -> None:
    two = RecordAttendance(round=ROUND, session="afternoon", present=("sun", "zhou"))
    first = (
        given(three_invited())
        .when(two, by=lin)
        .then_once(AttendanceRecorded(stage="roadshow", session="afternoon", present=("sun", "zhou")))
    )
    first.when(PRESENT, by=lin).then_once(AttendanceRecorded)


def test_only_judges_of_the_session_are_there_each_once_and_at_least_a_quorum() -> None:
    def present(*judges: str) -> RecordAttendance:
        return RecordAttendance(round=ROUND, session="afternoon", present=judges)

    session = given(three_invited())
    session.when(present("sun", "wang"), by=lin).refused(NotOnPanel, person="wang")
    session.when(present("sun", "sun"), by=lin).refused(Malformed, field="present")
    session.when(present("sun"), by=lin).refused(PanelTooSmall, size=1, needed=2)


# ── on stage ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_project_is_called_on_stage_with_its_number_before_the_judges_who_are_there() -> None:
    drawn = given(a_drawn_session())
    number = drawn.round().sessions["afternoon"].order.index(PROJECT) + 1
    after = drawn.when(OpenSlot(project=PROJECT), by=lin).then_once(
        SlotOpened(stage="roadshow", number=number, judges=JUDGES)
    )
    assert (after.project().now.slot, after.project().now.on_stage) == (number, True)


def test_without_a_draw_the_slots_follow_the_invitations() -> None:
    plain = a_programme(with_slots(slots={"minutes": 15}))
    before = (plain, a_reviewed_project(), a_reviewed_project(OTHER, by=he), put(schedule(), by=lin))
    invited = given(*before, put(invite(OTHER), by=lin), put(invite(), by=lin), put(PRESENT, by=lin))
    invited.when(OpenSlot(project=PROJECT), by=lin, at=START).then(
        SlotOpened(stage="roadshow", number=2, judges=JUDGES)
    )


def test_nobody_is_called_before_the_session_the_draw_and_the_attendance() -> None:
    call = OpenSlot(project=PROJECT)
    given(three_invited()).when(call, by=lin).refused(NotDue, deadline="roadshow", due=START)
    given(three_invited()).when(call, by=lin, at=START).refused(StageNotOpen, stage="running order", now="not drawn")
    drawn = given(three_invited(), put(DRAW, by=lin))
    drawn.when(call, by=lin, at=START).refused(StageNotOpen, stage="attendance of the judges", now="not recorded")
    given(a_planned_session(), a_reviewed_project()).when(call, by=lin).refused(NotFound, kind="session")
    given(an_invited_project()).when(call, by=lin, at=START).refused(Malformed, field="session")


def test_recused_judges_do_not_count_for_the_quorum() -> None:
    aside = [put(DeclareConflict(project=PROJECT, reason="x"), by=who) for who in (sun, zhou)]
    one = given(a_drawn_session(), *aside[:1])
    one.when(OpenSlot(project=PROJECT), by=lin).then(SlotOpened).when(score(), by=sun).refused(ConflictOfInterest)
    two = given(a_drawn_session(), *aside)
    two.when(OpenSlot(project=PROJECT), by=lin).refused(PanelTooSmall, size=1, needed=2)


def test_a_judge_who_turns_out_to_be_partial_is_recused_when_the_project_is_called() -> None:
    conflicts = {"conflicts": {"kinds": ["kin"], "look_back_years": 2}}
    rules = Rules.model_validate(with_slots().model_dump() | conflicts)
    drawn = given(a_programme(rules), a_drawn_session(), belongs("zhou", "kin"))
    after = drawn.when(OpenSlot(project=PROJECT), by=lin).then_once(ConflictDerived, SlotOpened)
    assert after.project().now.panel.sitting == ("sun", "wu")


def test_judges_score_while_the_project_is_on_stage_and_correct_themselves_until_its_slot_is_closed() -> None:
    given(a_drawn_session()).when(score(), by=sun).refused(StageNotOpen, stage="open slot", now="not on stage")
    first = given(on_stage()).when(score(70), by=sun).then_once(RoadshowScored)
    first.when(score(80), by=sun).then_once(RoadshowScored)
    everybody = given(scored(70, 80, 90))
    corrected = everybody.when(score(80), by=sun).then_once(RoadshowScored)
    closed = corrected.when(CloseSlot(project=PROJECT), by=lin).then_once(
        SlotClosed(stage="roadshow"), RoadshowConcluded(stage="roadshow", score=8_333, judges=3)
    )
    assert (closed.project().stage, closed.project().assessment("roadshow").on_stage) == ("selection", False)
    closed.when(score(90), by=sun).refused(StageNotOpen, stage="roadshow", now="selection")


def test_a_judge_who_came_late_scores_the_next_project_only() -> None:
    two = RecordAttendance(round=ROUND, session="afternoon", present=("sun", "zhou"))
    late = given(three_invited(), put(DRAW, by=lin), put(two, by=lin), put(OpenSlot(project=PROJECT), by=lin, at=START))
    came = late.when(PRESENT, by=lin).then(AttendanceRecorded)
    came.when(score(), by=wu).refused(NotOnPanel, person="wu")
    came.when(OpenSlot(project=OTHER), by=lin).then(SlotOpened).when(score(project=OTHER), by=wu).then(RoadshowScored)


def test_a_slot_is_closed_with_a_quorum_of_scores_and_only_on_stage() -> None:
    given(scored(90)).when(CloseSlot(project=PROJECT), by=lin).refused(PanelTooSmall, size=1, needed=2)
    given(a_drawn_session()).when(CloseSlot(project=PROJECT), by=lin).refused(StageNotOpen, now="not on stage")
    given(a_presented_project()).when(CloseSlot(project=PROJECT), by=lin).refused(StageNotOpen, now="selection")


def test_who_did_not_come_is_absent_at_once() -> None:
    absent = RecordAbsence(project=PROJECT)
    after = given(a_drawn_session()).when(absent, by=lin).then_once(RoadshowLapsed(stage="roadshow", judges=0))
    assert (after.project().stage, after.project().assessment("roadshow").score) == ("selection", None)
    given(three_invited()).when(absent, by=lin).refused(NotDue, due=START)
    given(on_stage()).when(absent, by=lin).refused(StageNotOpen, now="on stage")
    given(an_invited_project()).when(absent, by=lin, at=START).refused(Malformed, field="project")


def test_a_slot_nobody_closes_is_concluded_when_the_days_for_scores_have_passed() -> None:
    silent = given(scored(80, 90)).when(ConcludeRoadshow(project=PROJECT), by=STORY, at=LAST)
    after = silent.then_once(RoadshowConcluded(stage="roadshow", score=8_500, judges=2))
    assert not after.project().assessment("roadshow").on_stage


def test_who_is_on_stage_is_not_invited_elsewhere() -> None:
    evening = put(scheduled(session="evening", starts_at=on("04-15", "19:00")), by=lin)
    given(on_stage(), evening).when(invite(session="evening"), by=lin).refused(StageNotOpen, now="already scored")
