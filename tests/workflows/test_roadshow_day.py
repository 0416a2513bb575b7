"""A roadshow day on the real stack (C4, 60/20/20): a drawn order, a corrected score, closed slots, one absent; votes and donations."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date

from domain.drawing import commitment_to, verify
from domain.project import Project
from domain.roadshow import InviteToRoadshow, ScoreRoadshow
from domain.round import Round
from domain.rules import Rules
from domain.selection import CloseAssessment, PublishRanking
from domain.slot import CloseSlot, DrawRunningOrder, OpenSlot, RecordAbsence, RecordAttendance
from domain.tally import RecordTally
from domain.vote import CastVote, OpenVote
from tests.controls import (
    DOCUMENT,
    ROADSHOW,
    ROUND,
    RULES,
    apply_with,
    chen,
    fang,
    lin,
    on,
    points,
    schedule,
    sun,
    wu,
    yuan,
    zhou,
)
from tests.domain.test_tally import DONATED
from tests.domain.test_vote import BALLOT
from tests.stage import Stage
from tests.workflows.journeys import an_open_call

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
READING, GARDEN, CHOIR = PROJECTS = ("reading-hour", "garden", "choir")
SEED = "0dd5" * 16


def dongguan() -> Rules:
    """60 percent the judges' trimmed mean, 20 percent donations, 20 percent residents' vote; slots in a drawn order."""
    content = RULES.model_dump()
    _, _, roadshow, selection, _ = content["stages"]
    slots = {"minutes": 15, "drawn": True}
    shares = [
        {"stage": "roadshow", "percent": 60},
        {"tally": "donations", "percent": 20},
        {"tally": "residents", "percent": 20},
    ]
    stages = [roadshow | {"slots": slots, "mean": "trimmed"}, selection | {"shares": shares, "ties": []}]
    call = content["call"] | {"projects_per_organisation": 3}
    return Rules.model_validate(content | {"call": call, "stages": stages, "tallies": [DONATED, BALLOT]})


async def three_invited(stage: Stage) -> None:
    await an_open_call(stage, dongguan())
    planned = schedule().model_copy(update={"commitment": commitment_to(SEED)})
    await stage.do(planned, by=lin)
    for project in PROJECTS:
        await stage.do(apply_with(project, ask=yuan(20_000)), by=chen)
        await stage.do(InviteToRoadshow(project=project, session="afternoon"), by=lin)
    await stage.rest()
    await stage.next_deadline()  # 20 March is over: the story closes the call


async def on_stage(stage: Stage, project: str, *percents: int) -> None:
    await stage.do(OpenSlot(project=project), by=lin)
    for judge, percent in zip((sun, zhou, wu), percents, strict=True):
        await stage.do(ScoreRoadshow(project=project, scores=points(ROADSHOW.rubric, percent)), by=judge)


async def the_afternoon(stage: Stage) -> None:
    await stage.move_to(on("04-15", "14:00"))
    await stage.do(DrawRunningOrder(round=ROUND, session="afternoon", seed=SEED), by=lin)
    await stage.do(RecordAttendance(round=ROUND, session="afternoon", present=("sun", "zhou", "wu")), by=lin)
    await on_stage(stage, READING, 80, 100, 30)
    await stage.do(ScoreRoadshow(project=READING, scores=points(ROADSHOW.rubric, 90)), by=wu)  # corrected
    await stage.do(CloseSlot(project=READING), by=lin)
    await on_stage(stage, GARDEN, 70, 80, 100)
    await stage.do(CloseSlot(project=GARDEN), by=lin)
    await stage.do(RecordAbsence(project=CHOIR), by=lin)


async def the_votes_and_donations(stage: Stage) -> None:
    await stage.do(OpenVote(round=ROUND, tally="residents", closes_on=date(2026, 4, 17)), by=lin)
    await stage.do(CastVote(round=ROUND, tally="residents", projects=(READING,)), by=fang)
    await stage.do(CastVote(round=ROUND, tally="residents", projects=(GARDEN,)), by=fang)
    given = [{"project": READING, "count": 300_000}, {"project": GARDEN, "count": 100_000}]
    record = {"round": ROUND, "tally": "donations", "counts": given, "evidence_sha256": DOCUMENT}
    await stage.do(RecordTally.model_validate(record), by=lin)
    await stage.rest()


async def test_a_roadshow_is_drawn_scored_on_stage_and_ranked_beside_votes_and_donations(staged: Staged) -> None:
    async with staged() as stage:
        await three_invited(stage)
        await the_afternoon(stage)
        session = stage.store.load(Round, ROUND).sessions["afternoon"]
        assert session.commitment is not None
        verify(session.commitment, SEED, salt=f"{ROUND}/afternoon", candidates=PROJECTS, drawn=session.order)
        await the_votes_and_donations(stage)
        assert await stage.next_deadline() == on("04-18", "00:00")  # the story counts the vote
        await stage.do(CloseAssessment(round=ROUND), by=lin)
        await stage.rest()
        await stage.do(PublishRanking(round=ROUND), by=lin)
        await stage.rest()
        rows = stage.views.ask("roadshow_board", {"round": ROUND}).rows
        assert {row["project"]: (row["status"], row["score"], row["rank"], row["total"]) for row in rows} == {
            GARDEN: ("presented", 8_000, 1, 7_300),  # 60 % of 80, 20 % of 25, 20 % of 100
            READING: ("presented", 9_000, 2, 6_900),  # 60 % of 90, 20 % of 75, 20 % of 0
            CHOIR: ("absent", None, None, None),
        }
        assert [row["project"] for row in rows] == list(session.order)
        stages = {id_: stage.store.load(Project, id_).stage for id_ in PROJECTS}
        assert stages == {READING: "agreement", GARDEN: "agreement", CHOIR: "ended"}
