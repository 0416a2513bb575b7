"""Several funds behind one round, on the real stack: a payment takes from each, comes back to each, and is made again."""

from __future__ import annotations

from datetime import date

from domain.closing import CloseRound
from domain.fund import Fund
from domain.kernel import SYSTEM
from domain.payment import ReportPaymentFailed
from domain.person import GrantRole, RegisterPerson
from domain.project import Project
from domain.receipt import OpenFund, ReceiveFunds
from domain.roadshow import InviteToRoadshow, ScoreRoadshow
from domain.rules import Rules
from tests.controls import (
    FUND,
    PROJECT,
    ROUND,
    RULES,
    SHOWN,
    apply_with,
    chen,
    lin,
    on,
    pay,
    prizes,
    schedule,
    song,
    sun,
    wu,
    yuan,
    zhou,
)
from tests.domain.test_sources import CHARITY, mei
from tests.stage import Stage
from tests.workflows.journeys import Staged, a_ranking, an_open_call, paid


def on_stage_only() -> Rules:
    """One roadshow, then the selection: who is ranked is awarded at once, and asks for the whole of it."""
    _, _, roadshow, selection, _ = RULES.model_dump()["stages"]
    shares = {"shares": [{"stage": "roadshow", "percent": 100}], "ties": []}
    return prizes(stages=[roadshow, selection | shares])


async def a_second_fund(stage: Stage) -> None:
    await stage.do(RegisterPerson(person=mei.id, name="Mei"), by=SYSTEM)
    await stage.do(GrantRole(person=mei.id, role="trustee", scope="*"), by=SYSTEM)
    await stage.do(OpenFund(fund=CHARITY, name="慈善", purposes=("community-service",)), by=mei)
    gift = {"amount": yuan(30_000), "source": "A charity", "received_on": date(2026, 3, 1), "reference": "gift-2"}
    await stage.do(ReceiveFunds.model_validate({"fund": CHARITY, **gift}), by=mei)


def paid_by(stage: Stage) -> dict[str, int]:
    """Fund → what the project has had from it."""
    return {id_: stage.store.load(Fund, id_).paid_to(PROJECT) for id_ in (FUND, CHARITY)}


async def test_two_funds_pay_one_award_take_it_back_when_the_bank_returns_it_and_pay_it_again(staged: Staged) -> None:
    sources = ({"fund": FUND, "amount": yuan(40_000)}, {"fund": CHARITY, "amount": yuan(20_000)})
    shares = {FUND: 2_000_000, CHARITY: 1_000_000}
    async with staged() as stage:
        await a_second_fund(stage)
        await an_open_call(stage, on_stage_only(), fund=None, sources=sources)
        await stage.do(apply_with(), by=chen)
        await stage.rest()
        await stage.next_deadline()  # the call closes
        await stage.do(schedule(), by=lin)
        await stage.do(InviteToRoadshow(project=PROJECT, session="afternoon"), by=lin)
        await stage.rest()
        await stage.move_to(on("04-15", "14:00"))
        for who in (sun, zhou, wu):
            await stage.do(ScoreRoadshow(project=PROJECT, scores=SHOWN), by=who)
        await a_ranking(stage)
        assert {id_: stage.store.load(Fund, id_).promised_to(PROJECT) for id_ in shares} == shares

        await paid(stage, "prize")
        assert paid_by(stage) == shares
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "closed"
        await stage.do(
            ReportPaymentFailed(project=PROJECT, tranche="prize", reference="bank-prize", reason="Account closed."),
            by=song,
        )
        await stage.rest()  # the story had ended: it is started again
        assert stage.store.load(Project, PROJECT).stage == "settlement"
        assert paid_by(stage) == dict.fromkeys(shares, 0)

        await stage.do(pay("prize", "bank-again"), by=song)
        await stage.rest()
        assert paid_by(stage) == shares
        await stage.do(CloseRound(round=ROUND), by=lin)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "closed"
        left = {id_: stage.store.load(Fund, id_).unallocated for id_ in shares}
        assert left == {FUND: 8_000_000, CHARITY: 2_000_000}, "each has back what it did not give"
