"""Programmes without an agreement, without reports or without an evaluation: nobody waits for what there is not."""

from typing import Any

from domain.agreement import AgreementConcluded, AgreementSigned, AwardGranted, DeliveryBegun, GrantAward
from domain.closing import CloseProject, ProjectClosed
from domain.deadlines import next_of
from domain.delivery import AcceptReport, DeliveryCompleted, ReportAccepted
from domain.evaluation import EvaluationOpened, OpenEvaluation
from domain.kernel import STORY
from domain.movement import FundsCommitted, FundsDisbursed
from domain.rules import Rules
from domain.tranche import ProjectSettled, TranchePaid
from tests.controls import DOCUMENT, PROJECT, RULES, chen, lin, on, pay, prizes, sign, song, yuan
from tests.situations import (
    a_concluded_agreement,
    a_granted_award,
    a_paid_tranche,
    a_passed_notice,
    a_programme,
    a_submitted_report,
    an_accepted_report,
    an_approved_tranche,
)
from tests.world import Situation, given, put

CLOSE = CloseProject(project=PROJECT)


def without(*sections: str, **changes: Any) -> Rules:
    content = RULES.model_dump()
    for section in sections:
        content.pop(section)
    return Rules.model_validate(content | changes)


def one(gate: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan of one tranche behind this gate."""
    return {"id": "first", "words": {"zh": "首款", "en": "First"}, "share_percent": 100, "gate": gate}


def awarded(rules: Rules) -> tuple[Situation, Situation]:
    return a_programme(rules), a_granted_award()


# ── without an agreement ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_prize_is_granted_without_an_agreement_and_waits_only_for_its_payment() -> None:
    granted = (
        given(a_programme(prizes()), a_passed_notice())
        .when(GrantAward(project=PROJECT), by=STORY)
        .then_once(AwardGranted, DeliveryBegun, DeliveryCompleted, FundsCommitted)
    )
    project = granted.project()
    assert (project.stage, project.sign_by, next_of(project)) == ("settlement", None, None)
    assert project.tranche("prize").amount == yuan(30_000)


def test_a_paid_prize_settles_and_closes_the_project() -> None:
    unsigned = Situation(f"agreement {PROJECT}", lambda world: world)  # there is none to conclude
    approved = given(*awarded(prizes()), unsigned, an_approved_tranche("prize"))
    paid = approved.when(pay("prize"), by=song).then_once(TranchePaid, ProjectSettled, FundsDisbursed)
    paid.when(CLOSE, by=STORY).then_once(ProjectClosed(grade=""))


def test_a_prize_not_yet_paid_is_not_closed() -> None:
    given(*awarded(prizes())).when(CLOSE, by=STORY).nothing_new()


def test_without_an_agreement_the_reports_are_dated_from_the_award() -> None:
    project = given(*awarded(without("agreement", tranches=[one()]))).project()
    assert project.stage == "delivery"
    assert project.report("mid-term").due == RULES.calendar.after_days(on("04-25"), 75)


def test_a_tranche_without_a_gate_still_waits_for_the_signatures() -> None:
    """No gate is no condition; but money moves only after the agreement, where there is one."""
    rules = without("evaluation", tranches=[one()])
    assert given(*awarded(rules)).project().stage == "agreement"


# ── without reports ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_reports_the_agreement_leads_straight_to_the_evaluation() -> None:
    rules = without("reports", tranches=[one({"kind": "evaluation"})])
    signed = given(*awarded(rules), put(sign("organisation"), by=chen, at=on("04-28")))
    concluded = signed.when(sign("bureau"), by=lin).then(
        AgreementSigned(side="bureau", signed_by="lin", document_sha256=DOCUMENT), AgreementConcluded, DeliveryCompleted
    )
    assert concluded.project().stage == "evaluation"
    concluded.when(OpenEvaluation(project=PROJECT), by=STORY).then_once(EvaluationOpened)


# ── without an evaluation ────────────────────────────────────────────────────────────────────────────────────────────


def unevaluated(*tranches: dict[str, Any]) -> Situation:
    return a_programme(without("evaluation", tranches=tranches or [one({"kind": "agreement"})]))


def test_without_an_evaluation_the_last_report_leads_to_the_settlement() -> None:
    before = (unevaluated(), an_accepted_report("mid-term"), a_submitted_report("final"))
    accept = AcceptReport(project=PROJECT, report="final")
    after = given(*before).when(accept, by=lin).then_once(ReportAccepted, DeliveryCompleted)
    assert after.project().stage == "settlement"
    after.when(CLOSE, by=STORY).nothing_new()


def test_without_an_evaluation_the_last_report_settles_what_is_paid_already() -> None:
    before = (unevaluated(), a_paid_tranche(), an_accepted_report("mid-term"), a_submitted_report("final"))
    accept = AcceptReport(project=PROJECT, report="final")
    settled = given(*before).when(accept, by=lin).then_once(ReportAccepted, DeliveryCompleted, ProjectSettled)
    settled.when(CLOSE, by=STORY).then_once(ProjectClosed(grade=""))


def test_without_an_evaluation_the_last_payment_settles() -> None:
    before = (unevaluated(), an_accepted_report("mid-term"), an_accepted_report("final"), an_approved_tranche())
    given(*before).when(pay(), by=song).then_once(TranchePaid, ProjectSettled, FundsDisbursed)


def test_with_neither_reports_nor_evaluation_the_agreement_is_followed_by_payment_alone() -> None:
    rules = without("reports", "evaluation", tranches=[one({"kind": "agreement"})])
    project = given(a_programme(rules), a_concluded_agreement()).project()
    assert (project.stage, next_of(project)) == ("settlement", None)
    given(a_programme(rules), an_approved_tranche()).when(pay(), by=song).then_once(
        TranchePaid, ProjectSettled, FundsDisbursed
    )


def test_what_a_programme_does_not_have_is_not_written_in_what_quotes_it() -> None:
    written = prizes().model_dump(mode="json")
    assert not {"agreement", "reports", "evaluation"} & set(written)
    assert "gate" not in written["tranches"][0]
    assert Rules.model_validate(written) == prizes()
