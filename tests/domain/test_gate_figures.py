"""Gates on figures: an indicator of the programme, as accepted reports tell it; matched money that is proven."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.closing import CloseProject, ProjectClosed
from domain.contribution import AcceptContribution
from domain.delivery import AcceptReport
from domain.errors import TrancheNotReady
from domain.evaluation import IndicatorResult, OpenEvaluation
from domain.gate import missing
from domain.kernel import STORY
from domain.movement import FundsReleased
from domain.progress import Reading
from domain.reckoning import TranchesForfeited
from domain.rules import Rules
from domain.tranche import (
    ProjectSettled,
    RefuseTranche,
    RequestTranche,
    TrancheRefused,
    TrancheRequested,
    VerifyTranche,
)
from tests.controls import PROJECT, ROUND, chen, contribute, evaluate, gao, lin, on, report, tranches_of, yao, yuan
from tests.situations import a_concluded_agreement, a_paid_tranche, a_programme
from tests.world import Situation, given, put, steps

WORDS = {"zh": "读者", "en": "Readers"}
ASK = RequestTranche(project=PROJECT, tranche="t1", payee="Qinghe")
READERS = {"id": "reached", "words": WORDS, "unit": WORDS, "baseline": 10, "target": 60}
ACCIDENTS = {"id": "accidents", "words": WORDS, "unit": WORDS, "kind": "share", "baseline": 15, "target": 8}
ENOUGH = {"kind": "indicator", "indicator": "reached", "at_least": 50}
FIGURES = {"indicators": [READERS, ACCIDENTS]}
FEW = {"kind": "indicator", "indicator": "accidents", "at_most": 8}


def counting(gate: dict[str, Any], **changes: Any) -> Rules:
    return tranches_of(gate, **({"indicators": [READERS, ACCIDENTS]} | changes))


def told(report_id: str, **readings: int) -> Situation:
    """A report with these readings, handed in."""
    figures = tuple(Reading(id=id_, actual=actual) for id_, actual in readings.items())
    wish = report(report_id).model_copy(update={"readings": figures})
    return Situation(f"told {report_id}", put(wish, by=chen, at=on("07-01")), a_concluded_agreement())


def accepted(report_id: str, **readings: int) -> Situation:
    accept = put(AcceptReport(project=PROJECT, report=report_id), by=lin)
    return Situation(f"accepted {report_id}", accept, told(report_id, **readings))


@pytest.mark.parametrize(
    ("gate", "before", "awaited"),
    [
        (ENOUGH, a_concluded_agreement(), [("indicator reached at least 50", "applicant")]),
        (ENOUGH, told("mid-term", reached=64), [("indicator reached at least 50", "officer")]),
        (ENOUGH, accepted("mid-term", reached=49), [("indicator reached at least 50", "applicant")]),
        (ENOUGH, accepted("mid-term", reached=50), []),
        (FEW, accepted("mid-term", accidents=9), [("indicator accidents at most 8", "applicant")]),
        (FEW, accepted("mid-term", accidents=8), []),
    ],
)
def test_an_indicator_counts_by_the_latest_accepted_report(gate: Any, before: Situation, awaited: list[Any]) -> None:
    project = given(a_programme(counting(gate)), before).project()
    assert [*missing(project, project.tranche("t1"), on("07-02")).each] == awaited


def test_who_falls_short_once_may_reach_it_in_the_next_report() -> None:
    short = given(a_programme(counting(ENOUGH)), accepted("mid-term", reached=20))
    short.when(ASK, by=chen).refused(TrancheNotReady, waits_for="indicator reached at least 50")
    reached = given(a_programme(counting(ENOUGH)), accepted("mid-term", reached=20), accepted("final", reached=61))
    reached.when(ASK, by=chen).then_once(TrancheRequested)


def test_an_earlier_report_accepted_later_does_not_say_how_things_stand_now() -> None:
    """Else whoever holds back the better figures of the spring opens a gate with them in autumn."""
    rules = a_programme(counting(ENOUGH))
    project = given(rules, accepted("final", reached=20), accepted("mid-term", reached=61)).project()
    assert project.reading("reached") == 20
    assert given(rules, accepted("final"), accepted("mid-term", reached=61)).project().reading("reached") == 61


def test_a_request_whose_gate_has_shut_again_can_be_sent_back() -> None:
    asked = (a_programme(counting(ENOUGH)), accepted("mid-term", reached=61), put(ASK, by=chen))
    shut = given(*asked, accepted("final", reached=20))
    shut.when(VerifyTranche(project=PROJECT, tranche="t1"), by=gao).refused(TrancheNotReady)
    refuse = RefuseTranche(project=PROJECT, tranche="t1", reason="There are fewer readers now.")
    shut.when(refuse, by=gao).then(TrancheRefused)


def test_a_tranche_whose_indicator_fell_short_in_the_last_report_is_not_paid_and_the_project_is_closed() -> None:
    """Nobody could ever open its gate: the project would wait for ever."""
    plan = tranches_of({"kind": "agreement"}, ENOUGH, **FIGURES)
    reports = (accepted("mid-term", reached=20), accepted("final", reached=49, accidents=8))
    results = tuple(IndicatorResult(id=id_, actual=1, evidence="lists") for id_ in ("reached", "accidents", "readers"))
    judged = evaluate().model_copy(update={"results": results})
    before = (put(OpenEvaluation(project=PROJECT), by=STORY, at=on("09-02")), put(judged, by=yao, at=on("09-15")))
    settling = given(a_programme(plan), a_paid_tranche("t1"), *reports, *before)
    close = CloseProject(project=PROJECT)
    settling.when(close, by=STORY).then_once(
        TranchesForfeited(tranches=("t2",)),
        ProjectSettled(),
        FundsReleased(round=ROUND, project=PROJECT, amount=yuan(15_000)),
        ProjectClosed,
    )
    either = tranches_of({"kind": "agreement"}, {"kind": "any", "of": [ENOUGH, {"kind": "visit"}]}, **FIGURES)
    given(a_programme(either), a_paid_tranche("t1"), *reports, *before).when(close, by=STORY).nothing_new()


def a_recorded_gift() -> Situation:
    return Situation("a recorded gift", put(contribute(), by=chen), a_concluded_agreement())


def an_accepted_gift() -> Situation:
    accept = put(AcceptContribution(project=PROJECT, contribution="gift"), by=lin)
    return Situation("an accepted gift", steps(accept), a_recorded_gift())


@pytest.mark.parametrize(
    ("size", "before", "awaited"),
    [
        ({"amount": "CNY 5000.00"}, a_concluded_agreement(), [("matched CNY 5,000.00", "applicant")]),
        ({"amount": "CNY 5000.00"}, a_recorded_gift(), [("matched CNY 5,000.00", "officer")]),
        ({"amount": "CNY 5000.00"}, an_accepted_gift(), []),
        ({"amount": "CNY 5000.01"}, an_accepted_gift(), [("matched CNY 5,000.01", "applicant")]),
        ({"percent_of_award": 16}, an_accepted_gift(), []),
        ({"percent_of_award": 17}, an_accepted_gift(), [("matched CNY 5,100.00", "applicant")]),
    ],
)
def test_matched_money_counts_once_it_is_proven(size: Any, before: Situation, awaited: list[Any]) -> None:
    assert yuan(5_000) == contribute().amount
    project = given(a_programme(tranches_of({"kind": "matched"} | size)), before).project()
    assert [*missing(project, project.tranche("t1"), on("07-02")).each] == awaited


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (ENOUGH | {"indicator": "smiles"}, "t1 waits for indicator smiles, which does not exist"),
        (ENOUGH | {"at_most": 9}, "an indicator needs at_least or at_most, not both"),
        ({"kind": "indicator", "indicator": "reached"}, "an indicator needs at_least or at_most, not both"),
        ({"kind": "matched"}, "matched money needs amount or percent_of_award, not both"),
        ({"kind": "matched", "amount": "CNY 1.00", "percent_of_award": 9}, "not both"),
        ({"kind": "matched", "amount": "EUR 1.00"}, "tranche t1 is in EUR, the programme in CNY"),
        ({"kind": "matched", "amount": "CNY 0.00"}, "must be above zero"),
    ],
)
def test_figures_that_cannot_be_reached_are_not_rules(gate: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        counting(gate)


def test_an_indicator_counted_piece_by_piece_is_not_told_in_reports() -> None:
    pieces = READERS | {"unit_price": "CNY 100.00"}
    with pytest.raises(ValidationError, match="t1 waits for indicator reached, which does not exist"):
        counting(ENOUGH, indicators=[pieces])
