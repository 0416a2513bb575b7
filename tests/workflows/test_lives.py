"""Whole lives on the real stack: people act, the stories keep the dates, and nothing but the event store knows anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from temporalio.api.enums.v1 import EventType

from domain.application import WithdrawApplication
from domain.closing import CloseRound, TerminateProject
from domain.eligibility import CheckEligibility
from domain.fund import Fund
from domain.project import Project
from domain.review import AssignReviewers
from domain.roadshow import InviteToRoadshow
from domain.round import Round
from domain.selection import CloseAssessment, PublishRanking
from tests.controls import (
    FUND,
    PROJECT,
    ROUND,
    answer,
    apply_with,
    chen,
    evaluate,
    extend,
    extend_round,
    fang,
    findings,
    lin,
    objection,
    on,
    schedule,
    sign,
    yao,
)
from tests.stage import Stage
from tests.workflows.journeys import (
    a_published_ranking,
    a_reviewed_project,
    a_whole_life,
    an_agreement,
    an_open_call,
    handed_in,
)

Staged = Callable[..., AbstractAsyncContextManager[Stage]]


def names(stage: Stage, stream: str) -> list[str]:
    return [each.name.partition(".")[0] for each in stage.store.recorded(stream)]


async def test_a_project_goes_from_the_call_to_its_closing(staged: Staged) -> None:
    async with staged() as stage:
        await a_whole_life(stage)
        project = stage.store.load(Project, PROJECT)
        assert (project.stage, project.grade) == ("closed", "a")
        fund = stage.store.load(Fund, FUND)
        assert (fund.disbursed[ROUND], fund.outstanding_in(ROUND)) == (3_000_000, 0)
        assert fund.unallocated == 7_000_000, "what the round did not use is back in the fund"
        client = await stage.canopy.temporal()
        described = [
            await client.get_workflow_handle(id_).describe() for id_ in (f"project:{PROJECT}", f"round:{ROUND}")
        ]
        assert [each.status.name for each in described if each.status] == ["COMPLETED", "COMPLETED"]


async def test_silent_reviewers_are_reminded_then_the_review_is_extended_and_at_last_lapses(staged: Staged) -> None:
    async with staged() as stage:
        await an_open_call(stage)
        await stage.do(apply_with(), by=chen)
        await stage.rest()
        await stage.next_deadline()
        await stage.do(CheckEligibility(project=PROJECT, findings=findings()), by=lin)
        await stage.do(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin)
        await stage.rest()
        for _ in range(4):
            await stage.next_deadline()
        told = [n for n in names(stage, f"project:{PROJECT}") if n.startswith("Review") and n != "ReviewersAssigned"]
        assert told == ["ReviewOpened", "ReviewersReminded", "ReviewExtended", "ReviewExtended", "ReviewLapsed"]
        assert stage.store.load(Project, PROJECT).outcome == "review_lapsed"


async def test_a_formal_check_nobody_makes_goes_on_record_and_can_still_be_made(staged: Staged) -> None:
    async with staged() as stage:
        await an_open_call(stage)
        await stage.do(apply_with(), by=chen)
        await stage.rest()
        await stage.next_deadline()  # the call closes
        await stage.next_deadline()  # five working days later
        assert "EligibilityOverdue" in names(stage, f"project:{PROJECT}")
        await stage.do(CheckEligibility(project=PROJECT, findings=findings()), by=lin)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).assessment("review").opened


async def test_who_is_not_heard_at_the_roadshow_counts_as_absent(staged: Staged) -> None:
    async with staged() as stage:
        await a_reviewed_project(stage)
        await stage.do(schedule(), by=lin)
        await stage.do(InviteToRoadshow(project=PROJECT, session="afternoon"), by=lin)
        await stage.rest()
        await stage.next_deadline()
        assert names(stage, f"project:{PROJECT}")[-1] == "RoadshowLapsed"
        await stage.do(CloseAssessment(round=ROUND), by=lin)
        await stage.rest()
        await stage.do(PublishRanking(round=ROUND), by=lin)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).outcome == "not_selected"


async def test_the_notice_waits_for_the_answer_to_an_objection(staged: Staged) -> None:
    async with staged() as stage:
        await a_published_ranking(stage)
        await stage.do(objection(), by=fang)
        await stage.rest()
        await stage.move_to(on("05-20"))
        assert stage.store.load(Round, ROUND).stage == "notice"
        await stage.do(answer(upheld=False), by=lin)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "agreement"


async def test_an_upheld_objection_costs_the_award(staged: Staged) -> None:
    async with staged() as stage:
        await a_published_ranking(stage)
        await stage.do(objection(), by=fang)
        await stage.do(answer(upheld=True), by=lin)
        await stage.rest()
        await stage.next_deadline()
        assert stage.store.load(Project, PROJECT).outcome == "objection_upheld"
        assert stage.store.load(Fund, FUND).promised == {}


async def test_an_agreement_not_signed_in_time_lapses_and_its_money_is_free_again(staged: Staged) -> None:
    async with staged() as stage:
        await a_published_ranking(stage)
        await stage.next_deadline()
        assert stage.store.load(Fund, FUND).promised[PROJECT] == 3_000_000
        await stage.next_deadline()
        assert stage.store.load(Project, PROJECT).outcome == "not_signed"
        assert stage.store.load(Fund, FUND).promised_to(PROJECT) == 0


async def test_a_late_report_is_reminded_and_then_on_record_as_overdue(staged: Staged) -> None:
    async with staged() as stage:
        await an_agreement(stage)
        await stage.next_deadline()
        await stage.next_deadline()
        assert names(stage, f"project:{PROJECT}")[-2:] == ["ReportReminded", "ReportOverdue"]
        await handed_in(stage, "mid-term")
        assert stage.store.load(Project, PROJECT).report("mid-term").status == "accepted"


async def test_a_late_evaluation_is_on_record_and_can_still_be_made(staged: Staged) -> None:
    async with staged() as stage:
        await an_agreement(stage)
        await handed_in(stage, "mid-term")
        await handed_in(stage, "final")
        await stage.rest()
        await stage.next_deadline()
        assert names(stage, f"project:{PROJECT}")[-1] == "EvaluationOverdue"
        await stage.do(evaluate(), by=yao)
        assert stage.store.load(Project, PROJECT).stage == "settlement"


async def test_a_withdrawn_application_ends_its_story(staged: Staged) -> None:
    async with staged() as stage:
        await an_open_call(stage)
        await stage.do(apply_with(), by=chen)
        await stage.rest()
        await stage.do(WithdrawApplication(project=PROJECT, reason="plans changed"), by=chen)
        await stage.rest()
        client = await stage.canopy.temporal()
        described = await client.get_workflow_handle(f"project:{PROJECT}").describe()
        assert described.status is not None
        assert described.status.name == "COMPLETED"


async def test_a_terminated_project_ends_its_story_and_its_round_can_be_closed(staged: Staged) -> None:
    async with staged() as stage:
        await an_agreement(stage)
        await stage.do(TerminateProject(project=PROJECT, reason="The organisation has dissolved."), by=lin)
        await stage.rest()
        await stage.do(CloseRound(round=ROUND), by=lin)
        await stage.rest()
        assert stage.store.load(Fund, FUND).unallocated == 10_000_000
        client = await stage.canopy.temporal()
        described = await client.get_workflow_handle(f"project:{PROJECT}").describe()
        assert described.status is not None
        assert described.status.name == "COMPLETED"


async def with_its_timer_armed(stage: Stage, subject: str) -> list[str]:
    """Let time run on, as in production, so that the story sets a real timer; gives its history's events so far."""
    await asyncio.to_thread(stage.clock.clock.run_on)
    handle = (await stage.canopy.temporal()).get_workflow_handle(subject)
    await handle.signal("wake")
    for _ in range(1_000):
        seen = await what_happened_to(stage, subject)
        if seen[-1] == "TIMER_STARTED":
            return seen
        await asyncio.sleep(0.02)
    raise AssertionError(seen)


async def what_happened_to(stage: Stage, subject: str) -> list[str]:
    """The kinds of events in a story's Temporal history."""
    history = await (await stage.canopy.temporal()).get_workflow_handle(subject).fetch_history()
    return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]


async def test_a_call_extended_while_its_story_waits_closes_at_the_new_date_only(staged: Staged) -> None:
    async with staged() as stage:
        await an_open_call(stage)
        before = await with_its_timer_armed(stage, f"round:{ROUND}")
        await stage.do(extend_round("call-closes", "03-25"), by=lin)
        await stage.rest()
        since = (await what_happened_to(stage, f"round:{ROUND}"))[len(before) :]
        assert {"WORKFLOW_EXECUTION_SIGNALED", "TIMER_CANCELED", "TIMER_STARTED"} <= set(since)
        await stage.move_to(on("03-21", "00:00"))
        assert stage.store.load(Round, ROUND).stage == "call"
        await stage.move_to(on("03-25", "20:00"))
        await stage.do(apply_with(), by=chen)
        await stage.rest()
        assert await stage.next_deadline() == on("03-26", "00:00")
        assert stage.store.load(Round, ROUND).stage == "assessment"
        assert stage.store.load(Project, PROJECT).stage == "eligibility"


async def test_an_agreement_given_more_days_after_its_timer_was_set_does_not_lapse_at_the_old_date(
    staged: Staged,
) -> None:
    async with staged() as stage:
        await a_published_ranking(stage)
        await stage.next_deadline()
        before = await with_its_timer_armed(stage, f"project:{PROJECT}")
        old = stage.store.load(Project, PROJECT).sign_by
        assert old is not None
        await stage.do(extend("agreement", "05-20"), by=lin)
        await stage.rest()
        assert "TIMER_CANCELED" in (await what_happened_to(stage, f"project:{PROJECT}"))[len(before) :]
        await stage.move_to(old)
        assert stage.store.load(Project, PROJECT).stage == "agreement"
        assert await stage.next_deadline() == on("05-21", "00:00")
        assert stage.store.load(Project, PROJECT).outcome == "not_signed"


async def test_a_notice_and_a_report_given_more_days_are_kept_to_the_new_dates(staged: Staged) -> None:
    async with staged() as stage:
        await a_published_ranking(stage)
        ends = stage.store.load(Round, ROUND).notice_ends_at
        assert ends is not None
        await stage.do(extend_round("notice", "04-29"), by=lin)
        await stage.rest()
        await stage.move_to(ends)
        assert stage.store.load(Round, ROUND).stage == "notice"
        await stage.next_deadline()
        await stage.do(sign("organisation"), by=chen)
        await stage.do(sign("bureau"), by=lin)
        await stage.rest()
        reminded = await stage.next_deadline()
        await stage.do(extend("report", "08-31", "mid-term"), by=lin)
        await stage.rest()
        assert [await stage.next_deadline() for _ in range(2)] == [on("08-25", "00:00"), on("09-08", "00:00")]
        assert reminded < on("08-25")
        told = [name for name in names(stage, f"project:{PROJECT}") if name in {"ReportReminded", "ReportOverdue"}]
        assert told == ["ReportReminded", "ReportReminded", "ReportOverdue"]


async def test_stories_that_are_gone_are_started_again_from_the_event_store_alone(staged: Staged) -> None:
    async with staged() as stage:
        await a_published_ranking(stage)
        client = await stage.canopy.temporal()
        for id_ in (f"project:{PROJECT}", f"round:{ROUND}"):
            await client.get_workflow_handle(id_).terminate("as if Temporal's database were lost")
        assert await stage.reconcile() == 2
        await stage.rest()
        await stage.next_deadline()
        await stage.do(sign("organisation"), by=chen)
        await stage.do(sign("bureau"), by=lin)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "delivery"
