"""Checks on the real stack: returned for completion, an application lapses or comes back and goes on to the next check."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from domain.project import Project
from tests.controls import PROJECT, apply_with, chen, gao, lin, on
from tests.domain.test_completion import COMPLETE, DUE, REMIND_AT, RETURN
from tests.domain.test_eligibility import answer, check, rules_of_one_at_a_time
from tests.stage import Stage
from tests.workflows.journeys import an_open_call

Staged = Callable[..., AbstractAsyncContextManager[Stage]]


async def a_returned_application(stage: Stage) -> None:
    """Of 10 March, led by Li, in a programme that asks for a leader who leads nothing else."""
    await an_open_call(stage, rules_of_one_at_a_time())
    await stage.move_to(on("03-10"))
    await stage.do(apply_with(leader="li", answers=(answer("see file"),)), by=chen)
    await stage.do(RETURN, by=lin)
    await stage.rest()


def names(stage: Stage) -> list[str]:
    return [each.name.partition(".")[0] for each in stage.store.recorded(f"project:{PROJECT}")]


async def test_what_is_not_completed_is_reminded_of_and_lapses(staged: Staged) -> None:
    async with staged() as stage:
        await a_returned_application(stage)
        assert await stage.next_deadline() == REMIND_AT
        assert await stage.next_deadline() == DUE
        assert names(stage) == [
            "ApplicationSubmitted",
            "ReturnedForCompletion",
            "CompletionReminded",
            "CompletionLapsed",
        ]
        assert stage.store.load(Project, PROJECT).outcome == "not_completed"


async def test_what_is_completed_goes_on_to_the_next_check_which_the_story_opens(staged: Staged) -> None:
    async with staged() as stage:
        await a_returned_application(stage)
        await stage.do(COMPLETE, by=chen)
        await stage.do(check("intake"), by=lin)
        await stage.rest()
        assert names(stage)[2:] == ["ApplicationCompleted", "EligibilityDecided", "EligibilityOpened"]
        await stage.move_to(on("03-18"))  # five working days after the 10th are over: the third party is late
        assert names(stage)[-1] == "EligibilityOverdue"
        await stage.do(check("financial"), by=gao)
        await stage.rest()
        assert names(stage)[-2:] == ["EligibilityDecided", "ReviewOpened"]
