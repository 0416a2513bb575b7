"""A sponsor's money on the real stack (C8, 15+N): the award and then a tranche wait for it, and go on when it arrives.

Another project's sponsor does not pay all: its award is revoked, and what came in is given back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any

import pytest

from domain.award import ResumeAwards, RevokeAward
from domain.claim import ClaimProject
from domain.errors import TrancheNotReady
from domain.fund import Fund
from domain.project import Project
from domain.refund import RefundSponsorship
from domain.round import Round
from domain.sponsorship import ReceiveSponsorship
from domain.tranche import RequestTranche
from tests.controls import FUND, PROJECT, ROUND, chen, jin, lin, sign, tang, yuan
from tests.domain.test_sponsorship import by_and_by
from tests.stage import Stage
from tests.workflows.journeys import a_presented_project, a_ranking, paid

OTHER = "second"
Staged = Callable[..., AbstractAsyncContextManager[Stage]]


async def arrived(stage: Stage, amount: int, reference: str, project: str = PROJECT) -> None:
    received = {"project": project, "amount": yuan(amount), "received_on": date(2026, 4, 27), "reference": reference}
    await stage.do(ReceiveSponsorship.model_validate(received), by=tang)
    await stage.rest()


async def asked(stage: Stage, model: str, **filters: str) -> list[dict[str, Any]]:
    head = await asyncio.to_thread(stage.store.head)
    return await asyncio.to_thread(stage.views.everything, model, filters, after=head, timeout=60.0)


async def waiting(stage: Stage, project: str = PROJECT) -> set[tuple[str, str]]:
    return {(row["kind"], row["role"]) for row in await asked(stage, "duties", project=project)}


async def ended(stage: Stage, project: str) -> bool:
    described = await (await stage.canopy.temporal()).get_workflow_handle(f"project:{project}").describe()
    return described.status is not None and described.status.name == "COMPLETED"


async def test_an_award_and_then_a_tranche_wait_for_a_sponsors_money_and_go_on_when_it_arrives(staged: Staged) -> None:
    async with staged() as stage:
        await a_presented_project(stage, by_and_by(), (OTHER,), budget=yuan(20_000))  # less than the 30,000 asked for
        pledge = {"round": ROUND, "sponsor": "Spring Water", "amount": yuan(30_000), "pledge": "All of it."}
        for project in (PROJECT, OTHER):
            await stage.do(ClaimProject.model_validate(pledge | {"project": project}), by=jin)
        await a_ranking(stage)
        await stage.next_deadline()  # the notice is over: the story cannot grant the award
        held = {("grant", "officer"), ("pledge", "funder"), ("sponsorship", "trustee")}
        assert await waiting(stage) == held
        await stage.do(ResumeAwards(round=ROUND), by=lin)  # too early
        await stage.rest()
        assert (stage.store.load(Round, ROUND).stage, await waiting(stage)) == ("running", held)

        await arrived(stage, 5_000, "sponsor-0", OTHER)  # not enough, and no more will come
        await stage.do(RevokeAward(project=OTHER, reason="The sponsor is bankrupt."), by=lin)
        await stage.rest()
        assert (await ended(stage, OTHER), await waiting(stage, OTHER)) == (True, {("refund", "trustee")})
        back = {"project": OTHER, "amount": yuan(5_000), "refunded_on": date(2026, 4, 28), "reference": "refund-1"}
        await stage.do(RefundSponsorship.model_validate(back), by=tang)
        assert await waiting(stage, OTHER) == set()

        await arrived(stage, 15_000, "sponsor-1")  # what the first tranche takes
        assert stage.store.load(Project, PROJECT).stage == "agreement"
        await stage.do(sign("organisation"), by=chen)
        await stage.do(sign("bureau"), by=lin)
        await stage.rest()
        await paid(stage, "t1")
        (second,) = await asked(stage, "tranche_board", status="planned")
        assert (second["waits_for"], second["waits_role"]) == ("funding CNY 15,000.00", "funder")
        assert await waiting(stage) & held == {("pledge", "funder"), ("sponsorship", "trustee")}
        with pytest.raises(TrancheNotReady):
            await stage.do(RequestTranche(project=PROJECT, tranche="t2", payee="清河 基本户"), by=chen)

        await arrived(stage, 15_000, "sponsor-2")
        assert await waiting(stage) & {*held, ("tranche", "applicant")} == {("tranche", "applicant")}
        await paid(stage, "t2")
        fund = stage.store.load(Fund, FUND)
        assert (fund.paid_to(PROJECT), fund.free_in(ROUND)) == (30_000_00, 20_000_00)
