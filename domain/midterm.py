"""Mid-term evaluation 中期评估, first half: when it begins, and what the organisation says of itself.

Late or missing is failed (C2). The desk review and what follows from it are in midterm_review.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from domain.errors import NotDue, NotFound, StageNotOpen
from domain.kernel import Actor, Moment, Role, Text
from domain.progress import OVER, Evidence, MidTerm, MidTermStatus
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.midterm import MidTermRules

SAID = ("narrative", "evidence")
"""What makes two self-assessments, or two answers to a failure, the same."""
FailureCause = Literal["self_assessment_missing", "below_pass_mark"]


class MidTermPlanned(ProjectEvent):
    """The day on which it begins."""

    opens_at: Moment

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(opens_at=self.opens_at)


class MidTermOpened(ProjectEvent):
    """The organisation's days for its self-assessment begin."""

    remind_at: Moment
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(status="self-assessment", remind_at=self.remind_at, due=self.due)


class SelfAssessmentSubmitted(ProjectEvent):
    """The organisation's own view; the evaluators' days begin."""

    narrative: Text
    evidence: tuple[Evidence, ...]
    review_due: Moment

    def apply(self, state: Project) -> Project:
        said = self.fingerprint(*SAID)
        return state.with_mid_term(status="review", self_assessment=said, review_due=self.review_due, overdue=False)


class SelfAssessmentReminded(ProjectEvent):
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(reminded=True)


class MidTermFailed(ProjectEvent):
    """`score` in hundredths of a point, None where there was nothing to score. The organisation can answer until `respond_by`."""

    cause: FailureCause
    score: int | None
    respond_by: Moment

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(status="notice", score=self.score, respond_by=self.respond_by, response="")


def rules_of(project: Project) -> MidTermRules:
    """Raises NotFound: the programme has no mid-term evaluation."""
    if project.rules.mid_term is None:
        raise NotFound(kind="mid-term evaluation", id=project.id)
    return project.rules.mid_term


def standing(project: Project, *statuses: MidTermStatus) -> MidTerm:
    """The evaluation in one of these statuses. Raises NotFound, StageNotOpen."""
    project.must_be("delivery")
    rules_of(project)
    found = project.mid_term
    if found is None or found.status not in statuses:
        raise StageNotOpen(stage=f"mid-term {statuses[0]}", now=f"mid-term {found.status if found else 'planned'}")
    return found


def open_until(due: datetime | None, at: datetime, stage: str) -> None:
    """Raises StageNotOpen: it is late, although the story has not said so yet."""
    if due is not None and at >= due:
        raise StageNotOpen(stage=stage, now=OVER)


def in_time(project: Project, *statuses: MidTermStatus) -> MidTerm | None:
    """For the story: the evaluation in one of these statuses, or None when there is nothing to do any more."""
    found = project.mid_term
    return found if project.stage == "delivery" and found is not None and found.status in statuses else None


def planned(project: Project, at: datetime) -> Iterator[ProjectEvent]:
    """What follows the beginning of delivery, where the evaluation begins some days after it."""
    rules = project.rules.mid_term
    if rules is not None and rules.begins_after_days is not None:
        yield MidTermPlanned(opens_at=project.rules.calendar.after_days(at, rules.begins_after_days))


def opened_by(project: Project, report: str, at: datetime) -> Iterator[ProjectEvent]:
    """What follows the acceptance of a report, where the evaluation begins with it."""
    rules = project.rules.mid_term
    if rules is not None and rules.begins_after_report == report and project.mid_term is None:
        yield opened(project, at)


def opened(project: Project, at: datetime) -> MidTermOpened:
    rules = rules_of(project)
    due = project.rules.calendar.after_days(at, rules.self_assessment_days)
    return MidTermOpened(remind_at=due - timedelta(days=rules.remind_before_days), due=due)


def failed(project: Project, cause: FailureCause, score: int | None, at: datetime) -> MidTermFailed:
    respond_by = project.rules.calendar.after_days(at, rules_of(project).notice_days)
    return MidTermFailed(cause=cause, score=score, respond_by=respond_by)


class SubmitSelfAssessment(ProjectCommand):
    """The organisation says how far it has come. Raises NotFound, StageNotOpen."""

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    narrative: Text
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=200)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        known = project.mid_term
        if known and known.status == "review" and known.self_assessment == self.fingerprint(*SAID):
            return
        open_until(standing(project, "self-assessment").due, at, "mid-term self-assessment")
        review_due = project.rules.calendar.after_days(at, rules_of(project).review_days)
        yield SelfAssessmentSubmitted(narrative=self.narrative, evidence=self.evidence, review_due=review_due)


class OpenMidTerm(StoryOfProject):
    """The day has come on which the evaluation begins. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = in_time(project, "planned")
        if found is None or found.opens_at is None:
            return
        if at < found.opens_at:
            raise NotDue(deadline="mid-term-opens", due=found.opens_at)
        yield opened(project, at)


class RemindSelfAssessment(StoryOfProject):
    """The self-assessment is due soon. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = in_time(project, "self-assessment")
        if found is None or found.reminded or found.remind_at is None or found.due is None:
            return
        if at < found.remind_at:
            raise NotDue(deadline="self-assessment-reminder", due=found.remind_at)
        yield SelfAssessmentReminded(due=found.due)


class LapseSelfAssessment(StoryOfProject):
    """Nothing was handed in: late or missing is failed (C2). Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = in_time(project, "self-assessment")
        if found is None or found.due is None:
            return
        if at < found.due:
            raise NotDue(deadline="self-assessment", due=found.due)
        yield failed(project, "self_assessment_missing", None, at)
