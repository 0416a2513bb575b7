"""Service 服务: pieces filed with evidence, checked by an officer, reckoned at their unit price up to the contract's sum (C15)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.delivery import ReportSubmitted
from domain.errors import (
    BelowLeast,
    ConflictOfInterest,
    Malformed,
    NotAnswered,
    NotFound,
    ReasonMissing,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.evaluation import IndicatorResult, ProjectEvaluated
from domain.fund import Fund
from domain.movement import FundsReleased
from domain.progress import Reading
from domain.reckoning import CutTranche, ServicesReckoned, TranchesForfeited
from domain.rules import Rules
from domain.service import CheckServices, ServiceFinding, ServicesChecked, ServicesFiled, earned
from domain.tranche import ProjectSettled, RequestTranche
from tests.controls import FAILED, FUND, PROJECT, ROUND, also, apply_with, chen, lin, on, report, yao, yuan
from tests.domain.purchasing import (
    CONTRACT,
    INDICATORS,
    a_delivered_purchase,
    a_purchase,
    accept,
    accepted_services,
    event,
    file,
    judged,
    purchase,
    services,
)
from tests.situations import a_fund, a_planned_round, a_programme, an_open_round, an_organisation
from tests.situations import a_paid_tranche as paid
from tests.world import Situation, given, put, steps

ALL = {"large-events": 7, "small-events": 7, "cases": 7, "groups": 7}


# ── filing and checking ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_organisation_files_services_once_however_often_it_says_so() -> None:
    wish = file(event("spring-fair"), event("first-case", "cases"))
    after = (
        given(a_purchase())
        .when(wish, by=chen, at=on("07-01"))
        .then_once(ServicesFiled(filed_by="chen", services=wish.services))
    )
    assert {id_: each.status for id_, each in after.project().services.items()} == {
        "spring-fair": "filed",
        "first-case": "filed",
    }


@pytest.mark.parametrize(("indicator", "least"), [("large-events", 200), ("small-events", 25), ("cases", 6)])
def test_a_piece_smaller_than_the_contract_asks_for_is_none(indicator: str, least: int) -> None:
    before = given(a_purchase())
    small = file(event("one", indicator, size=least - 1))
    before.when(small, by=chen, at=on("07-01")).refused(
        BelowLeast, field="services.one.size", value=least - 1, least=least
    )
    before.when(file(event("one", indicator, size=least)), by=chen, at=on("07-01")).then(ServicesFiled)


def test_what_cannot_be_filed_is_named() -> None:
    before = given(a_purchase())

    def refused(*wrong: Any) -> Any:
        return before.when(file(*wrong), by=chen, at=on("07-01"))

    refused(event("one", "concerts")).refused(NotFound, kind="indicator", id="concerts")
    refused(event("one", "volunteers")).refused(
        Malformed, field="services.one.indicator", rule="must be counted piece by piece"
    )
    refused(event("one", held_on=date(2026, 7, 2))).refused(
        Malformed, field="services.one.held_on", rule="must not lie in the future"
    )
    refused(event("one"), event("one")).refused(Malformed, field="services.one", rule="must be named once")
    before.when(file(event("one")), by=lin).refused(RoleMissing)


def test_an_officer_accepts_services_or_says_why_not_and_what_was_not_can_be_filed_again() -> None:
    filed = given(a_purchase(), put(file(event("one"), event("two")), by=chen, at=on("07-01")))
    findings = (
        ServiceFinding(service="one", accepted=True),
        ServiceFinding(service="two", accepted=False, reason="The list of people is missing."),
    )
    wish = CheckServices(project=PROJECT, findings=findings)
    after = filed.when(wish, by=lin).then_once(ServicesChecked(checked_by="lin", findings=findings))
    assert after.project().accepted("large-events") == 1
    again = file(event("two", evidence="f" * 64))
    after.when(again, by=chen).then_once(ServicesFiled)
    after.when(file(event("one", size=300)), by=chen).refused(
        StageNotOpen, stage="service not yet filed", now="service accepted"
    )
    after.when(accept("two"), by=lin).refused(StageNotOpen, stage="service filed", now="service rejected")


def test_who_filed_does_not_check_and_nobody_refuses_without_a_reason() -> None:
    filed = given(a_purchase(), put(file(event("one")), by=chen, at=on("07-01")))
    filed.when(accept("three"), by=lin).refused(NotFound, kind="service", id="three")
    without = CheckServices(project=PROJECT, findings=(ServiceFinding(service="one", accepted=False, reason=" "),))
    filed.when(without, by=lin).refused(ReasonMissing, field="findings.one.reason")
    filed.when(accept("one", "one"), by=lin).refused(Malformed, field="findings.one")
    filed.when(accept("one"), by=also(lin, "applicant", "qinghe")).refused(ConflictOfInterest)
    by_lin = given(a_purchase(), put(file(event("one")), by=also(lin, "applicant", "qinghe"), at=on("07-01")))
    by_lin.when(accept("one"), by=lin).refused(SamePerson, step="CheckServices", earlier="FileServices")


# ── what they come to ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_contract_delivered_is_the_whole_contract_paid() -> None:
    done = given(a_delivered_purchase(ALL))
    after = done.when(judged(), by=yao, at=on("09-15")).then(
        ProjectEvaluated, ServicesReckoned(earned=CONTRACT, cut=(), overpaid=yuan(0))
    )
    assert after.project().earned == CONTRACT == yuan(51_100)


@pytest.mark.parametrize(
    ("counts", "worth"),
    [
        ({"large-events": 7}, 28_000),
        ({"small-events": 3, "cases": 1}, 6_300),
        ({"groups": 9}, 7_000),
        ({"large-events": 9, "small-events": 9, "cases": 9, "groups": 9}, 51_100),
        ({}, 0),
    ],
)
def test_accepted_pieces_count_at_their_price_and_none_above_its_target(counts: dict[str, int], worth: int) -> None:
    assert earned(given(accepted_services(counts)).project()) == yuan(worth)


def test_what_was_filed_and_not_accepted_is_worth_nothing_and_must_be_checked_before_the_evaluation() -> None:
    late = put(file(event("late")), by=chen, at=on("07-02"))
    waiting = given(accepted_services({"cases": 7}), late, a_delivered_purchase({"cases": 7}))
    assert earned(waiting.project()) == yuan(2_100)
    waiting.when(judged(), by=yao, at=on("09-15")).refused(NotAnswered, field="services", missing="late")
    checked = waiting.when(accept("late"), by=lin).then(ServicesChecked)
    assert earned(checked.project()) == yuan(6_100)


def test_less_delivered_cuts_the_last_tranche_and_its_money_goes_back_to_the_round() -> None:
    """40 percent (20,440) was paid ahead; 28,000 are earned, so 7,560 of the last 30,660 are left."""
    before = steps(accepted_services({"large-events": 7}), paid("first"))
    after = (
        given(a_delivered_purchase({"large-events": 7}, before))
        .when(judged(), by=yao, at=on("09-15"))
        .then(
            ProjectEvaluated,
            ServicesReckoned(
                earned=yuan(28_000), cut=(CutTranche(tranche="final", amount=yuan(7_560)),), overpaid=yuan(0)
            ),
            FundsReleased(round=ROUND, project=PROJECT, amount=yuan(23_100), purpose=None),
        )
    )
    final = after.project().tranche("final")
    assert (final.amount, final.status) == (yuan(7_560), "planned")
    assert after.world.get(Fund, FUND).promised_to(PROJECT) == yuan(7_560).minor


def test_less_delivered_than_was_paid_ahead_is_overpaid_and_nothing_more_is_paid() -> None:
    before = steps(accepted_services({"groups": 7}), paid("first"))
    after = (
        given(a_delivered_purchase({"groups": 7}, before))
        .when(judged(), by=yao, at=on("09-15"))
        .then(
            ProjectEvaluated,
            ServicesReckoned(
                earned=yuan(7_000), cut=(CutTranche(tranche="final", amount=yuan(0)),), overpaid=yuan(13_440)
            ),
            FundsReleased(round=ROUND, project=PROJECT, amount=yuan(30_660), purpose=None),
            ProjectSettled(),
        )
    )
    assert after.project().tranche("final").status == "forfeited"


def test_a_tranche_already_asked_for_is_cut_and_asked_for_anew() -> None:
    asked = steps(
        accepted_services({"cases": 7}),
        put(RequestTranche(project=PROJECT, tranche="first", payee="Qinghe"), by=chen),
    )
    after = given(a_delivered_purchase({"cases": 7}, asked), put(judged(), by=yao, at=on("09-15"))).project()
    assert [(each.id, each.amount, each.status) for each in after.tranches.values()] == [
        ("first", yuan(2_100), "planned"),
        ("final", yuan(0), "forfeited"),
    ]
    assert after.tranche("first").requested_by == ""


def test_a_failed_evaluation_pays_nothing_whatever_was_accepted() -> None:
    wish = judged(scores=FAILED)
    given(a_delivered_purchase(ALL)).when(wish, by=yao, at=on("09-15")).then(
        ProjectEvaluated, TranchesForfeited, ServicesReckoned, FundsReleased, ProjectSettled
    )


def test_the_evaluator_is_not_asked_what_was_counted_piece_by_piece() -> None:
    done = given(a_delivered_purchase(ALL))
    too_much = judged(results=(*judged().results, IndicatorResult(id="cases", actual=700)))
    done.when(too_much, by=yao, at=on("09-15")).refused(NotAnswered, field="results", unknown="cases")
    (evaluated, _) = done.when(judged(volunteers=340), by=yao, at=on("09-15")).events
    assert isinstance(evaluated, ProjectEvaluated)
    assert {each.id: (each.actual, each.reached) for each in evaluated.outcomes} == {
        **dict.fromkeys(ALL, (7, True)),
        "volunteers": (340, False),
    }


def test_who_checked_services_is_no_third_party() -> None:
    yao_checks = also(yao, "officer")
    filed = steps(a_purchase(), put(file(*services({"cases": 1})), by=chen, at=on("07-01")))
    checked = Situation("checked by yao", put(accept("cases-0"), by=yao_checks), filed)
    reports = a_delivered_purchase({}, checked)
    given(reports).when(judged(), by=yao, at=on("09-15")).refused(
        SamePerson, step="SubmitEvaluation", earlier="CheckServices"
    )


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_programmes_own_indicators_need_not_be_promised_and_cannot_be_promised_again() -> None:
    call = steps(a_programme(purchase()), a_fund(), an_organisation(), a_planned_round(), an_open_round())
    bare = apply_with(indicators=())
    assert given(call).when(bare, by=chen, at=on("03-10")).events
    plan = apply_with().indicators[0].model_copy(update={"id": "cases"})
    given(call).when(bare.model_copy(update={"indicators": (plan,)}), by=chen, at=on("03-10")).refused(
        Malformed, field="indicators.cases", rule="must not be one of the programme's own"
    )
    given(an_open_round()).when(bare, by=chen, at=on("03-10")).refused(Malformed, field="indicators")


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        ({"kind": "share", "target": 101}, "indicator cases is a share: from 0 to 100 percent"),
        ({"kind": "share", "target": 80}, "indicator cases is counted piece by piece: a count that rises"),
        ({"baseline": 9}, "indicator cases is counted piece by piece: a count that rises"),
        ({"unit_price": {"currency": "EUR", "minor": 100}}, "indicator cases is priced in EUR, the programme in CNY"),
        ({"target": 8}, "indicators come to CNY 51,400.00, more than call.ask_at_most, CNY 51,100.00"),
    ],
)
def test_indicators_that_cannot_be_reckoned_are_not_rules(indicator: dict[str, Any], said: str) -> None:
    changed = [each | indicator if each["id"] == "cases" else each for each in INDICATORS]
    with pytest.raises(ValidationError, match=said):
        purchase(indicators=changed)


def test_prices_need_an_evaluation() -> None:
    (only,) = [tranche.model_dump() | {"share_percent": 100} for tranche in purchase().tranches[:1]]
    with pytest.raises(ValidationError, match="indicators with a unit price need an evaluation"):
        purchase(evaluation=None, tranches=[only])


def test_indicators_are_written_as_they_were_said() -> None:
    assert Rules.model_validate(purchase().model_dump(mode="json")) == purchase()


def test_reports_tell_numbers_only_of_what_is_not_counted_piece_by_piece() -> None:
    wish = report().model_copy(update={"readings": (Reading(id="volunteers", actual=120),)})
    given(a_purchase()).when(wish, by=chen, at=on("07-01")).then(ReportSubmitted)
    counted = wish.model_copy(update={"readings": (Reading(id="cases", actual=7),)})
    given(a_purchase()).when(counted, by=chen, at=on("07-01")).refused(NotAnswered, field="readings", unknown="cases")
