"""Round extension 批次延期: the call, votes, approvals, notices, answers to objections and reserves get more days, with a reason."""

from __future__ import annotations

import pytest

from domain.commands import parse
from domain.deadlines import next_of
from domain.errors import CallNotOpen, Malformed, NotDue, NotFound, RoleMissing, StageNotOpen
from domain.kernel import STORY
from domain.notice import ConcludeNotice, NoticeConcluded
from domain.objection import EscalateObjection, ObjectionOverdue, ObjectionRaised, ObjectionReminded, RemindObjection
from domain.round_extension import RoundDeadlineExtended
from domain.round_opening import CallClosed, CloseCall
from domain.vote import CountVote, VoteCast, VoteCounted
from tests.controls import (
    PROJECT,
    ROUND,
    also,
    answer,
    apply_with,
    chen,
    extend_round,
    fang,
    lin,
    objection,
    on,
    rules_with,
    stranger,
)
from tests.domain.test_vote import a_counted_vote, a_vote, cast
from tests.situations import (
    a_closed_call,
    a_planned_round,
    a_programme,
    a_ranked_round,
    an_application,
    an_objection,
    an_open_notice,
    an_open_round,
)
from tests.world import Situation, given, put

IN_TIME = rules_with(notice={"answer_within_days": 7, "remind_before_days": 2})
TO_ANSWER = (a_programme(IN_TIME), an_objection())
REMIND = RemindObjection(round=ROUND, objection="objection-1")
ESCALATE = EscalateObjection(round=ROUND, objection="objection-1")
SEVERAL = "Value error, must be given where a round has several such deadlines, and only there"


@pytest.mark.parametrize("situation", [a_planned_round(), an_open_round()], ids=lambda situation: situation.name)
def test_a_call_takes_applications_until_the_end_of_the_new_day(situation: Situation) -> None:
    due = on("03-26", "00:00")
    event = RoundDeadlineExtended(
        deadline="call-closes", was=on("03-21", "00:00"), due=due, reason="The website was down."
    )
    longer = given(situation).when(extend_round("call-closes", "03-25"), by=lin).then_once(event)
    after = given(situation, an_open_round(), lambda world: world.with_events((f"round:{ROUND}", event)))
    assert longer.round().closes_at == due
    after.when(CloseCall(round=ROUND), by=STORY, at=on("03-21")).refused(NotDue, due=due)
    assert after.when(apply_with(), by=chen, at=on("03-25", "23:59")).events
    after.when(apply_with(), by=chen, at=due).refused(CallNotOpen)
    after.when(CloseCall(round=ROUND), by=STORY, at=due).then_once(CallClosed)


def test_the_formal_check_of_a_late_application_counts_from_the_new_end() -> None:
    after = given(an_open_round(), put(extend_round("call-closes", "03-25"), by=lin), an_application())
    assert after.project().eligibility_due == on("04-03", "00:00")


def test_a_notice_runs_longer_and_takes_objections_until_then() -> None:
    due = on("04-29", "00:00")
    after = given(an_open_notice()).when(extend_round("notice", "04-28"), by=lin).then_once(RoundDeadlineExtended)
    after.when(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25")).refused(NotDue, due=due)
    after.when(objection(), by=fang, at=on("04-28")).then_once(ObjectionRaised)
    after.when(ConcludeNotice(round=ROUND), by=STORY, at=due).then_once(NoticeConcluded)


def test_a_notice_is_never_shortened_nor_a_call() -> None:
    given(an_open_notice()).when(extend_round("notice", "04-23"), by=lin).refused(Malformed, field="until")
    given(an_open_round()).when(extend_round("call-closes", "03-19"), by=lin).refused(Malformed, field="until")


def test_what_is_over_is_not_opened_again() -> None:
    longer_call, longer_notice = extend_round("call-closes", "04-30"), extend_round("notice", "06-01")
    given(a_closed_call()).when(longer_call, by=lin).refused(StageNotOpen, stage="call", now="assessment")
    given(an_open_round()).when(longer_call, by=lin, at=on("03-21", "00:00")).refused(
        StageNotOpen, now="the call's days are over"
    )
    given(an_objection()).when(longer_notice, by=lin, at=on("04-25", "00:00")).refused(
        StageNotOpen, now="the notice's days are over"
    )
    given(a_ranked_round()).when(longer_notice, by=lin).refused(StageNotOpen, now="no deadline yet")
    given(an_open_round()).when(longer_notice, by=lin).refused(StageNotOpen, stage="notice", now="call")
    given().when(longer_call, by=also(stranger, "officer")).refused(NotFound, kind="round")


# ── votes and answers, of which a round may have several ─────────────────────────────────────────────────────────────


def test_a_vote_takes_ballots_until_the_end_of_the_new_day_and_is_counted_then() -> None:
    due = on("04-25", "00:00")
    longer = extend_round("vote", "04-24", "residents")
    after = (
        given(a_vote())
        .when(longer, by=lin)
        .then_once(
            RoundDeadlineExtended(
                deadline="vote",
                part="residents",
                was=on("04-21", "00:00"),
                due=due,
                reason="The website was down.",
            )
        )
    )
    after.when(CountVote(round=ROUND, tally="residents"), by=STORY, at=on("04-21")).refused(NotDue, due=due)
    voted = after.when(cast(PROJECT), by=fang, at=on("04-24", "23:59")).then(VoteCast)
    voted.when(CountVote(round=ROUND, tally="residents"), by=STORY, at=due).then_once(VoteCounted)


def test_a_vote_that_is_over_counted_or_unknown_is_not_extended() -> None:
    longer = extend_round("vote", "04-24", "residents")
    given(a_vote()).when(longer, by=lin, at=on("04-21", "00:00")).refused(
        StageNotOpen, stage="vote", now="the vote's days are over"
    )
    given(a_counted_vote()).when(longer, by=lin).refused(StageNotOpen, now="no deadline yet")
    given(a_vote()).when(extend_round("vote", "04-24", "lunch"), by=lin).refused(NotFound, kind="tally")
    given(an_open_notice()).when(longer, by=lin).refused(StageNotOpen, now="notice")


def test_an_objection_may_be_answered_later_also_when_its_days_are_over_and_is_reminded_of_again() -> None:
    reminded = given(*TO_ANSWER).when(REMIND, by=STORY, at=on("04-26")).then(ObjectionReminded)
    late = reminded.when(ESCALATE, by=STORY, at=on("04-28")).then(ObjectionOverdue)
    after = late.when(extend_round("objection", "05-07", "objection-1"), by=lin).then_once(
        RoundDeadlineExtended(
            deadline="objection",
            part="objection-1",
            project=PROJECT,
            was=on("04-28", "00:00"),
            due=on("05-08", "00:00"),
            remind_at=on("05-06", "00:00"),
            reason="The website was down.",
        )
    )
    after.when(REMIND, by=STORY, at=on("05-05")).refused(NotDue)
    again = after.when(REMIND, by=STORY, at=on("05-06")).then_once(ObjectionReminded)
    again.when(ESCALATE, by=STORY, at=on("05-07")).refused(NotDue)
    again.when(ESCALATE, by=STORY, at=on("05-08")).then_once(ObjectionOverdue)


def test_who_was_reminded_is_not_reminded_again_of_an_answer_that_is_near() -> None:
    reminded = given(*TO_ANSWER).when(REMIND, by=STORY, at=on("04-26")).then(ObjectionReminded)
    near = reminded.when(extend_round("objection", "04-28", "objection-1"), by=lin, at=on("04-27")).then(
        RoundDeadlineExtended
    )
    assert next_of(near.round()) == (on("04-29", "00:00"), ESCALATE)


def test_only_an_open_objection_that_is_to_be_answered_in_time_has_days() -> None:
    longer = extend_round("objection", "05-07", "objection-1")
    answered = put(answer(upheld=False), by=lin)
    given(*TO_ANSWER, answered).when(longer, by=lin).refused(StageNotOpen, stage="open objection", now="answered")
    given(an_objection()).when(longer, by=lin).refused(StageNotOpen, now="no deadline yet")
    given(an_open_notice()).when(longer, by=lin).refused(NotFound, kind="objection")
    given(an_open_round()).when(longer, by=lin).refused(StageNotOpen, now="call")


@pytest.mark.parametrize(
    "content", [{"deadline": "vote"}, {"deadline": "objection"}, {"deadline": "notice", "part": "residents"}]
)
def test_which_one_is_said_where_there_are_several_and_only_there(content: dict[str, str]) -> None:
    with pytest.raises(Malformed) as caught:
        parse("ExtendRoundDeadline", {"round": ROUND, "until": "2026-05-07", "reason": "Floods.", **content})
    assert (caught.value.fields["field"], caught.value.fields["rule"]) == ("part", SEVERAL)


def test_only_an_officer_of_the_round_gives_more_days() -> None:
    for who in (chen, fang, stranger):
        given(a_vote()).when(extend_round("vote", "04-24", "residents"), by=who).refused(RoleMissing)
