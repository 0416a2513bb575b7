"""Delivery on the real stack: the story keeps every date, also of money that is to come back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from domain.fund import Fund
from domain.project import Project
from tests.controls import FUND, PROJECT, lin, on, song
from tests.delivering import with_reports
from tests.ending import repay, strict, terminate
from tests.stage import Stage
from tests.workflows.journeys import an_agreement, handed_in, paid

Staged = Callable[..., AbstractAsyncContextManager[Stage]]


def names(stage: Stage, since: int = 0) -> list[str]:
    return [each.name.partition(".")[0] for each in stage.store.recorded(f"project:{PROJECT}")][since:]


async def test_failed_at_mid_term_by_silence_terminated_and_paid_back_one_instalment_late(staged: Staged) -> None:
    async with staged() as stage:
        await an_agreement(stage, strict())
        await paid(stage, "first")
        since = len(names(stage))
        for _ in range(4):
            await stage.next_deadline()
        assert names(stage, since) == [
            *("MidTermOpened", "SelfAssessmentReminded", "MidTermFailed", "MidTermNoticeEnded", "ProjectSuspended")
        ]
        await stage.do(terminate(cause="mid_term"), by=lin)
        await stage.rest()
        since = len(names(stage))
        assert await stage.next_deadline() == on("07-25", "00:00")
        await stage.do(repay("1"), by=song)
        await stage.rest()
        assert [await stage.next_deadline() for _ in range(2)] == [on("08-25", "00:00"), on("09-11", "00:00")]
        await stage.do(repay("2", reference="back-2"), by=song)
        await stage.rest()
        assert names(stage, since) == [
            *("RepaymentReminded", "RepaymentRecorded", "RepaymentReminded", "RepaymentOverdue", "RepaymentRecorded"),
            "ProjectTerminated",
        ]
        assert stage.store.load(Fund, FUND).paid_to(PROJECT) == 500_000
        described = await (await stage.canopy.temporal()).get_workflow_handle(f"project:{PROJECT}").describe()
        assert described.status is not None
        assert described.status.name == "COMPLETED"


async def test_a_report_missing_for_too_long_suspends_and_the_project_goes_on_once_it_is_accepted(
    staged: Staged,
) -> None:
    rules = with_reports(consequence="suspend", consequence_after_days=30, resumed_when="accepted")
    async with staged() as stage:
        await an_agreement(stage, rules)
        since = len(names(stage))
        for _ in range(3):
            await stage.next_deadline()
        assert names(stage, since) == ["ReportReminded", "ReportOverdue", "ReportDefaulted", "ProjectSuspended"]
        await handed_in(stage, "mid-term")
        assert names(stage)[-2:] == ["ReportAccepted", "ProjectResumed"]
        await paid(stage, "first")
        assert stage.store.load(Project, PROJECT).tranche("first").status == "paid"
