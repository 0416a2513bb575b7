"""What a programme file says: the rules of every stage, as data. No expressions, no method names.

Each section is a small class; a new kind of rule is a new class. Numbers come from the programme's TOML and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.calendar import Calendar
from domain.errors import NotAnswered, RubricMismatch
from domain.kernel import Count, Frozen, Percent, PositiveSum, Slug, Words

Days = Annotated[int, Field(ge=0, le=3_650)]
Several = Annotated[int, Field(ge=1, le=1_000)]
WHOLE = 100
HUNDREDTHS = 100


def _ids_differ(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise ValueError(f"{what}: {id_} is named twice")
        seen.add(id_)


class FieldOfWork(Frozen):
    """领域: elderly, children, …"""

    id: Slug
    words: Words


class CallRules(Frozen):
    """Who may apply, for how much and how often (征集)."""

    organisation_types: tuple[Slug, ...] = Field(min_length=1)
    projects_per_organisation: Several
    ask_at_most: PositiveSum


class CriterionRule(Frozen):
    id: Slug
    words: Words


class EligibilityRules(Frozen):
    """Formal check by an officer (资格审查): every criterion answered, a reason for each one not met."""

    criteria: tuple[CriterionRule, ...] = Field(min_length=1)
    decide_within_working_days: Days

    @model_validator(mode="after")
    def _sound(self) -> EligibilityRules:
        _ids_differ("criteria", (c.id for c in self.criteria))
        return self


class RubricLine(Frozen):
    """One criterion of a rubric: points from 0 to `max_points`, weighing `weight_percent` of the whole."""

    id: Slug
    words: Words
    max_points: Several
    weight_percent: Percent


class Score(Frozen):
    criterion: Slug
    points: Count


class Rubric(Frozen):
    """评分表: criteria whose weights make 100 percent."""

    lines: tuple[RubricLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Rubric:
        _ids_differ("rubric lines", (line.id for line in self.lines))
        total = sum(line.weight_percent for line in self.lines)
        if total != WHOLE:
            raise ValueError(f"rubric weights add up to {total} percent, not {WHOLE}")
        return self

    def check(self, scores: tuple[Score, ...]) -> None:
        """Every line answered once, within its points. Raises NotAnswered, RubricMismatch."""
        given = [score.criterion for score in scores]
        wanted = {line.id: line for line in self.lines}
        missing = tuple(id_ for id_ in wanted if id_ not in given)
        unknown = tuple(id_ for id_ in given if id_ not in wanted)
        if missing or unknown:
            raise NotAnswered(field="scores", missing=missing, unknown=unknown)
        if len(given) != len(wanted):
            raise RubricMismatch(field="scores", rule="each criterion once")
        for score in scores:
            most = wanted[score.criterion].max_points
            if score.points > most:
                raise RubricMismatch(field=score.criterion, rule=f"at most {most} points")

    def weigh(self, scores: tuple[Score, ...]) -> int:
        """The weighted score in hundredths of a point on a scale of 100, rounded half up; whole numbers only."""
        points = {score.criterion: score.points for score in scores}
        total = 0
        for line in self.lines:
            total += (points[line.id] * line.weight_percent * HUNDREDTHS * 2 + line.max_points) // (line.max_points * 2)
        return total


class ReviewRules(Frozen):
    """Desk review by a panel (专家评审). Silence: reminded, then escalated with more days, at last lapsed."""

    rubric: Rubric
    panel_size: Several
    quorum: Several
    pass_mark: Percent
    within_days: Days
    remind_before_days: Days
    extension_days: Days
    extensions_at_most: Days

    @model_validator(mode="after")
    def _sound(self) -> ReviewRules:
        if self.quorum > self.panel_size:
            raise ValueError(f"a quorum of {self.quorum} cannot come from a panel of {self.panel_size}")
        if self.remind_before_days >= self.within_days:
            raise ValueError("remind_before_days must be below within_days")
        return self


class RoadshowRules(Frozen):
    """路演: judges score on the day; who is not scored by a quorum within the days counts as absent."""

    rubric: Rubric
    quorum: Several
    conclude_within_days: Days


class SelectionRules(Frozen):
    """How the two scores make the ranking, and the least that is funded."""

    review_share_percent: Percent
    roadshow_share_percent: Percent
    least_score: Percent

    @model_validator(mode="after")
    def _sound(self) -> SelectionRules:
        total = self.review_share_percent + self.roadshow_share_percent
        if total != WHOLE:
            raise ValueError(f"review and roadshow shares add up to {total} percent, not {WHOLE}")
        return self


class NoticeRules(Frozen):
    """公示: working days in which anybody may object."""

    working_days: Several


class AgreementRules(Frozen):
    sign_within_days: Several


class AfterAgreement(Frozen):
    """The tranche may be asked for once the agreement is concluded."""

    kind: Literal["agreement"]


class AfterReport(Frozen):
    """The tranche waits for an accepted report."""

    kind: Literal["report"]
    report: Slug


class AfterEvaluation(Frozen):
    """The tranche waits for a passed final evaluation."""

    kind: Literal["evaluation"]


Gate = Annotated[AfterAgreement | AfterReport | AfterEvaluation, Field(discriminator="kind")]


class TrancheRule(Frozen):
    id: Slug
    words: Words
    share_percent: Percent
    gate: Gate


class ReportRule(Frozen):
    """进度报告: due so many days after the agreement, reminded before, overdue after days of grace."""

    id: Slug
    words: Words
    due_days: Days
    remind_before_days: Days
    overdue_after_days: Days


class GradeRule(Frozen):
    id: Slug
    words: Words
    least_score: Percent


class EvaluationRules(Frozen):
    """末期评估: a rubric, a pass mark, grades from the best down to one that starts at 0."""

    rubric: Rubric
    within_days: Days
    pass_mark: Percent
    grades: tuple[GradeRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> EvaluationRules:
        marks = [grade.least_score for grade in self.grades]
        if marks != sorted(set(marks), reverse=True) or marks[-1] != 0:
            raise ValueError("grades go from the highest least_score down to one of 0, each once")
        return self

    def grade_of(self, score_hundredths: int) -> GradeRule:
        return next(grade for grade in self.grades if score_hundredths >= grade.least_score * HUNDREDTHS)


class Rules(Frozen):
    """A whole programme, as its file says it and as a project's first event quotes it."""

    format: Literal[1]
    id: Slug
    name: Words
    purpose: Slug
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    calendar: Calendar = Calendar()
    fields: tuple[FieldOfWork, ...] = Field(min_length=1)
    call: CallRules
    eligibility: EligibilityRules
    review: ReviewRules
    roadshow: RoadshowRules
    selection: SelectionRules
    notice: NoticeRules
    agreement: AgreementRules
    tranches: tuple[TrancheRule, ...] = Field(min_length=1)
    reports: tuple[ReportRule, ...] = Field(min_length=1)
    evaluation: EvaluationRules

    @model_validator(mode="after")
    def _sound(self) -> Rules:
        _ids_differ("fields", (f.id for f in self.fields))
        _ids_differ("tranches", (t.id for t in self.tranches))
        _ids_differ("reports", (r.id for r in self.reports))
        total = sum(tranche.share_percent for tranche in self.tranches)
        if total != WHOLE:
            raise ValueError(f"tranche shares add up to {total} percent, not {WHOLE}")
        reports = {report.id for report in self.reports}
        for tranche in self.tranches:
            if isinstance(tranche.gate, AfterReport) and tranche.gate.report not in reports:
                raise ValueError(f"tranche {tranche.id} waits for report {tranche.gate.report}, which does not exist")
        if self.call.ask_at_most.currency != self.currency:
            raise ValueError(
                f"call.ask_at_most is in {self.call.ask_at_most.currency}, the programme in {self.currency}"
            )
        return self
