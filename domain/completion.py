"""Completion 补正: an application is returned for what it lacks, once in each check, and comes back or lapses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from domain.budget import BudgetLine
from domain.call import check_content
from domain.eligibility import EligibilityCommand
from domain.errors import NotDue, ReturnRefused, StageNotOpen
from domain.form import Answer
from domain.indicator import IndicatorPlan
from domain.kernel import Actor, Moment, Role, Slug, Text
from domain.progress import Completion, Missing
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.application import EligibilityRules
from domain.service import check_promised

COMPLETED = ("note", "plan", "budget", "indicators", "answers")
"""What makes two completions the same."""


class ReturnedForCompletion(ProjectEvent):
    """What the application lacks, and until when it is waited for; the days for the check stand still."""

    stage: Slug
    missing: tuple[Missing, ...]
    remind_at: Moment
    due: Moment

    def apply(self, state: Project) -> Project:
        returned = Completion(missing=self.missing, due=self.due, remind_at=self.remind_at)
        paused = replace(state, eligibility_due=None, eligibility_overdue=False)
        return paused.with_completion(self.stage, returned)


class ApplicationCompleted(ProjectEvent):
    """What was put in the place of what was handed in (None: it stays); the check has its days again, until `due`."""

    stage: Slug
    completed_by: Slug
    note: Text
    plan: Text | None = None
    budget: tuple[BudgetLine, ...] | None = None
    indicators: tuple[IndicatorPlan, ...] | None = None
    answers: tuple[Answer, ...] | None = None
    due: Moment

    def apply(self, state: Project) -> Project:
        done = replace(state.completions[self.stage], done=self.fingerprint(*COMPLETED))
        changed = {name: getattr(self, name) for name in COMPLETED[1:] if getattr(self, name) is not None}
        if self.answers is not None:
            changed["answers"] = merged(state.answers, self.answers)
        return replace(state, eligibility_due=self.due, **changed).with_completion(self.stage, done)


class CompletionReminded(ProjectEvent):
    stage: Slug

    def apply(self, state: Project) -> Project:
        return state.with_completion(self.stage, replace(state.completions[self.stage], reminded=True))


class CompletionLapsed(ProjectEvent):
    """What was lacking did not come in time: the application goes no further."""

    stage: Slug
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.ended("not_completed")


def merged(before: tuple[Answer, ...], new: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers with the new ones in the place of those to the same fields."""
    answered = {answer.field for answer in new}
    return (*(answer for answer in before if answer.field not in answered), *new)


class ReturnForCompletion(EligibilityCommand):
    """Who makes the check asks the applicant for what is missing, with a new deadline, once in each check.

    Raises NotFound, Malformed, StageNotOpen, SamePerson, ReturnRefused (the rules give no return, or it was used).
    """

    missing: tuple[Missing, ...] = Field(min_length=1, max_length=50)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        rules = self.check_of(project, by)
        before = project.completions.get(rules.id)
        if before is not None and not before.done and before.missing == self.missing:
            return
        if rules.completion is None:
            raise ReturnRefused(stage=rules.id, rule="the programme gives no return for completion")
        if before is not None:
            raise ReturnRefused(stage=rules.id, rule="it was returned once before")
        due = project.rules.calendar.after_working_days(at, rules.completion.within_working_days)
        remind_at = due - timedelta(days=rules.completion.remind_before_days)
        yield ReturnedForCompletion(stage=rules.id, missing=self.missing, remind_at=remind_at, due=due)


class CompleteApplication(ProjectCommand):
    """The applicant hands in what was missing; what is not given stays as it was, answers are replaced field by field.

    The ask stays. `stage` says for which check, where several return it. Raises NotFound, StageNotOpen (not returned, or too
    late), NotAnswered, CurrencyMismatch, AboveLimit, CostForbidden, Malformed, AnswerRefused.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    stage: Slug | None = None
    note: Text
    plan: Text | None = None
    budget: tuple[BudgetLine, ...] | None = Field(default=None, min_length=1, max_length=200)
    indicators: tuple[IndicatorPlan, ...] | None = Field(default=None, min_length=1, max_length=50)
    answers: tuple[Answer, ...] | None = Field(default=None, max_length=200)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        returned, mine = project.completion, self.fingerprint(*COMPLETED)
        meant = [each for step, each in project.completions.items() if self.stage in {None, step}]
        # What answered an earlier check may answer this one in the same words: it is new as long as something is waited for.
        if any(each.done == mine for each in meant) and (returned is None or self.stage is not None):
            return
        project.must_be("eligibility")
        if self.stage not in {None, project.step}:
            raise StageNotOpen(stage=str(self.stage), now=project.step)
        if returned is None:
            raise StageNotOpen(stage="return for completion", now=project.stage)
        if at >= returned.due:
            raise StageNotOpen(stage="return for completion", now="the days for completion are over")
        content = self._content(project)
        rules = project.rules.stage(EligibilityRules, project.step)
        yield ApplicationCompleted(
            stage=project.step,
            completed_by=by.id,
            note=self.note,
            **content,
            due=project.rules.calendar.after_working_days(at, rules.decide_within_working_days),
        )

    def _content(self, project: Project) -> dict[str, Any]:
        """What is given, once the whole application with it fits the call."""
        assert project.ask is not None, "an application has an ask"
        budget = project.budget if self.budget is None else self.budget
        answers = merged(project.answers, self.answers or ())
        check_content(project.rules, project.field, project.ask, budget, answers)
        if self.indicators is not None:
            check_promised(project.rules, self.indicators)
        return {name: getattr(self, name) for name in COMPLETED[1:]}


class RemindCompletion(StoryOfProject):
    """Shortly before the deadline, remind the applicant of what is missing. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        returned = project.completion
        if returned is None or returned.reminded:
            return
        if at < returned.remind_at:
            raise NotDue(deadline="completion-reminder", due=returned.remind_at)
        yield CompletionReminded(stage=project.step)


class LapseCompletion(StoryOfProject):
    """The days to complete the application are over: it lapses. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        returned = project.completion
        if returned is None:
            return
        if at < returned.due:
            raise NotDue(deadline="completion", due=returned.due)
        yield CompletionLapsed(stage=project.step, due=returned.due)
