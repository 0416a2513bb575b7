"""Gates 拨款条件: conditions in any combination; what a tranche waits for is said exactly, and a day comes by the clock."""

from datetime import datetime
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from domain.deadlines import next_of, of_project
from domain.errors import DocumentUsed, NotDue, NotFound, StageNotOpen, TrancheNotReady
from domain.gate import (
    SAYS,
    DocumentFiled,
    FileDocument,
    RecordTrancheDate,
    TrancheDateReached,
    missing,
    waits_for,
)
from domain.kernel import STORY
from domain.project import Project
from domain.rules import Rules
from domain.rules.gate import Condition
from domain.tranche import RequestTranche, TrancheRequested
from tests.controls import FAILED, PROJECT, RULES, chen, on, tranches_of, yao
from tests.delivering import (
    MID_TERM,
    a_planned_visit,
    a_recorded_visit,
    a_self_assessment,
    a_stopped_project,
    an_assessed_mid_term,
    an_open_mid_term,
    record_visit,
)
from tests.situations import (
    a_concluded_agreement,
    a_granted_award,
    a_programme,
    a_submitted_report,
    an_accepted_report,
    an_evaluated_project,
)
from tests.world import Given, Situation, given, put

AGREEMENT, EVALUATION = {"kind": "agreement"}, {"kind": "evaluation"}
REPORT = {"kind": "report", "report": "mid-term"}
INVOICE, RECEIPT = ({"kind": "document", "document": id_} for id_ in ("invoice", "receipt"))
DAYS, WORKING_DAYS = {"kind": "date", "days_after_agreement": 30}, {"kind": "date", "working_days_after_agreement": 5}
TODAY = on("04-28", "10:00")


def every(*of: Any) -> dict[str, Any]:
    return {"kind": "all", "of": of}


def some(*of: Any) -> dict[str, Any]:
    return {"kind": "any", "of": of}


def behind(gate: Any, *situations: Situation) -> Given:
    """A project whose only tranche waits behind this gate."""
    return given(a_programme(tranches_of(gate)), *(situations or (a_concluded_agreement(),)))


def waiting(project: Project, at: datetime = TODAY) -> str:
    return waits_for(project, project.tranche("t1"), at)


def ask(tranche: str = "t1") -> RequestTranche:
    return RequestTranche(project=PROJECT, tranche=tranche, payee="Qinghe")


def file(document: str = "invoice", sha: str = "b", tranche: str = "t1") -> FileDocument:
    return FileDocument(project=PROJECT, tranche=tranche, document=document, sha256=sha * 64)


def filed(document: str = "invoice", sha: str = "b", tranche: str = "t1") -> Situation:
    return Situation(f"filed {document} {tranche}", put(file(document, sha, tranche), by=chen), a_concluded_agreement())


# ── combinations ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("gate", "before", "said"),
    [
        (None, (), ""),
        (None, (a_granted_award(),), "agreement"),
        (AGREEMENT, (), ""),
        (AGREEMENT, (a_granted_award(),), "agreement"),
        (REPORT, (a_submitted_report(),), "report mid-term"),
        (REPORT, (an_accepted_report(),), ""),
        (EVALUATION, (), "evaluation"),
        (EVALUATION, (an_evaluated_project(),), ""),
        (EVALUATION, (an_evaluated_project(FAILED),), "evaluation"),
        (INVOICE, (), "document invoice"),
        (INVOICE, (filed("receipt"),), "document invoice"),
        (INVOICE, (filed(),), ""),
        (DAYS, (a_granted_award(),), "agreement"),
        (DAYS, (), "date 2026-05-28"),
        (WORKING_DAYS, (), "date 2026-05-08"),
        (every(AGREEMENT, REPORT), (), "report mid-term"),
        (every(REPORT, INVOICE), (), "report mid-term and document invoice"),
        (every(REPORT, INVOICE), (filed(),), "report mid-term"),
        (every(REPORT, INVOICE), (filed(), an_accepted_report()), ""),
        (some(INVOICE, RECEIPT), (), "document invoice or document receipt"),
        (some(INVOICE, RECEIPT), (filed("receipt"),), ""),
        (some(AGREEMENT, EVALUATION), (), ""),
        (every(REPORT, some(INVOICE, RECEIPT)), (), "report mid-term and (document invoice or document receipt)"),
        (every(REPORT, some(INVOICE, RECEIPT)), (filed(),), "report mid-term"),
        (every(REPORT, some(INVOICE, RECEIPT)), (an_accepted_report(),), "document invoice or document receipt"),
        (some(every(REPORT, INVOICE), DAYS), (), "(report mid-term and document invoice) or date 2026-05-28"),
        (some(every(REPORT, INVOICE), DAYS), (filed(),), "report mid-term or date 2026-05-28"),
        (every(DAYS, WORKING_DAYS), (a_granted_award(),), "agreement"),
    ],
)
def test_what_a_gate_waits_for_is_said_exactly(gate: Any, before: tuple[Situation, ...], said: str) -> None:
    assert waiting(behind(gate, *before).project()) == said


def test_each_thing_awaited_says_whose_act_comes_next() -> None:
    gate = every(REPORT, INVOICE, DAYS, EVALUATION)
    project = behind(gate).project()
    assert missing(project, project.tranche("t1"), TODAY).each == (
        ("report mid-term", "applicant"),
        ("document invoice", "applicant"),
        ("date 2026-05-28", ""),
        ("evaluation", "applicant"),
    )
    project = behind(gate, a_submitted_report()).project()
    assert missing(project, project.tranche("t1"), TODAY).each[0] == ("report mid-term", "officer")
    project = behind(gate, a_granted_award()).project()
    assert {each.role for each in missing(project, project.tranche("t1"), TODAY).each} == {"applicant"}


def test_a_shut_gate_refuses_the_request_with_all_it_waits_for() -> None:
    shut = behind(every(REPORT, INVOICE))
    shut.when(ask(), by=chen).refused(TrancheNotReady, waits_for="report mid-term and document invoice")
    behind(every(REPORT, INVOICE), filed(), an_accepted_report()).when(ask(), by=chen).then_once(TrancheRequested)


# ── mid-term evaluation, visits ──────────────────────────────────────────────────────────────────────────────────────

MID_TERM_PASSED = {"kind": "mid-term"}
VISIT = {"kind": "visit"}


@pytest.mark.parametrize(
    ("before", "awaited"),
    [
        (a_concluded_agreement(), [("mid-term", "")]),
        (an_open_mid_term(), [("mid-term", "applicant")]),
        (a_self_assessment(), [("mid-term", "evaluator")]),
        (an_assessed_mid_term(), []),
        (an_assessed_mid_term(40), [("mid-term", "applicant")]),
        (a_stopped_project(), [("resumption", "officer")]),
    ],
)
def test_a_tranche_may_wait_for_a_passed_mid_term_evaluation(before: Situation, awaited: list[tuple[str, str]]) -> None:
    project = given(a_programme(tranches_of(MID_TERM_PASSED, mid_term=MID_TERM)), before).project()
    assert [*missing(project, project.tranche("t1"), TODAY).each] == awaited


def test_a_tranche_may_wait_for_a_visit_that_found_things_in_order() -> None:
    assert waiting(behind(VISIT, a_planned_visit()).project()) == "visit"
    trouble = Situation("trouble", put(record_visit(satisfactory=False), by=yao, at=on("05-21")), a_planned_visit())
    behind(VISIT, trouble).when(ask(), by=chen).refused(TrancheNotReady, waits_for="visit")
    behind(VISIT, a_recorded_visit()).when(ask(), by=chen).then_once(TrancheRequested)


# ── a day ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tranche_is_not_asked_for_before_its_day_and_is_from_its_first_moment_on() -> None:
    project = behind(DAYS)
    project.when(ask(), by=chen, at=on("05-27", "23:59")).refused(TrancheNotReady, waits_for="date 2026-05-28")
    project.when(ask(), by=chen, at=on("05-28", "00:00")).then_once(TrancheRequested)


def test_holidays_are_no_working_days() -> None:
    """Signed on Tuesday 28 April: the 29th, the 30th, 6 and 7 May are the next four; 1, 4 and 5 May are holidays."""
    project = behind(WORKING_DAYS)
    project.when(ask(), by=chen, at=on("05-07")).refused(TrancheNotReady, waits_for="date 2026-05-08")
    project.when(ask(), by=chen, at=on("05-08")).then(TrancheRequested)


def test_the_day_a_tranche_waits_for_is_a_deadline_of_its_story() -> None:
    record = RecordTrancheDate(project=PROJECT, tranche="t1")
    before = behind(DAYS)
    assert next_of(before.project()) == (on("05-28", "00:00"), record)
    before.when(record, by=STORY, at=on("05-27")).refused(NotDue, deadline="tranche-date")
    after = before.when(record, by=STORY, at=on("05-28", "00:00")).then_once(
        TrancheDateReached(tranche="t1", reached=on("05-28").date())
    )
    assert not [each for each in of_project(after.project()) if isinstance(each.command, RecordTrancheDate)]


def test_two_days_of_one_gate_come_one_after_the_other() -> None:
    world = behind(some(every(WORKING_DAYS, INVOICE), DAYS)).world
    days = []
    while deadline := next_of(world.get(Project, PROJECT)):
        if isinstance(deadline.command, RecordTrancheDate):
            days.append(deadline.due)
        world = world.at(deadline.due).put(deadline.command, by=STORY)
    assert days == [on("05-08", "00:00"), on("05-28", "00:00")]


def test_nobody_waits_for_a_day_once_the_tranche_is_asked_for() -> None:
    asked = Situation("asked", put(ask(), by=chen), filed())
    assert not any(
        isinstance(each.command, RecordTrancheDate) for each in of_project(behind(some(INVOICE, DAYS), asked).project())
    )


def test_a_project_that_is_settled_apart_from_it_still_waits_for_the_day() -> None:
    rules = tranches_of(DAYS, reports=(), evaluation=None)
    project = given(a_programme(rules), a_concluded_agreement()).project()
    assert (project.stage, next_of(project)) == (
        "settlement",
        (on("05-28", "00:00"), RecordTrancheDate(project=PROJECT, tranche="t1")),
    )


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_invoice_is_filed_by_its_sha_256_and_may_be_replaced_until_the_tranche_is_asked_for() -> None:
    first = (
        behind(INVOICE)
        .when(file(), by=chen)
        .then_once(DocumentFiled(tranche="t1", document="invoice", sha256="b" * 64, filed_by="chen"))
    )
    second = first.when(file(sha="c"), by=chen).then_once(DocumentFiled)
    assert second.project().tranche("t1").documents == {"invoice": "c" * 64}
    asked = second.when(ask(), by=chen).then(TrancheRequested)
    asked.when(file(sha="d"), by=chen).refused(TrancheNotReady, status="requested", waits_for="planned")
    asked.when(file(sha="c"), by=chen).nothing_new()


def test_one_invoice_does_not_prove_two_tranches_nor_be_two_documents() -> None:
    two = given(a_programme(tranches_of(INVOICE, INVOICE)), filed())
    two.when(file(tranche="t2"), by=chen).refused(DocumentUsed, sha256="b" * 64, tranche="t1")
    two.when(file("receipt"), by=chen).refused(DocumentUsed, tranche="t1")


def test_only_documents_of_the_programme_are_filed_and_only_for_its_tranches() -> None:
    behind(INVOICE).when(file("poem"), by=chen).refused(NotFound, kind="document", id="poem")
    behind(INVOICE).when(file(tranche="t9"), by=chen).refused(NotFound, kind="tranche", id="t9")
    behind(INVOICE, a_granted_award()).when(file(), by=chen).refused(StageNotOpen, now="agreement")


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("gate", "changes", "said"),
    [
        (
            every(AGREEMENT, {"kind": "report", "report": "weekly"}),
            {},
            "t1 waits for report weekly, which does not exist",
        ),
        (some(AGREEMENT, {"kind": "document", "document": "poem"}), {}, "t1 waits for document poem, which does not"),
        (every(EVALUATION, INVOICE), {"evaluation": None}, "t1 waits for the evaluation, which the programme does not"),
        ({"kind": "mid-term"}, {}, "t1 waits for the mid-term, which the programme does not have"),
        (DAYS, {"agreement": None}, "t1 waits for the agreement, which the programme does not have"),
        ({"kind": "date"}, {}, "a date needs days_after_agreement or working_days_after_agreement, not both"),
        (DAYS | WORKING_DAYS, {}, "a date needs days_after_agreement or working_days_after_agreement, not both"),
        (every(AGREEMENT), {}, "at least 2 items"),
        ({"kind": "hope"}, {}, "does not match any of the expected tags"),
    ],
)
def test_a_gate_that_cannot_open_is_not_a_rule(gate: Any, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        tranches_of(gate, **changes)


def test_every_kind_of_condition_says_what_it_waits_for() -> None:
    kinds = {get_args(condition.model_fields["kind"].annotation)[0] for condition in get_args(Condition)}
    assert kinds == set(SAYS)


def test_gates_are_written_as_they_are_read() -> None:
    rules = tranches_of(every(REPORT, some(INVOICE, DAYS)))
    written = rules.model_dump(mode="json")
    assert written["tranches"][0]["gate"] == {
        "kind": "all",
        "of": [REPORT, {"kind": "any", "of": [INVOICE, DAYS]}],
    }
    assert Rules.model_validate(written) == rules
    assert Rules.model_validate_json(rules.model_dump_json()) == rules
    assert "documents" not in RULES.model_dump(mode="json")
