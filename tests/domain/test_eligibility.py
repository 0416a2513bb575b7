"""Eligibility 资格审查: the formal check, anywhere in a programme, by whom its rules say (C7), impartial and in its days."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.application import ApplicationRejected
from domain.completion import ReturnForCompletion
from domain.deadlines import next_of
from domain.eligibility import (
    CheckEligibility,
    EligibilityDecided,
    EligibilityOpened,
    EligibilityOverdue,
    EscalateEligibility,
    Finding,
    OpenEligibility,
)
from domain.errors import (
    ConflictOfInterest,
    Malformed,
    NotAnswered,
    NotDue,
    NotFound,
    ReasonMissing,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.form import Answer
from domain.kernel import STORY
from domain.progress import Missing
from domain.rescheduling import DeadlinesMoved, MoveDeadlines, PublishCalendar, TakeCalendar
from domain.rules import Rules
from tests.controls import (
    CALENDAR_2026,
    PROGRAMME,
    PROJECT,
    ROUND,
    RULES,
    also,
    chen,
    extend,
    extend_round,
    findings,
    gao,
    lin,
    on,
    shen,
    stranger,
)
from tests.situations import a_closed_call, a_programme, an_application, an_eligible_application
from tests.world import World, given, put

CRITERIA = [{"id": "papers", "words": {"zh": "材料齐全", "en": "Papers complete"}}]
CHARTER = {"kind": "text", "id": "charter", "words": {"zh": "章程", "en": "Charter"}, "required": True}


def checks(**changes: dict[str, Any]) -> Rules:
    """C7: an intake check by the officer, a financial review by a third party, the experts, a re-check by another one."""
    content = RULES.model_dump()
    _, review, roadshow, selection, notice = content["stages"]
    check = {"kind": "eligibility", "criteria": CRITERIA, "decide_within_working_days": 5}
    completion = {"within_working_days": 5, "remind_before_days": 1}
    stages = [
        check | {"id": "intake", "completion": completion},
        check | {"id": "financial", "by": "verifier", "completion": completion},
        review,
        roadshow,
        check | {"id": "re-check", "by": "evaluator", "apart_from": ["intake", "financial"]},
        selection,
        notice,
    ]
    content["call"]["form"] = [CHARTER]
    changed = [stage | changes.get(stage["id"], {}) for stage in stages]
    return Rules.model_validate(content | {"stages": changed})


def rules_of_one_at_a_time() -> Rules:
    """The same, for leaders and organisations without another project."""
    content = checks().model_dump()
    content["call"]["one_at_a_time"] = {"counts": "entered", "leaders": True}
    return Rules.model_validate(content)


def answer(value: str) -> Answer:
    return Answer(field="charter", value=value)


Before = tuple[Callable[[World], World], ...]
C7: Before = (a_programme(checks()), an_application(answers=(answer("see file"),)))


def check(stage: str, *, met: bool = True) -> CheckEligibility:
    finding = Finding(criterion="papers", met=met, reason="" if met else "No charter.")
    return CheckEligibility(project=PROJECT, stage=stage, findings=(finding,))


PASSED_INTAKE: Before = (*C7, a_closed_call(), put(check("intake"), by=lin, at=on("03-23")))
FINANCIAL: Before = (*PASSED_INTAKE, put(OpenEligibility(project=PROJECT), by=STORY))


def formal_check(**not_met: str) -> CheckEligibility:
    return CheckEligibility(project=PROJECT, findings=findings(**not_met))


# ── one criterion after the other ────────────────────────────────────────────────────────────────────────────────────


def test_who_meets_every_criterion_is_reviewed() -> None:
    after = (
        given(an_application())
        .when(formal_check(), by=lin)
        .then(EligibilityDecided(stage="eligibility", eligible=True, findings=findings(), checked_by="lin"))
    )
    assert after.project().stage == "review"


def test_one_criterion_not_met_ends_the_application() -> None:
    after = (
        given(an_application())
        .when(formal_check(budget="No receipts."), by=lin)
        .then(
            EligibilityDecided(
                stage="eligibility", eligible=False, findings=findings(budget="No receipts."), checked_by="lin"
            ),
            ApplicationRejected(outcome="ineligible"),
        )
    )
    assert (after.project().stage, after.project().outcome) == ("ended", "ineligible")


def test_every_criterion_is_answered_and_only_those() -> None:
    answered = findings()
    for wrong, missing, unknown in (
        (answered[1:], "registered", ""),
        ((*answered, Finding(criterion="charm", met=True)), "", "charm"),
        ((*answered, answered[0]), "", ""),
    ):
        command = CheckEligibility(project=PROJECT, findings=wrong)
        given(an_application()).when(command, by=lin).refused(
            NotAnswered, field="findings", missing=missing, unknown=unknown
        )


def test_a_criterion_not_met_carries_its_reason() -> None:
    given(an_application()).when(formal_check(field="  "), by=lin).refused(ReasonMissing, field="findings.field.reason")


def test_the_check_is_made_once() -> None:
    given(an_eligible_application()).when(formal_check(), by=lin).refused(
        StageNotOpen, stage="eligibility", now="review"
    )


def test_an_officer_does_not_check_their_own_organisations_application() -> None:
    given(an_application()).when(formal_check(), by=also(lin, "applicant", "qinghe")).refused(
        ConflictOfInterest, person="lin", reason="acts for qinghe"
    )
    given(an_application()).when(formal_check(), by=chen).refused(RoleMissing, roles="officer")


def test_a_check_that_takes_too_long_is_on_record_and_still_to_be_made() -> None:
    waiting, due = given(an_application()), on("03-28", "00:00")
    escalate = EscalateEligibility(project=PROJECT)
    waiting.when(escalate, by=STORY, at=on("03-27", "23:59")).refused(NotDue, deadline="eligibility", due=due)
    after = waiting.when(escalate, by=STORY, at=due).then_once(EligibilityOverdue(due=due))
    after.when(formal_check(), by=lin).then(EligibilityDecided)
    given(an_eligible_application()).when(escalate, by=STORY, at=due).nothing_new()


def test_a_project_nobody_entered_is_not_found() -> None:
    everywhere = also(stranger, "officer")
    given().when(formal_check(), by=everywhere).refused(NotFound, kind="project", id=PROJECT)


# ── a check that is not the first stage ──────────────────────────────────────────────────────────────────────────────


def test_a_check_that_is_not_the_first_stage_has_its_days_from_when_it_is_opened() -> None:
    come = given(*PASSED_INTAKE)
    assert (come.project().step, come.project().unopened) == ("financial", True)
    assert next_of(come.project()) is None
    due = on("03-31", "00:00")  # five working days after Monday the 23rd
    after = come.when(OpenEligibility(project=PROJECT), by=STORY).then_once(
        EligibilityOpened(stage="financial", due=due)
    )
    found = next_of(after.project())
    assert found is not None
    assert (found.due, type(found.command).__name__) == (due, "EscalateEligibility")
    given(*C7).when(OpenEligibility(project=PROJECT), by=STORY).nothing_new()


def test_a_check_is_made_by_the_role_that_the_programme_names() -> None:
    financial = given(*FINANCIAL)
    financial.when(check("financial"), by=lin).refused(RoleMissing, roles="verifier")
    after = financial.when(check("financial"), by=gao).then(EligibilityDecided)
    assert (after.project().stage, after.project().checked_by) == ("review", {"intake": "lin", "financial": "gao"})
    given(*C7).when(check("intake"), by=gao).refused(RoleMissing, roles="officer")


def test_who_holds_several_roles_makes_the_check_in_the_one_that_is_named() -> None:
    both = also(gao, "officer")
    assert given(*FINANCIAL).when(check("financial"), by=both).events[0].checked_by == "gao"  # type: ignore[attr-defined]


def test_a_check_not_passed_ends_the_application_wherever_it_stands() -> None:
    after = given(*FINANCIAL).when(check("financial", met=False), by=gao).then(EligibilityDecided, ApplicationRejected)
    assert after.project().outcome == "ineligible"


def test_nobody_makes_a_check_that_is_apart_from_one_they_made() -> None:
    rules = checks(financial={"apart_from": ["intake"]})
    passed: Before = (a_programme(rules), *C7[1:], a_closed_call(), put(check("intake"), by=lin, at=on("03-23")))
    financial = given(*passed, put(OpenEligibility(project=PROJECT), by=STORY))
    lacks = (Missing(item="budget", reason="No total."),)
    for command in (check("financial"), ReturnForCompletion(project=PROJECT, stage="financial", missing=lacks)):
        financial.when(command, by=also(lin, "verifier")).refused(
            SamePerson, person="lin", step="financial", earlier="intake"
        )
    financial.when(check("financial"), by=gao).then(EligibilityDecided)


def test_whoever_acts_for_the_applicant_makes_no_check() -> None:
    given(*FINANCIAL).when(check("financial"), by=also(gao, "applicant", "qinghe")).refused(ConflictOfInterest)


def test_with_several_checks_the_one_that_is_meant_is_named() -> None:
    unnamed = check("intake").model_copy(update={"stage": None})
    given(*C7).when(unnamed, by=lin).refused(
        Malformed, field="stage", rule="must name one of intake, financial, re-check"
    )
    given(*C7).when(check("financial"), by=gao).refused(StageNotOpen, stage="financial", now="intake")


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"intake": {"apart_from": ["financial"]}}, "intake is apart from financial, which is no check before it"),
        ({"re-check": {"apart_from": ["review"]}}, "re-check is apart from review, which is no check before it"),
        ({"intake": {"by": "applicant"}}, "Input should be 'officer', 'verifier' or 'evaluator'"),
        (
            {"intake": {"completion": {"within_working_days": 5, "remind_before_days": 5}}},
            "remind_before_days must be below within_working_days",
        ),
    ],
)
def test_checks_that_cannot_be_made_are_not_rules(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checks(**changes)


# ── counted from the receipt (C13) ───────────────────────────────────────────────────────────────────────────────────


def from_the_receipt() -> Rules:
    return checks(intake={"counted_from": "receipt"})


RECEIVED: Before = (a_programme(from_the_receipt()), *C7[1:])


def test_the_first_checks_days_are_counted_from_the_receipt_where_the_rules_say_so() -> None:
    """C13: acknowledged within 5 working days of the receipt, whenever the call ends."""
    waiting = given(*RECEIVED)
    due = on("03-18", "00:00")  # five working days after Tuesday the 10th
    found = next_of(waiting.project())
    assert found is not None
    assert (found.due, type(found.command).__name__) == (due, "EscalateEligibility")
    escalate = EscalateEligibility(project=PROJECT)
    waiting.when(escalate, by=STORY, at=on("03-17", "23:59")).refused(NotDue, deadline="eligibility", due=due)
    late = waiting.when(escalate, by=STORY, at=due).then_once(EligibilityOverdue(due=due))
    late.when(check("intake"), by=lin).then(EligibilityDecided)  # although the call is still open
    given(a_programme(checks(intake={"counted_from": "call-end"})), *C7[1:]).when(escalate, by=STORY, at=due).refused(
        NotDue, deadline="eligibility", due=on("03-28", "00:00")
    )


def test_an_officer_gives_more_days_for_a_check_counted_from_the_receipt() -> None:
    later = given(*RECEIVED, put(extend("eligibility", "03-20"), by=lin)).project()
    assert later.eligibility_due == on("03-21", "00:00")


def test_a_longer_call_moves_no_check_that_is_counted_from_the_receipt() -> None:
    given(*RECEIVED, put(extend_round("call-closes", "03-25"), by=lin)).when(
        MoveDeadlines(project=PROJECT), by=STORY
    ).nothing_new()


def test_a_new_calendar_moves_a_check_that_is_counted_from_the_receipt() -> None:
    holiday = PublishCalendar(
        programme=PROGRAMME,
        holidays=(*CALENDAR_2026.holidays, date(2026, 3, 12)),
        make_up_days=CALENDAR_2026.make_up_days,
    )
    taken = (put(holiday, by=shen), put(TakeCalendar(round=ROUND), by=STORY))
    moved = given(*RECEIVED, *taken).when(MoveDeadlines(project=PROJECT), by=STORY).then_once(DeadlinesMoved)
    assert moved.project().eligibility_due == on("03-19", "00:00")


def test_only_the_first_check_is_counted_from_the_receipt() -> None:
    with pytest.raises(ValueError, match="financial is not the first: its days are counted from when it is opened"):
        checks(financial={"counted_from": "receipt"})
