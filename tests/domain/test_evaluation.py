"""Evaluation 评估: a third party scores the outcome and answers every indicator; failing forfeits what is not paid."""

import pytest

from domain.errors import ConflictOfInterest, NotAnswered, NotDue, RoleMissing, RubricMismatch, StageNotOpen
from domain.evaluation import (
    EscalateEvaluation,
    EvaluationOpened,
    EvaluationOverdue,
    IndicatorResult,
    OpenEvaluation,
    Outcome,
    ProjectEvaluated,
    TranchesForfeited,
)
from domain.fund import Fund, FundsReleased
from domain.kernel import STORY
from domain.rules.rubric import Score
from domain.tranche import ProjectSettled
from tests.controls import (
    DELIVERED,
    EVALUATION,
    FAILED,
    FUND,
    PROJECT,
    ROUND,
    also,
    evaluate,
    lin,
    on,
    points,
    yao,
    yuan,
)
from tests.situations import (
    a_concluded_agreement,
    a_delivered_project,
    a_paid_tranche,
    a_submitted_report,
    an_accepted_report,
    an_approved_tranche,
    an_evaluated_project,
)
from tests.world import given, put

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
                outcomes=(Outcome(id="readers", baseline=10, target=60, actual=64, evidence="attendance lists"),),
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
