"""Silence on the real stack, where it only goes on record: a change, a visit, advice, a review at mid-term; and the votes of a round."""

from __future__ import annotations

from datetime import date

from domain.coaching import AdviceGiven, RecordCoaching
from domain.project import Project
from domain.rescheduling import PublishCalendar
from domain.roadshow import InviteToRoadshow, ScoreRoadshow
from domain.round import Round
from domain.rules import Rules
from domain.selection import CloseAssessment, PublishRanking
from domain.vote import OpenVote
from domain.voting import VoteOnAward
from tests.controls import (
    PROGRAMME,
    PROJECT,
    ROADSHOW,
    ROUND,
    RULES,
    apply_with,
    chen,
    extend,
    extend_round,
    fang,
    lin,
    luo,
    on,
    points,
    prizes,
    schedule,
    shen,
    sun,
    wu,
    zhou,
)
from tests.delivering import EARLY, MID_TERM, SELF_ASSESSMENT, plan_visit, ruled
from tests.domain.test_vote import BALLOT, cast
from tests.ending import CHANGES, request_change, wei
from tests.stage import Stage
from tests.workflows.journeys import Staged, an_agreement, an_open_call

ADVICE = AdviceGiven(id="lists", text="One list for every afternoon.", follow_up_by=date(2026, 5, 29))
COACHED = RecordCoaching(
    project=PROJECT, session="april", held_on=date(2026, 4, 20), topic="How to keep lists", advice=(ADVICE,)
)


def told(stage: Stage, stream: str, since: str) -> list[str]:
    names = [each.name.partition(".")[0] for each in stage.store.recorded(stream)]
    return names[names.index(since) + 1 :]


async def test_what_nobody_answers_during_delivery_goes_on_record_at_its_day(staged: Staged) -> None:
    async with staged() as stage:
        await an_agreement(stage, ruled(mid_term=MID_TERM, changes=CHANGES, visits=[EARLY | {"due_days": 42}]))
        await stage.do(request_change(plan="Thirty afternoons."), by=chen)
        await stage.do(plan_visit(), by=lin)
        await stage.do(COACHED, by=wei)
        await stage.do(extend("change", "05-08", part="later"), by=lin)
        await stage.rest()
        days = [await stage.next_deadline() for _ in range(5)]
        assert days == [on(day, "00:00") for day in ("05-09", "05-21", "05-26", "05-30", "06-08")]
        await stage.do(SELF_ASSESSMENT, by=chen)
        await stage.rest()
        assert [await stage.next_deadline() for _ in range(2)] == [on("06-10", "00:00"), on("06-19", "00:00")]
        assert told(stage, f"project:{PROJECT}", "DeadlineExtended") == [
            *("ChangeOverdue", "VisitMissed", "VisitReminded", "FollowUpOverdue"),
            *("MidTermOpened", "SelfAssessmentSubmitted", "VisitOverdue", "MidTermOverdue"),
        ]


def voted_on() -> Rules:
    """A roadshow and residents' votes, one award and one on the reserve for thirty days, an approval in three working days."""
    _, _, roadshow, selection, _ = RULES.model_dump()["stages"]
    shares = [{"stage": "roadshow", "percent": 80}, {"tally": "residents", "percent": 20}]
    reserve = {"awards_at_most": 1, "reserve_at_most": 1, "reserve_days": 30}
    approval = {"tiers": [{"steps": [{"id": "leader"}]}], "result_within_working_days": 3, "remind_before_days": 1}
    return prizes(
        call=RULES.call.model_dump() | {"projects_per_organisation": 2},
        tallies=[BALLOT],
        stages=[
            roadshow,
            selection | {"shares": shares, "ties": []} | reserve,
            {"kind": "approval", "id": "approval"} | approval,
        ],
    )


async def test_a_vote_is_extended_and_counted_an_approval_moves_with_the_calendar_and_a_reserve_closes_by_its_day(
    staged: Staged,
) -> None:
    async with staged() as stage:
        await an_open_call(stage, voted_on())
        for project in (PROJECT, "second"):
            await stage.do(apply_with(project), by=chen)
        await stage.rest()
        await stage.next_deadline()  # the call closes
        await stage.do(schedule(), by=lin)
        for project in (PROJECT, "second"):
            await stage.do(InviteToRoadshow(project=project, session="afternoon"), by=lin)
        await stage.do(OpenVote(round=ROUND, tally="residents", closes_on=date(2026, 4, 10)), by=lin)
        await stage.do(extend_round("vote", "04-14", "residents"), by=lin)
        await stage.rest()
        await stage.move_to(on("04-14", "20:00"))
        await stage.do(cast(PROJECT), by=fang)
        assert await stage.next_deadline() == on("04-15", "00:00")
        await stage.move_to(on("04-15", "14:00"))
        for project, percent in ((PROJECT, 90), ("second", 80)):
            for who in (sun, zhou, wu):
                await stage.do(ScoreRoadshow(project=project, scores=points(ROADSHOW.rubric, percent)), by=who)
        await stage.do(CloseAssessment(round=ROUND), by=lin)
        await stage.rest()
        await stage.do(PublishRanking(round=ROUND), by=lin)
        await stage.rest()
        assert stage.store.load(Round, ROUND).approval_due == on("04-21", "00:00")
        await stage.do(PublishCalendar(programme=PROGRAMME, holidays=(date(2026, 4, 17),)), by=shen)
        await stage.rest()
        assert [await stage.next_deadline() for _ in range(2)] == [on("04-21", "00:00"), on("04-22", "00:00")]
        await stage.do(VoteOnAward(project=PROJECT, step="leader", choice="for"), by=luo)
        await stage.rest()
        assert await stage.next_deadline() == on("05-16", "00:00")
        assert stage.store.load(Project, "second").outcome == "not_selected"
        assert told(stage, f"round:{ROUND}", "CalendarTaken") == [
            *("MovesCompleted", "ApprovalReminded", "ApprovalOverdue", "AwardVoted", "AwardApproved"),
            *("ApprovalConcluded", "PlacesCompleted", "AwardsCompleted", "ReserveClosed"),
            *("PlacesCompleted", "AwardsCompleted"),
        ]
