"""A contested selection on the real stack: approval by matrix, an upheld objection, a reserve that moves up and is shown again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from domain.award import DeclineAward
from domain.closing import CloseRound
from domain.fund import Fund
from domain.notice import NoticeOpened
from domain.project import Project
from domain.reserve import CloseReserve
from domain.roadshow import InviteToRoadshow, ScoreRoadshow
from domain.round import Round
from domain.rules import Rules
from domain.selection import CloseAssessment, PublishRanking
from domain.voting import VoteOnAward
from tests.controls import (
    FUND,
    ROADSHOW,
    ROUND,
    RULES,
    answer,
    apply_with,
    chen,
    fang,
    lin,
    luo,
    objection,
    on,
    points,
    schedule,
    sun,
    wu,
    zhou,
)
from tests.domain.selecting import board
from tests.stage import Stage
from tests.workflows.journeys import an_open_call

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
BEST, SECOND, THIRD, LAST = PROJECTS = ("reading-hour", "second", "third", "last")
PERCENT = {BEST: 90, SECOND: 80, THIRD: 70, LAST: 65}
TIERS = [
    {"up_to": "CNY 20000.00", "steps": [{"id": "leader"}]},
    {"steps": [{"id": "board", "needs": "half", "body": "board", "size": 3}, {"id": "leader"}]},
]


def contested() -> Rules:
    """One award of at most 30,000: approved by matrix, shown for five working days, also who moves up from the reserve."""
    content = RULES.model_dump()
    _, _, roadshow, selection, notice = content["stages"]
    shares = [{"stage": "roadshow", "percent": 100}]
    stages = [
        roadshow,
        selection | {"shares": shares, "ties": [], "awards_at_most": 1, "reserve_at_most": 3},
        {
            "kind": "approval",
            "id": "approval",
            "tiers": TIERS,
            "result_within_working_days": 3,
            "remind_before_days": 1,
        },
        notice | {"again_after_change": True, "shows_experts": True, "answer_within_days": 3, "remind_before_days": 1},
    ]
    call = content["call"] | {"projects_per_organisation": 4}
    return Rules.model_validate(content | {"call": call, "stages": stages})


async def ranked(stage: Stage) -> None:
    await an_open_call(stage, contested())
    for project in PROJECTS:
        await stage.do(apply_with(project), by=chen)
    await stage.rest()
    await stage.next_deadline()  # the call closes
    await stage.do(schedule(), by=lin)
    for project in PROJECTS:
        await stage.do(InviteToRoadshow(project=project, session="afternoon"), by=lin)
    await stage.rest()
    await stage.move_to(on("04-15", "15:00"))
    for project, percent in PERCENT.items():
        for who in (sun, zhou, wu):
            await stage.do(ScoreRoadshow(project=project, scores=points(ROADSHOW.rubric, percent)), by=who)
    await stage.do(CloseAssessment(round=ROUND), by=lin)
    await stage.rest()
    await stage.do(PublishRanking(round=ROUND), by=lin)
    await stage.rest()


async def approved(stage: Stage, project: str) -> None:
    for who in board[:2]:
        await stage.do(VoteOnAward(project=project, step="board", choice="for"), by=who)
    await stage.do(VoteOnAward(project=project, step="leader", choice="for"), by=luo)
    await stage.rest()


def round_of(stage: Stage) -> Round:
    return stage.store.load(Round, ROUND)


def names(stage: Stage, stream: str = f"round:{ROUND}") -> list[str]:
    return [each.name.partition(".")[0] for each in stage.store.recorded(stream)]


async def test_a_contested_selection_goes_down_its_reserve_until_somebody_keeps_the_award(staged: Staged) -> None:
    async with staged() as stage:
        await ranked(stage)
        assert round_of(stage).stage == "approval"
        await stage.next_deadline()
        await stage.next_deadline()
        assert names(stage)[-2:] == ["ApprovalReminded", "ApprovalOverdue"]

        await approved(stage, BEST)
        assert round_of(stage).shown == {BEST: 1}
        assert stage.store.load(Project, SECOND).reserve == 1
        await stage.do(objection(), by=fang)
        await stage.rest()
        await stage.next_deadline()
        await stage.next_deadline()
        assert names(stage)[-2:] == ["ObjectionReminded", "ObjectionOverdue"]
        await stage.do(answer(upheld=True), by=lin)
        await stage.rest()
        await stage.next_deadline()  # the notice is over: nothing is granted, and the first on the reserve moves up
        assert stage.store.load(Project, BEST).outcome == "objection_upheld"
        assert round_of(stage).stage == "approval"

        await approved(stage, SECOND)
        notices = [
            each.event for each in stage.store.recorded(f"round:{ROUND}") if each.name.startswith("NoticeOpened")
        ]
        assert [([award.project for award in n.awards], n.experts) for n in notices if isinstance(n, NoticeOpened)] == [
            ([BEST], ("sun", "wu", "zhou")),
            ([SECOND], ("sun", "wu", "zhou")),
        ]
        await stage.do(DeclineAward(project=SECOND, reason="Our teacher has moved away."), by=chen)
        await stage.rest()
        await stage.next_deadline()  # nothing is left to grant: the next moves up
        await approved(stage, THIRD)
        await stage.next_deadline()
        assert stage.store.load(Fund, FUND).promised == {THIRD: 3_000_000}
        await stage.next_deadline()  # nobody signs
        assert stage.store.load(Project, THIRD).outcome == "not_signed"

        await stage.do(
            VoteOnAward(project=LAST, step="board", choice="against", reason="Too late in the year."), by=board[0]
        )
        await stage.do(VoteOnAward(project=LAST, step="board", choice="against", reason="Too late."), by=board[1])
        await stage.rest()
        assert stage.store.load(Project, LAST).outcome == "not_selected"
        assert round_of(stage).stage == "running"
        await stage.do(CloseRound(round=ROUND), by=lin)
        await stage.rest()
        assert stage.store.load(Fund, FUND).unallocated == 10_000_000
        client = await stage.canopy.temporal()
        for id_ in (f"round:{ROUND}", *(f"project:{project}" for project in PROJECTS)):
            described = await client.get_workflow_handle(id_).describe()
            assert described.status is not None
            assert described.status.name == "COMPLETED", id_


async def test_a_closed_reserve_ends_the_stories_of_those_who_waited(staged: Staged) -> None:
    async with staged() as stage:
        await ranked(stage)
        await approved(stage, BEST)
        await stage.next_deadline()
        assert round_of(stage).stage == "running"
        assert stage.store.load(Project, BEST).stage == "agreement"
        await stage.do(CloseReserve(round=ROUND), by=lin)
        await stage.rest()
        assert {stage.store.load(Project, project).outcome for project in PROJECTS[1:]} == {"not_selected"}
        assert round_of(stage).stage == "running"
