"""Evaluation 评估: a third party scores the outcome and answers every indicator; failing forfeits what is not paid."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.eligibility import CheckEligibility
from domain.errors import (
    BelowLeast,
    ConflictOfInterest,
    NotAnswered,
    NotDue,
    RoleMissing,
    RubricMismatch,
    SamePerson,
    StageNotOpen,
)
from domain.evaluation import (
    EscalateEvaluation,
    EvaluationOpened,
    EvaluationOverdue,
    IndicatorResult,
    OpenEvaluation,
    Outcome,
    ProjectEvaluated,
    Satisfaction,
)
from domain.fund import Fund
from domain.indicator import IndicatorPlan
from domain.kernel import STORY, Actor
from domain.movement import FundsReleased
from domain.reckoning import TranchesForfeited
from domain.register import RecordAffiliation
from domain.review import ConflictDeclared
from domain.rules.rubric import Score
from domain.stored_form import event_from
from domain.tranche import ProjectSettled
from tests.controls import (
    DELIVERED,
    DOCUMENT,
    EVALUATION,
    FAILED,
    FUND,
    ORGANISATION,
    PROJECT,
    ROUND,
    also,
    evaluate,
    findings,
    gao,
    lin,
    luo,
    on,
    points,
    rules_with,
    sun,
    wang,
    xu,
    yao,
    yuan,
)
from tests.domain.golden_events import FOLDER
from tests.situations import (
    a_closed_call,
    a_concluded_agreement,
    a_delivered_project,
    a_paid_tranche,
    a_presented_project,
    a_programme,
    a_submitted_report,
    an_accepted_report,
    an_application,
    an_approved_tranche,
    an_evaluated_project,
)
from tests.world import Situation, given, put, steps

OPEN, ESCALATE = OpenEvaluation(project=PROJECT), EscalateEvaluation(project=PROJECT)
DUE = on("09-23", "00:00")


def test_an_evaluation_is_open_for_twenty_days() -> None:
    delivered = given(an_accepted_report(), an_accepted_report("final"))
    delivered.when(OPEN, by=STORY, at=on("09-02")).then_once(EvaluationOpened(due=DUE))
    given(an_accepted_report()).when(OPEN, by=STORY).nothing_new()


def test_a_passed_evaluation_is_graded_and_says_where_each_indicator_went() -> None:
    after = (
        given(a_delivered_project())
        .when(evaluate(), by=yao)
        .then(
            ProjectEvaluated(
                evaluator="yao",
                scores=DELIVERED,
                outcomes=(
                    Outcome(
                        id="readers",
                        kind="count",
                        baseline=10,
                        target=60,
                        actual=64,
                        reached=True,
                        evidence="attendance lists",
                        evidence_sha256=None,
                    ),
                ),
                satisfaction=None,
                opinion="Well done.",
                score=9_000,
                grade="a",
                passed=True,
            )
        )
    )
    assert (after.project().stage, after.project().grade) == ("settlement", "a")


@pytest.mark.parametrize(
    ("percent", "grade", "passed"),
    [(85, "a", True), (84, "b", True), (60, "b", True), (59, "c", False), (0, "c", False)],
)
def test_the_grade_follows_from_the_score(percent: int, grade: str, passed: bool) -> None:
    command = evaluate(points(EVALUATION.rubric, percent))
    project = given(a_delivered_project(), put(command, by=yao)).project()
    assert (project.grade, project.evaluation_passed) == (grade, passed)


def test_a_failed_evaluation_forfeits_what_is_not_paid_and_its_money_goes_back_to_the_round() -> None:
    paid_first = (a_paid_tranche(), an_accepted_report(), an_approved_tranche("second"), a_delivered_project())
    after = (
        given(*paid_first)
        .when(evaluate(FAILED), by=yao)
        .then(
            ProjectEvaluated,
            TranchesForfeited(tranches=("second", "final")),
            FundsReleased(round=ROUND, project=PROJECT, amount=yuan(15_000)),
            ProjectSettled(),
        )
    )
    assert {t.id: t.status for t in after.project().tranches.values()} == {
        "first": "paid",
        "second": "forfeited",
        "final": "forfeited",
    }
    fund = after.world.get(Fund, FUND)
    assert (fund.outstanding_in(ROUND), fund.free_in(ROUND)) == (0, yuan(45_000).minor)


def test_every_indicator_is_answered_once_and_only_those() -> None:
    right = evaluate().results
    for results, missing, unknown in (
        ((), "readers", ""),
        ((*right, IndicatorResult(id="charm", actual=1)), "", "charm"),
        ((*right, *right), "", ""),
    ):
        command = evaluate().model_copy(update={"results": results})
        given(a_delivered_project()).when(command, by=yao).refused(
            NotAnswered, field="results", missing=missing, unknown=unknown
        )


def test_scores_must_answer_the_rubric() -> None:
    delivered = given(a_delivered_project())
    delivered.when(evaluate(DELIVERED[1:]), by=yao).refused(NotAnswered, field="scores", missing="delivery")
    above = (Score(criterion="delivery", points=101), *DELIVERED[1:])
    delivered.when(evaluate(above), by=yao).refused(RubricMismatch, field="delivery", rule="at most 100 points")


def test_a_third_party_evaluates() -> None:
    delivered = given(a_delivered_project())
    delivered.when(evaluate(), by=lin).refused(RoleMissing, roles="evaluator")
    delivered.when(evaluate(), by=also(yao, "applicant", "qinghe")).refused(
        ConflictOfInterest, person="yao", reason="acts for qinghe"
    )


def test_what_is_not_delivered_is_not_evaluated_and_what_is_evaluated_is_not_evaluated_again() -> None:
    given(a_concluded_agreement(), a_submitted_report()).when(evaluate(), by=yao).refused(StageNotOpen, now="delivery")
    given(an_evaluated_project()).when(evaluate(), by=yao).refused(StageNotOpen, stage="evaluation", now="settlement")


def test_an_evaluation_that_takes_too_long_is_on_record_and_still_to_be_made() -> None:
    delivered = given(a_delivered_project())
    delivered.when(ESCALATE, by=STORY, at=on("09-22", "23:59")).refused(NotDue, deadline="evaluation", due=DUE)
    after = delivered.when(ESCALATE, by=STORY, at=DUE).then_once(EvaluationOverdue(due=DUE))
    after.when(evaluate(), by=yao).then(ProjectEvaluated)
    given(an_evaluated_project()).when(ESCALATE, by=STORY, at=DUE).nothing_new()


# ── indicators that go up and down, and satisfaction ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("baseline", "target", "actual", "reached"),
    [
        (10, 60, 60, True),
        (10, 60, 59, False),
        (15, 8, 8, True),  # J7/H4: an accident rate of 15 percent, to fall to 8
        (15, 8, 7, True),
        (15, 8, 9, False),
        (0, 80, 85, True),
    ],
)
def test_a_target_below_the_baseline_is_one_to_fall_to(baseline: int, target: int, actual: int, reached: bool) -> None:
    plan = IndicatorPlan(id="rate", name="accidents", unit="percent", kind="share", baseline=baseline, target=target)
    wish = evaluate().model_copy(update={"results": (IndicatorResult(id="rate", actual=actual),)})
    evaluated = given(a_presented_project(indicators=(plan,)), a_delivered_project()).when(wish, by=yao).events[0]
    assert isinstance(evaluated, ProjectEvaluated)
    assert [(each.kind, each.reached) for each in evaluated.outcomes] == [("share", reached)]


ASKED = rules_with(evaluation={"satisfaction": {"least_asked": 20, "least_percent": 90}})


@pytest.mark.parametrize(("asked", "satisfied", "passed"), [(20, 18, True), (20, 17, False), (199, 180, True)])
def test_too_few_satisfied_people_fail_a_project_whatever_its_score(asked: int, satisfied: int, passed: bool) -> None:
    wish = evaluate().model_copy(update={"satisfaction": Satisfaction(asked=asked, satisfied=satisfied)})
    evaluated = given(a_programme(ASKED), a_delivered_project()).when(wish, by=yao).events[0]
    assert isinstance(evaluated, ProjectEvaluated)
    assert (evaluated.passed, evaluated.grade) == (passed, "a")


def test_satisfaction_is_asked_for_where_the_rules_say_so_and_of_enough_people() -> None:
    delivered = given(a_programme(ASKED), a_delivered_project())
    delivered.when(evaluate(), by=yao).refused(NotAnswered, field="satisfaction", missing="asked, satisfied")
    few = evaluate().model_copy(update={"satisfaction": Satisfaction(asked=19, satisfied=19)})
    delivered.when(few, by=yao).refused(BelowLeast, field="satisfaction.asked", value=19, least=20)
    with pytest.raises(ValidationError, match="must not be above asked"):
        Satisfaction(asked=19, satisfied=20)


def test_a_programme_can_ask_for_a_document_behind_every_result() -> None:
    proven = given(a_programme(rules_with(evaluation={"evidence_required": True})), a_delivered_project())
    proven.when(evaluate(), by=yao).refused(NotAnswered, field="results.evidence_sha256", missing="readers")
    result = evaluate().results[0].model_copy(update={"evidence_sha256": DOCUMENT})
    proven.when(evaluate().model_copy(update={"results": (result,)}), by=yao).then(ProjectEvaluated)


# ── the third party ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "earlier"),
    [
        (wang, "SubmitReview"),
        (sun, "ScoreRoadshow"),
        (lin, "SignAgreement"),
        (gao, "VerifyTranche"),
        (luo, "ApproveTranche"),
    ],
    ids=lambda value: str(getattr(value, "id", value)),
)
def test_who_took_another_step_of_the_project_does_not_evaluate_it(who: Actor, earlier: str) -> None:
    before = given(a_paid_tranche(), a_delivered_project())
    before.when(evaluate(), by=also(who, "evaluator")).refused(
        SamePerson, person=who.id, step="SubmitEvaluation", earlier=earlier
    )


def test_who_made_the_formal_check_is_not_the_third_party_of_the_evaluation() -> None:
    """C7: separate third parties for intake, evaluation and audit."""
    check = put(CheckEligibility(project=PROJECT, findings=findings()), by=xu, at=on("03-23"))
    checked = Situation(f"eligible {PROJECT}", check, steps(an_application(), a_closed_call()))
    given(checked, a_presented_project(), a_delivered_project()).when(evaluate(), by=also(xu, "evaluator")).refused(
        SamePerson, person="xu", earlier="CheckEligibility"
    )


@pytest.mark.parametrize(("until", "refused"), [(None, True), (date(2026, 9, 2), True), (date(2026, 9, 1), False)])
def test_who_belongs_to_the_organisation_does_not_evaluate_its_project(until: date | None, refused: bool) -> None:
    tie = RecordAffiliation(
        organisation=ORGANISATION, person="yao", kind="employee", since=date(2020, 1, 1), until=until
    )
    delivered = given(a_delivered_project(), put(tie, by=lin))
    asked = delivered.when(evaluate(), by=yao)
    if refused:
        asked.refused(ConflictOfInterest, person="yao", reason="belongs to qinghe")
    else:
        asked.then(ProjectEvaluated)


def test_who_stepped_aside_does_not_evaluate_either() -> None:
    stepped = ConflictDeclared(person="yao", reason="My sister works there.")
    delivered = given(a_delivered_project(), lambda world: world.with_events((f"project:{PROJECT}", stepped)))
    delivered.when(evaluate(), by=yao).refused(ConflictOfInterest, person="yao", reason="declared")


def test_an_evaluation_recorded_before_there_were_kinds_is_read_as_counts() -> None:
    old = (FOLDER / "ProjectEvaluated.v1.json").read_bytes()
    read = event_from("ProjectEvaluated.v1", old)
    assert isinstance(read, ProjectEvaluated)
    assert read.satisfaction is None
    assert [(each.kind, each.reached) for each in read.outcomes] == [("count", True)]
