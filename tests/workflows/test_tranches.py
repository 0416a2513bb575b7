"""Tranches on the real stack: a day that comes by the clock, payments that come back, another payee (C1: 20 / 40 / 40)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from domain.errors import TrancheNotReady
from domain.fund import Fund
from domain.payee import AnswerPayeeChange, ChangePayee
from domain.payment import OrderPayment, ReportPaymentFailed
from domain.project import Project
from domain.rules import Rules
from domain.tranche import ApproveTranche, RequestTranche, VerifyTranche
from tests.controls import FUND, PROJECT, RULES, chen, evaluate, gao, lin, luo, pay, song, tranches_of, yao, yuan
from tests.stage import Stage
from tests.workflows.journeys import an_agreement, handed_in

Staged = Callable[..., AbstractAsyncContextManager[Stage]]


def lotus_plan() -> Rules:
    """善荷计划: 20 at the agreement (here five working days after it), 40 at mid-term, 40 at the end; by payment order."""
    gates = (
        {"kind": "all", "of": [{"kind": "agreement"}, {"kind": "date", "working_days_after_agreement": 5}]},
        {"kind": "report", "report": "mid-term"},
        {"kind": "evaluation"},
    )
    content = tranches_of(*gates, reports=RULES.reports[:1], payments={"orders": True}).model_dump(mode="json")
    for tranche, share in zip(content["tranches"], (20, 40, 40), strict=True):
        tranche["share_percent"] = share
    content["tranches"][1]["pay_within_working_days"] = 20
    return Rules.model_validate(content)


async def asked(stage: Stage, tranche: str, payee: str) -> None:
    await stage.do(RequestTranche(project=PROJECT, tranche=tranche, payee=payee), by=chen)
    await stage.do(VerifyTranche(project=PROJECT, tranche=tranche), by=gao)
    await stage.do(ApproveTranche(project=PROJECT, tranche=tranche), by=luo)


async def paid(stage: Stage, tranche: str, reference: str) -> None:
    await stage.do(OrderPayment(project=PROJECT, tranche=tranche), by=song)
    await stage.do(pay(tranche, reference), by=song)


async def came_back(stage: Stage, tranche: str, reference: str) -> None:
    await stage.do(
        ReportPaymentFailed(project=PROJECT, tranche=tranche, reference=reference, reason="Account closed."), by=song
    )


async def test_twenty_forty_forty_with_a_day_a_payment_that_came_back_and_another_payee(staged: Staged) -> None:
    async with staged() as stage:
        await an_agreement(stage, lotus_plan())
        begun = stage.store.load(Project, PROJECT).begun_on
        with pytest.raises(TrancheNotReady):
            await stage.do(RequestTranche(project=PROJECT, tranche="t1", payee="Qinghe"), by=chen)
        await stage.next_deadline()
        first = stage.store.load(Project, PROJECT).tranche("t1")
        assert begun is not None
        assert first.reached is not None
        assert first.reached > begun
        await asked(stage, "t1", "Qinghe")
        await paid(stage, "t1", "bank-1")
        await came_back(stage, "t1", "bank-1")
        await paid(stage, "t1", "bank-2")
        consent = ChangePayee(project=PROJECT, payee="Team", reason="The team does the work.", consent_sha256="c" * 64)
        await stage.do(consent, by=chen)
        await stage.do(AnswerPayeeChange(project=PROJECT, payee="Team", agreed=True), by=lin)
        await stage.next_deadline()  # twenty working days after the agreement, and no report yet
        assert stage.store.load(Project, PROJECT).tranche("t2").late
        await handed_in(stage, "mid-term")
        await asked(stage, "t2", "Team")
        await paid(stage, "t2", "bank-3")
        await stage.rest()
        await stage.do(evaluate(), by=yao)
        await asked(stage, "t3", "Team")
        await paid(stage, "t3", "bank-4")
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "closed"

        await came_back(stage, "t3", "bank-4")  # the story had ended: it is started again
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "settlement"
        await paid(stage, "t3", "bank-5")
        await stage.rest()
        project = stage.store.load(Project, PROJECT)
        assert project.stage == "closed"
        assert [(each.paid, each.remittances[-1].payee) for each in project.tranches.values()] == [
            (yuan(6_000), "Qinghe"),
            (yuan(12_000), "Team"),
            (yuan(12_000), "Team"),
        ]
        assert stage.store.load(Fund, FUND).paid_to(PROJECT) == yuan(30_000).minor
