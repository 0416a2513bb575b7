"""Evaluation 评估: a third party holds the outcome against the indicators and grades the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from domain.conflict import must_be_outsider
from domain.errors import BelowLeast, NotAnswered, NotDue, SamePerson
from domain.fund import Fund
from domain.funds import Funds
from domain.indicator import IndicatorPlan
from domain.kernel import Actor, Aggregate, Count, Event, Frozen, Moment, Role, Sha256, Slug, Text
from domain.organisation import Organisation
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.reckoning import reckon
from domain.rules.evaluation import EvaluationRules
from domain.rules.indicator import IndicatorKind, IndicatorRule, is_reached
from domain.rules.rubric import Score
from domain.rules.terms import WHOLE
from domain.streams import To
from domain.tranche import ProjectSettled


class IndicatorResult(Frozen):
    """What was reached, in the indicator's unit, and how it is known."""

    id: Slug
    actual: int
    evidence: str = Field(default="", max_length=4_000)
    evidence_sha256: Sha256 | None = None


class Satisfaction(Frozen):
    """满意度: how many people were asked, and how many of them were satisfied."""

    asked: Count = Field(ge=1)
    satisfied: Count
    evidence_sha256: Sha256 | None = None

    @field_validator("satisfied")
    @classmethod
    def _of_those(cls, satisfied: int, info: ValidationInfo) -> int:
        if satisfied > info.data.get("asked", satisfied):
            raise ValueError("must not be above asked")
        return satisfied

    def reaches(self, percent: int) -> bool:
        return self.satisfied * WHOLE >= percent * self.asked


class Outcome(Frozen):
    """One indicator as it is recorded: where it began, where it should go, where it went."""

    id: Slug
    kind: IndicatorKind
    baseline: int
    target: int
    actual: int
    reached: bool
    evidence: str
    evidence_sha256: Sha256 | None


class EvaluationOpened(ProjectEvent):
    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, evaluation_due=self.due)


class EvaluationOverdue(ProjectEvent):
    """The evaluator's days have passed; the officer is called."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, evaluation_overdue=True)


def _of_version_1(payload: dict[str, Any]) -> dict[str, Any]:
    """Indicators were counts, evidence was said in words, and nobody was asked whether they were satisfied."""
    outcomes = [
        outcome
        | {
            "kind": "count",
            "reached": is_reached(outcome["baseline"], outcome["target"], outcome["actual"]),
            "evidence_sha256": None,
        }
        for outcome in payload["outcomes"]
    ]
    return payload | {"outcomes": outcomes, "satisfaction": None}


class ProjectEvaluated(ProjectEvent):
    """`score` is in hundredths of a point on the rubric's scale; the grade follows from the programme's rules."""

    VERSION = 2
    EARLIER: ClassVar = {1: _of_version_1}
    evaluator: Slug
    scores: tuple[Score, ...]
    outcomes: tuple[Outcome, ...]
    satisfaction: Satisfaction | None
    opinion: str
    score: int
    grade: Slug
    passed: bool

    def apply(self, state: Project) -> Project:
        return replace(
            state,
            stage="settlement",
            grade=self.grade,
            evaluation_passed=self.passed,
            evaluated_by=self.evaluator,
        )


class OpenEvaluation(StoryOfProject):
    """Delivery is complete: the evaluator's days begin."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "evaluation" or project.evaluation_due is not None:
            return
        rules = project.rules
        assert rules.evaluation is not None, "a programme without an evaluation has no such stage"
        yield EvaluationOpened(due=rules.calendar.after_days(at, rules.evaluation.within_days))


class SubmitEvaluation(ProjectCommand):
    """A third party scores the outcome and answers every indicator; the grade follows, and what was not earned is forfeited.

    What is counted piece by piece (FileServices) is not asked: it is as many as were accepted. Whoever took another step of the
    project, or belongs to its organisation, is no third party (C7: separate third parties for intake, evaluation, audit).

    Raises NotFound, StageNotOpen, SamePerson, ConflictOfInterest, NotAnswered, RubricMismatch, ReasonMissing, BelowLeast.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("evaluator",)
    scores: tuple[Score, ...]
    results: tuple[IndicatorResult, ...]
    satisfaction: Satisfaction | None = None
    opinion: Text

    def decide(
        self, project: Project, organisation: Organisation, funds: Funds, by: Actor, at: datetime
    ) -> Iterator[Event | To]:
        project.must_be("evaluation")
        rules = project.rules.evaluation
        assert rules is not None, "a programme without an evaluation has no such stage"
        third_party(project, organisation, by, at)
        rules.rubric.check(self.scores)
        outcomes = self._outcomes(project, rules)
        satisfied = self._satisfied(rules)
        score = rules.rubric.weigh(self.scores)
        above = score >= rules.rubric.in_hundredths(rules.pass_mark) and not rules.rubric.below((self.scores,))
        evaluated = ProjectEvaluated(
            evaluator=by.id,
            scores=self.scores,
            outcomes=outcomes,
            satisfaction=self.satisfaction,
            opinion=self.opinion,
            score=score,
            grade=rules.grade_of(score).id,
            passed=above and satisfied,
        )
        yield evaluated
        after = evaluated.apply(project)
        for event in reckon(after, funds):
            yield event
            after = event.apply(after) if not isinstance(event, To) else after
        if after.paid_up:
            yield ProjectSettled()

    def _outcomes(self, project: Project, rules: EvaluationRules) -> tuple[Outcome, ...]:
        """Raises NotAnswered."""
        given = {result.id: result for result in self.results}
        wanted = project.read_aims
        missing, unknown = wanted - set(given), set(given) - wanted
        if missing or unknown or len(given) != len(self.results):
            raise NotAnswered(field="results", missing=tuple(sorted(missing)), unknown=tuple(sorted(unknown)))
        unproven = tuple(sorted(id_ for id_, result in given.items() if result.evidence_sha256 is None))
        if rules.evidence_required and unproven:
            raise NotAnswered(field="results.evidence_sha256", missing=unproven)
        unchecked = tuple(sorted(id_ for id_, each in project.services.items() if each.status == "filed"))
        if unchecked:
            raise NotAnswered(field="services", missing=unchecked)
        return tuple(outcome(project, aim, given.get(aim.id)) for aim in project.aims)

    def _satisfied(self, rules: EvaluationRules) -> bool:
        """Raises NotAnswered, BelowLeast."""
        rule = rules.satisfaction
        if rule is None:
            return True
        if self.satisfaction is None:
            raise NotAnswered(field="satisfaction", missing=("asked", "satisfied"))
        if self.satisfaction.asked < rule.least_asked:
            raise BelowLeast(field="satisfaction.asked", value=self.satisfaction.asked, least=rule.least_asked)
        return self.satisfaction.reaches(rule.least_percent)


def outcome(project: Project, aim: IndicatorRule | IndicatorPlan, result: IndicatorResult | None) -> Outcome:
    """One indicator as it is recorded; without a result it is counted piece by piece."""
    actual = result.actual if result else project.accepted(aim.id)
    return Outcome(
        id=aim.id,
        kind=aim.kind or "count",
        baseline=aim.baseline,
        target=aim.target,
        actual=actual,
        reached=is_reached(aim.baseline, aim.target, actual),
        evidence=result.evidence if result else "",
        evidence_sha256=result.evidence_sha256 if result else None,
    )


def third_party(project: Project, organisation: Organisation, by: Actor, at: datetime) -> None:
    """Raises SamePerson, ConflictOfInterest: the person took another step of the project, or belongs to its organisation."""
    earlier = {"SubmitApplication": {project.applied_by}}
    for step, panel in project.panels().items():
        kind = next((stage.kind for stage in project.rules.stages if stage.id == step), "review")
        command = "ScoreRoadshow" if kind == "roadshow" else "SubmitReview"
        earlier[command] = earlier.get(command, set()) | set(panel.scored)
    earlier["SignAgreement"] = {person for person, _ in project.signatures.values()}
    earlier["SubmitReport"] = {report.submitted_by for report in project.reports.values()}
    earlier["FileServices"] = {service.filed_by for service in project.services.values()}
    earlier["CheckServices"] = {service.checked_by for service in project.services.values()}
    for tranche in project.tranches.values():
        earlier.setdefault("RequestTranche", set()).add(tranche.requested_by)
        earlier.setdefault("VerifyTranche", set()).add(tranche.verified_by)
        earlier.setdefault("ApproveTranche", set()).update(tranche.approvers)
    earlier["CheckEligibility"] = set(project.checked_by.values())
    for command, people in earlier.items():
        if by.id in people:
            raise SamePerson(person=by.id, step="SubmitEvaluation", earlier=command)
    must_be_outsider(project, organisation, by.id, at)


class EscalateEvaluation(StoryOfProject):
    """The evaluator's days have passed. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "evaluation" or project.evaluation_overdue or project.evaluation_due is None:
            return
        if at < project.evaluation_due:
            raise NotDue(deadline="evaluation", due=project.evaluation_due)
        yield EvaluationOverdue(due=project.evaluation_due)
