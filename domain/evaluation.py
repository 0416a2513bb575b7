"""Evaluation 评估: a third party holds the outcome against the indicators and grades the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.errors import NotAnswered, NotDue
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Frozen, Moment, Role, Slug, Text
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.rubric import Score
from domain.streams import To
from domain.tranche import ProjectSettled


class IndicatorResult(Frozen):
    """What was reached, in the indicator's unit, and how it is known."""

    id: Slug
    actual: int
    evidence: str = Field(default="", max_length=4_000)


class Outcome(Frozen):
    """One indicator as it is recorded: where it began, where it should go, where it went."""

    id: Slug
    baseline: int
    target: int
    actual: int
    evidence: str


class EvaluationOpened(ProjectEvent):
    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, evaluation_due=self.due)


class EvaluationOverdue(ProjectEvent):
    """The evaluator's days have passed; the officer is called."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, evaluation_overdue=True)


class ProjectEvaluated(ProjectEvent):
    """`score` is in hundredths of a point on a scale of 100; the grade follows from the programme's rules."""

    evaluator: Slug
    scores: tuple[Score, ...]
    outcomes: tuple[Outcome, ...]
    opinion: str
    score: int
    grade: Slug
    passed: bool

    def apply(self, state: Project) -> Project:
        return replace(state, stage="settlement", grade=self.grade, evaluation_passed=self.passed)


class TranchesForfeited(ProjectEvent):
    """What was not paid when the evaluation failed will not be paid; the money goes back to the round."""

    tranches: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        kept = {
            id_: replace(tranche, status="forfeited") if id_ in self.tranches else tranche
            for id_, tranche in state.tranches.items()
        }
        return replace(state, tranches=MappingProxyType(kept))


class OpenEvaluation(StoryOfProject):
    """Delivery is complete: the evaluator's days begin."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "evaluation" or project.evaluation_due is not None:
            return
        rules = project.rules
        assert rules.evaluation is not None, "a programme without an evaluation has no such stage"
        yield EvaluationOpened(due=rules.calendar.after_days(at, rules.evaluation.within_days))


class SubmitEvaluation(ProjectCommand):
    """The evaluator scores the outcome and answers every indicator; the grade follows, and what was not earned is forfeited.

    Raises NotFound, StageNotOpen, NotAnswered, RubricMismatch, ReasonMissing.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("evaluator",)
    scores: tuple[Score, ...]
    results: tuple[IndicatorResult, ...]
    opinion: Text

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be("evaluation")
        rules = project.rules.evaluation
        assert rules is not None, "a programme without an evaluation has no such stage"
        rules.rubric.check(self.scores)
        outcomes = self._outcomes(project)
        score = rules.rubric.weigh(self.scores)
        passed = score >= rules.rubric.in_hundredths(rules.pass_mark) and not rules.rubric.below((self.scores,))
        yield ProjectEvaluated(
            evaluator=by.id,
            scores=self.scores,
            outcomes=outcomes,
            opinion=self.opinion,
            score=score,
            grade=rules.grade_of(score).id,
            passed=passed,
        )
        unpaid = tuple(t.id for t in project.tranches.values() if t.status != "paid")
        if not passed and unpaid:
            yield TranchesForfeited(tranches=unpaid)
            yield from funds.release(project.round, project.id)
        if not passed or not unpaid:
            yield ProjectSettled()

    def _outcomes(self, project: Project) -> tuple[Outcome, ...]:
        given = {result.id: result for result in self.results}
        wanted = {plan.id for plan in project.indicators}
        missing, unknown = wanted - set(given), set(given) - wanted
        if missing or unknown or len(given) != len(self.results):
            raise NotAnswered(field="results", missing=tuple(sorted(missing)), unknown=tuple(sorted(unknown)))
        return tuple(
            Outcome(
                id=plan.id,
                baseline=plan.baseline,
                target=plan.target,
                actual=given[plan.id].actual,
                evidence=given[plan.id].evidence,
            )
            for plan in project.indicators
        )


class EscalateEvaluation(StoryOfProject):
    """The evaluator's days have passed. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "evaluation" or project.evaluation_overdue or project.evaluation_due is None:
            return
        if at < project.evaluation_due:
            raise NotDue(deadline="evaluation", due=project.evaluation_due)
        yield EvaluationOverdue(due=project.evaluation_due)
