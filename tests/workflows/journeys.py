"""The steps of the journeys: each brings a stage one chapter further, from the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from domain.closing import CloseRound
from domain.delivery import AcceptReport
from domain.eligibility import CheckEligibility
from domain.kernel import SYSTEM
from domain.organisation import RegisterOrganisation
from domain.person import GrantRole, RegisterPerson
from domain.project import Project
from domain.receipt import OpenFund
from domain.review import AssignReviewers, SubmitReview
from domain.roadshow import InviteToRoadshow, ScoreRoadshow
from domain.round import Round
from domain.rules import Rules
from domain.rules.selection import SelectionRules
from domain.selection import CloseAssessment, PublishRanking
from domain.tranche import ApproveTranche, RequestTranche, VerifyTranche
from tests.controls import (
    EVERYBODY,
    FUND,
    GOOD,
    ORGANISATION,
    PROJECT,
    ROUND,
    RULES,
    SHOWN,
    apply_with,
    chen,
    evaluate,
    findings,
    gao,
    li,
    lin,
    luo,
    on,
    open_round,
    pay,
    publish,
    receive,
    report,
    schedule,
    shen,
    sign,
    song,
    sun,
    tang,
    wang,
    wu,
    xu,
    yao,
    yuan,
    zhao,
    zhou,
)
from tests.stage import Stage

Staged = Callable[..., AbstractAsyncContextManager[Stage]]


async def everybody(stage: Stage) -> None:
    for actor in EVERYBODY:
        await stage.do(RegisterPerson(person=actor.id, name=actor.id.title()), by=SYSTEM)
        for role, scope in actor.grants:
            await stage.do(GrantRole.model_validate({"person": actor.id, "role": role, "scope": scope}), by=SYSTEM)


def purposes_of(rules: Rules) -> tuple[str, ...]:
    """The programme's, and that of sponsors' money."""
    return (rules.purpose, *(each.claims.purpose for each in rules.each(SelectionRules) if each.claims))


async def an_open_call(stage: Stage, rules: Rules = RULES, **changes: Any) -> None:
    await everybody(stage)
    await stage.do(publish(rules), by=shen)
    await stage.do(OpenFund(fund=FUND, name="福利基金", purposes=purposes_of(rules)), by=tang)
    await stage.do(receive(yuan(100_000)), by=tang)
    await stage.do(
        RegisterOrganisation.model_validate(
            {
                "organisation": ORGANISATION,
                "name": "清河",
                "type": "service-agency",
                "credit_code": "52330213MJ8931234A",
                "registered_on": "2019-05-04",
            }
        ),
        by=lin,
    )
    await stage.do(open_round(**changes), by=lin)
    await stage.rest()
    await stage.next_deadline()  # 9 March: the story opens the call
    assert stage.store.load(Round, ROUND).stage == "call"


async def a_reviewed_project(stage: Stage, rules: Rules = RULES, also: Sequence[str] = (), **changes: Any) -> None:
    """The example's, and more of the same organisation where they are named."""
    await an_open_call(stage, rules, **changes)
    for project in (PROJECT, *also):
        await stage.do(apply_with(project), by=chen)
    await stage.rest()
    await stage.next_deadline()  # 20 March is over: the story closes it
    for project in (PROJECT, *also):
        await stage.do(CheckEligibility(project=project, findings=findings()), by=lin)
        await stage.do(AssignReviewers(project=project, reviewers=("li", "wang", "zhao")), by=lin)
    await stage.rest()
    for project in (PROJECT, *also):
        for who in (li, wang, zhao):
            await stage.do(SubmitReview(project=project, scores=GOOD), by=who)
    await stage.rest()
    assert stage.store.load(Project, PROJECT).stage == "roadshow"


async def a_presented_project(stage: Stage, rules: Rules = RULES, also: Sequence[str] = (), **changes: Any) -> None:
    await a_reviewed_project(stage, rules, also, **changes)
    await stage.do(schedule(), by=lin)
    for project in (PROJECT, *also):
        await stage.do(InviteToRoadshow(project=project, session="afternoon"), by=lin)
    await stage.rest()
    await stage.move_to(on("04-15", "14:00"))
    for project in (PROJECT, *also):
        for who in (sun, zhou, wu):
            await stage.do(ScoreRoadshow(project=project, scores=SHOWN), by=who)


async def a_published_ranking(stage: Stage, rules: Rules = RULES) -> None:
    await a_presented_project(stage, rules)
    await a_ranking(stage)


async def a_ranking(stage: Stage) -> None:
    await stage.do(CloseAssessment(round=ROUND), by=lin)
    await stage.rest()
    await stage.do(PublishRanking(round=ROUND), by=lin)
    await stage.rest()


async def paid(stage: Stage, tranche: str) -> None:
    await stage.do(RequestTranche(project=PROJECT, tranche=tranche, payee="清河 基本户"), by=chen)
    await stage.do(VerifyTranche(project=PROJECT, tranche=tranche), by=gao)
    await stage.do(ApproveTranche(project=PROJECT, tranche=tranche), by=luo)
    await stage.do(pay(tranche, reference=f"bank-{tranche}"), by=song)


async def an_agreement(stage: Stage, rules: Rules = RULES) -> None:
    await a_published_ranking(stage, rules)
    await stage.next_deadline()  # the notice's working days are over: the story grants the awards
    await stage.do(sign("organisation"), by=chen)
    await stage.do(sign("bureau"), by=lin)
    await stage.rest()


async def handed_in(stage: Stage, id_: str) -> None:
    await stage.do(report(id_), by=chen)
    await stage.do(AcceptReport(project=PROJECT, report=id_), by=xu)


async def a_whole_life(stage: Stage) -> None:
    await an_agreement(stage)
    await paid(stage, "first")
    await stage.move_to(on("07-01"))
    await handed_in(stage, "mid-term")
    await paid(stage, "second")
    await handed_in(stage, "final")
    await stage.rest()
    await stage.do(evaluate(), by=yao)
    await paid(stage, "final")
    await stage.rest()
    await stage.do(CloseRound(round=ROUND), by=lin)
    await stage.rest()
