"""Review 评审: a panel scores an application at the desk, sealed until the stage is concluded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field

from domain.application import ApplicationRejected
from domain.errors import ConflictOfInterest, NotDue, NotOnPanel, PanelTooSmall, RoleMissing
from domain.kernel import Actor, Aggregate, Line, Moment, Role, Slug
from domain.person import Person
from domain.project import Panel, Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules import HUNDREDTHS, Rubric, Score


def mean_score(panel: Panel, rubric: Rubric) -> int:
    """The panel's mean in hundredths of a point, rounded half up."""
    weighed = [rubric.weigh(scores) for scores in panel.scored.values()]
    return (2 * sum(weighed) + len(weighed)) // (2 * len(weighed))


class ReviewersAssigned(ProjectEvent):
    reviewers: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        return replace(state, review=state.review.seated(self.reviewers))


class ConflictDeclared(ProjectEvent):
    """A reviewer or judge says they are not impartial here; what they scored no longer counts."""

    person: Slug
    reason: Line

    def apply(self, state: Project) -> Project:
        return replace(state, review=state.review.recused(self.person), roadshow=state.roadshow.recused(self.person))


class ReviewOpened(ProjectEvent):
    remind_at: Moment
    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, review_opened=True, review_remind_at=self.remind_at, review_due=self.due)


class ReviewSubmitted(ProjectEvent):
    reviewer: Slug
    scores: tuple[Score, ...]
    comment: str

    def apply(self, state: Project) -> Project:
        return replace(state, review=state.review.with_scores(self.reviewer, self.scores))


class QuorumReached(ProjectEvent):
    """Everybody on the panel who is not recused has scored, and they are enough."""

    reviews: int

    def apply(self, state: Project) -> Project:
        return state


class ReviewersReminded(ProjectEvent):
    silent: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        return replace(state, review_reminded=True)


class ReviewExtended(ProjectEvent):
    """The deadline passed without a quorum: the officer is called to find other reviewers, by the new deadline."""

    silent: tuple[Slug, ...]
    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, review_due=self.due, review_extensions=state.review_extensions + 1)


class ReviewConcluded(ProjectEvent):
    """`score` is the panel's mean in hundredths of a point on a scale of 100."""

    score: int
    reviews: int
    passed: bool

    def apply(self, state: Project) -> Project:
        return replace(state, review_score=self.score, stage="roadshow" if self.passed else state.stage)


class ReviewLapsed(ProjectEvent):
    """No quorum after every extension the rules allow."""

    reviews: int

    def apply(self, state: Project) -> Project:
        return state.ended("review_lapsed")


class AssignReviewers(ProjectCommand):
    """Put people on the panel, also in the place of somebody silent or recused.

    Raises NotFound, StageNotOpen, RoleMissing (not a reviewer), ConflictOfInterest (acts for the applicant), PanelTooSmall.
    """

    reviewers: tuple[Slug, ...] = Field(min_length=1, max_length=50)

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Person, reviewer) for reviewer in self.reviewers)

    def decide(self, project: Project, by: Actor, at: datetime, beside: Mapping[str, Person]) -> Iterator[ProjectEvent]:
        project.must_be("eligibility", "review")
        new = tuple(dict.fromkeys(r for r in self.reviewers if r not in project.review.members))
        if not new:
            return
        for reviewer in new:
            actor = beside[Person.stream_of(reviewer)].actor
            if not actor.holds("reviewer", project.scopes):
                raise RoleMissing(person=reviewer, roles=("reviewer",), command="AssignReviewers")
            if actor.belongs_to(project.organisation):
                raise ConflictOfInterest(person=reviewer, reason=f"acts for {project.organisation}")
        size, needed = len(project.review.sitting) + len(new), project.rules.review.panel_size
        if size < needed:
            raise PanelTooSmall(size=size, needed=needed)
        yield ReviewersAssigned(reviewers=new)


class DeclareConflict(ProjectCommand):
    """A reviewer or judge steps aside from one project. Raises NotFound, StageNotOpen, NotOnPanel."""

    ROLES: ClassVar[tuple[Role, ...]] = ("reviewer", "judge")
    reason: Line

    def organisations(self, state: Project) -> frozenset[str]:
        return frozenset()  # who came to act for the applicant is the very one who steps aside

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("eligibility", "review", "roadshow")
        if by.id not in (*project.review.members, *project.roadshow.members):
            raise NotOnPanel(person=by.id, stage=project.stage)
        if by.id in project.review.conflicted | project.roadshow.conflicted:
            return
        yield ConflictDeclared(person=by.id, reason=self.reason)
        review = project.review.recused(by.id)
        if project.review_opened and project.stage == "review" and complete(project, review):
            yield QuorumReached(reviews=len(review.scored))


class SubmitReview(ProjectCommand):
    """A reviewer scores an application. Saying the same twice says it once; other scores replace the first until concluded.

    Raises NotFound, StageNotOpen, NotOnPanel, ConflictOfInterest, NotAnswered, RubricMismatch.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("reviewer",)
    scores: tuple[Score, ...]
    comment: str = Field(default="", max_length=4_000)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.review.scored.get(by.id) == self.scores:
            return
        project.must_be("review")
        project.review.admit(by, stage="review")
        project.rules.review.rubric.check(self.scores)
        yield ReviewSubmitted(reviewer=by.id, scores=self.scores, comment=self.comment)
        panel = project.review.with_scores(by.id, self.scores)
        if project.review_opened and complete(project, panel) and by.id not in project.review.scored:
            yield QuorumReached(reviews=len(panel.scored))


def complete(project: Project, panel: Panel) -> bool:
    return not panel.silent and len(panel.scored) >= project.rules.review.quorum


class OpenReview(StoryOfProject):
    """The formal check is passed: the panel's days begin. Raises nothing: already open says nothing."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "review" or project.review_opened:
            return
        rules = project.rules.review
        due = project.rules.calendar.after_days(at, rules.within_days)
        yield ReviewOpened(due=due, remind_at=due - timedelta(days=rules.remind_before_days))
        if complete(project, project.review):
            yield QuorumReached(reviews=len(project.review.scored))


class RemindReviewers(StoryOfProject):
    """Shortly before the deadline, name the silent reviewers. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "review" or project.review_reminded or project.review_remind_at is None:
            return
        if at < project.review_remind_at:
            raise NotDue(deadline="review-reminder", due=project.review_remind_at)
        yield ReviewersReminded(silent=project.review.silent)


class ConcludeReview(StoryOfProject):
    """With everybody's scores, or with a quorum at the deadline, the stage is concluded; without one it is extended, then lapses.

    Raises NotDue.
    """

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "review" or project.review_due is None:
            return
        rules, panel = project.rules.review, project.review
        if not complete(project, panel) and at < project.review_due:
            raise NotDue(deadline="review", due=project.review_due)
        if len(panel.scored) >= rules.quorum:
            score = mean_score(panel, rules.rubric)
            passed = score >= rules.pass_mark * HUNDREDTHS
            yield ReviewConcluded(score=score, reviews=len(panel.scored), passed=passed)
            if not passed:
                yield ApplicationRejected(outcome="review_failed")
        elif project.review_extensions < rules.extensions_at_most:
            due = project.rules.calendar.after_days(at, rules.extension_days)
            yield ReviewExtended(silent=panel.silent, due=due)
        else:
            yield ReviewLapsed(reviews=len(panel.scored))
