"""Coaching 社创问诊: sessions with advice; what becomes of the advice is on record, not in a note (Z8)."""

from datetime import date

from domain.coaching import (
    AdviceFollowedUp,
    AdviceGiven,
    CoachingRecorded,
    FollowUpCoaching,
    FollowUpOverdue,
    RecordOverdueFollowUp,
)
from domain.errors import AlreadyExists, ConflictOfInterest, Malformed, NotDue, NotFound, RoleMissing, StageNotOpen
from domain.kernel import STORY
from tests.controls import PROJECT, also, chen, lin, on
from tests.ending import COACHING, a_coaching, wei
from tests.situations import a_concluded_agreement, a_granted_award
from tests.world import given, put

FOLLOW = FollowUpCoaching(project=PROJECT, advice="lists", outcome="partly", note="For two of three afternoons.")
OVERDUE = RecordOverdueFollowUp(project=PROJECT, advice="lists")


def test_a_mentor_records_a_session_and_its_advice() -> None:
    given(a_concluded_agreement()).when(COACHING, by=wei, at=on("05-06")).then_once(
        CoachingRecorded(
            session="may",
            coach="wei",
            role="mentor",
            held_on=date(2026, 5, 6),
            topic="How to keep lists",
            advice=COACHING.advice,
            dues=(on("06-06", "00:00"), on("06-13", "00:00")),
        )
    )
    given(a_concluded_agreement()).when(COACHING, by=chen).refused(RoleMissing, person="chen")
    given(a_concluded_agreement()).when(COACHING, by=also(wei, "applicant", "qinghe")).refused(ConflictOfInterest)


def test_advice_is_followed_up_and_the_latest_word_counts() -> None:
    after = (
        given(a_coaching())
        .when(FOLLOW, by=wei, at=on("06-01"))
        .then_once(
            AdviceFollowedUp(
                advice="lists", followed_up_by="wei", outcome="partly", note="For two of three afternoons."
            )
        )
    )
    assert after.project().advised("lists").outcome == "partly"
    done = FOLLOW.model_copy(update={"outcome": "done"})
    assert after.when(done, by=lin).then(AdviceFollowedUp).project().advised("lists").outcome == "done"
    given(a_coaching()).when(FOLLOW.model_copy(update={"advice": "x"}), by=wei).refused(NotFound, kind="advice", id="x")


def test_a_session_and_a_piece_of_advice_are_recorded_once() -> None:
    other = COACHING.model_copy(update={"topic": "Something else"})
    given(a_coaching()).when(other, by=wei).refused(AlreadyExists, kind="coaching session", id="may")
    again = COACHING.model_copy(update={"session": "june"})
    given(a_coaching()).when(again, by=wei).refused(AlreadyExists, kind="advice", id="lists")


def test_sessions_were_held_and_follow_ups_lie_ahead() -> None:
    delivering = given(a_concluded_agreement())
    delivering.when(COACHING, by=wei, at=on("05-05")).refused(Malformed, field="held_on")
    today = (AdviceGiven(id="now", text="At once.", follow_up_by=date(2026, 5, 6)),)
    delivering.when(COACHING.model_copy(update={"advice": today}), by=wei, at=on("05-06")).refused(
        Malformed, field="advice.0.follow_up_by"
    )
    for command in (COACHING, FOLLOW):
        given(a_granted_award()).when(command, by=wei, at=on("05-06")).refused(StageNotOpen, now="agreement")


def test_advice_nobody_looked_at_again_goes_on_record() -> None:
    coached = given(a_coaching())
    coached.when(OVERDUE, by=STORY, at=on("06-05", "23:59")).refused(NotDue, deadline="follow-up")
    late = coached.when(OVERDUE, by=STORY, at=on("06-06", "00:00")).then_once(
        FollowUpOverdue(advice="lists", due=on("06-06", "00:00"))
    )
    late.when(FOLLOW, by=wei).then(AdviceFollowedUp)
    given(a_coaching(), put(FOLLOW, by=wei)).when(OVERDUE, by=STORY, at=on("06-06")).nothing_new()
