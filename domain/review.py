"""Review 评审: a panel scores an application at the desk, sealed until the stage is concluded.

A programme may have several reviews: every event says which stage it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from domain.application import ApplicationRejected
from domain.assessment import Panel
from domain.conflict import must_be_impartial, recusals
from domain.dispersion import more_reviewers
from domain.errors import ConflictOfInterest, NotDue, NotOnPanel, PanelTooSmall, ReasonMissing, RoleMissing
from domain.kernel import Actor, Aggregate, Line, Moment, Role, Slug
from domain.organisation import Organisation
from domain.person import Person
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.review import ReviewRules
from domain.rules.rubric import Mean, Rubric, Score, mean_of


def mean_score(panel: Panel, rubric: Rubric, mean: Mean | None = None) -> int:
    """The panel's mean in hundredths of a point, rounded half up; as the rules say, without the highest and the lowest."""
    return mean_of([rubric.weigh(scores) for scores in panel.scored.values()], mean)


def of_the_review(payload: dict[str, Any]) -> dict[str, Any]:
    """A version 1 event's payload: a programme had one review, of that name."""
    return payload | {"stage": "review"}


class ReviewEvent(ProjectEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: of_the_review}
    stage: Slug


class ReviewersAssigned(ReviewEvent):
    reviewers: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, panel=state.assessment(self.stage).panel.seated(self.reviewers))


class ConflictDeclared(ProjectEvent):
    """A reviewer or judge says they are not impartial here; what they scored no longer counts, in no stage."""

    person: Slug
    reason: Line

    def apply(self, state: Project) -> Project:
        return state.recusing(self.person)


class ReviewOpened(ReviewEvent):
    remind_at: Moment
    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, opened=True, remind_at=self.remind_at, due=self.due)


class ReviewSubmitted(ReviewEvent):
    reviewer: Slug
    scores: tuple[Score, ...]
    comment: str

    def apply(self, state: Project) -> Project:
        panel = state.assessment(self.stage).panel.with_scores(self.reviewer, self.scores, self.comment)
        return state.with_assessment(self.stage, panel=panel)


class QuorumReached(ReviewEvent):
    """Everybody on the panel who is not recused has scored, and they are enough."""

    reviews: int

    def apply(self, state: Project) -> Project:
        return state


class ReviewersReminded(ReviewEvent):
    silent: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, reminded=True)


class ReviewExtended(ReviewEvent):
    """The deadline passed without a quorum: the officer is called to find other reviewers, by the new deadline."""

    silent: tuple[Slug, ...]
    due: Moment

    def apply(self, state: Project) -> Project:
        extensions = state.assessment(self.stage).extensions + 1
        return state.with_assessment(self.stage, due=self.due, extensions=extensions)


class ReviewConcluded(ReviewEvent):
    """`score` is the panel's mean in hundredths of a point on a scale of 100; `below` are lines that missed their own mark."""

    score: int
    reviews: int
    passed: bool
    below: tuple[Slug, ...] = ()

    def apply(self, state: Project) -> Project:
        concluded = state.with_assessment(self.stage, score=self.score, over=True)
        return concluded.onward() if self.passed else concluded


class ReviewLapsed(ReviewEvent):
    """No quorum after every extension the rules allow."""

    reviews: int

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, over=True).ended("review_lapsed")


class AssignReviewers(ProjectCommand):
    """Put people on the panel, also in the place of somebody silent or recused. `stage` says which, if there are several.

    Raises NotFound, Malformed, StageNotOpen, RoleMissing (not a reviewer), ConflictOfInterest (acts for the applicant, or belongs
    to it), PanelTooSmall.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)
    stage: Slug | None = None
    reviewers: tuple[Slug, ...] = Field(min_length=1, max_length=50)

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Person, reviewer) for reviewer in self.reviewers)

    def decide(
        self, project: Project, organisation: Organisation, by: Actor, at: datetime, beside: Mapping[str, Person]
    ) -> Iterator[ProjectEvent]:
        rules = project.rules.meant(ReviewRules, self.stage)
        project.must_not_be_past(rules)
        panel = project.assessment(rules.id).panel
        new = tuple(dict.fromkeys(r for r in self.reviewers if r not in panel.members))
        if not new:
            return
        for reviewer in new:
            may_review(project, organisation, beside[Person.stream_of(reviewer)], at, command="AssignReviewers")
        size = len(panel.sitting) + len(new)
        if size < rules.panel_size:
            raise PanelTooSmall(size=size, needed=rules.panel_size)
        yield ReviewersAssigned(stage=rules.id, reviewers=new)


def may_review(project: Project, organisation: Organisation, person: Person, at: datetime, *, command: str) -> None:
    """They are a reviewer here, and not partial. Raises RoleMissing, ConflictOfInterest (also: stepped aside before)."""
    actor = person.actor
    if not actor.holds("reviewer", project.scopes):
        raise RoleMissing(person=person.id, roles=("reviewer",), command=command)
    if actor.belongs_to(project.organisation):
        raise ConflictOfInterest(person=person.id, reason=f"acts for {project.organisation}")
    if person.id in project.own_people:
        raise ConflictOfInterest(person=person.id, reason="own_project")
    if person.id in project.conflicted:
        raise ConflictOfInterest(person=person.id, reason="declared")
    must_be_impartial(project, organisation, person.id, at)


class DeclareConflict(ProjectCommand):
    """A reviewer or judge steps aside from one project. Raises NotFound, StageNotOpen, NotOnPanel."""

    ROLES: ClassVar[tuple[Role, ...]] = ("reviewer", "judge")
    reason: Line

    def organisations(self, state: Project) -> frozenset[str]:
        return frozenset()  # who came to act for the applicant is the very one who steps aside

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("eligibility", "review", "roadshow")
        if not any(by.id in panel.members for panel in project.panels().values()):
            raise NotOnPanel(person=by.id, stage=project.stage)
        if by.id in project.conflicted:
            return
        yield ConflictDeclared(person=by.id, reason=self.reason)
        yield from quorum_without(project, project.recusing(by.id))


class SubmitReview(ProjectCommand):
    """A reviewer scores an application. Saying the same twice says it once; other scores replace the first until concluded.

    Raises NotFound, Malformed, StageNotOpen, NotOnPanel, ConflictOfInterest, NotAnswered, RubricMismatch, ReasonMissing (a
    comment that the rules demand).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)
    ROLES: ClassVar[tuple[Role, ...]] = ("reviewer",)
    stage: Slug | None = None
    scores: tuple[Score, ...]
    comment: str = Field(default="", max_length=4_000)

    def decide(self, project: Project, organisation: Organisation, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        rules = project.rules.meant(ReviewRules, self.stage)
        assessment = project.assessment(rules.id)
        if assessment.panel.said(by.id, self.scores, self.comment):
            return
        project.must_be_at(rules, "review")
        assessment.panel.admit(by, stage="review")
        must_be_impartial(project, organisation, by.id, at)
        rules.rubric.check(self.scores)
        if rules.comment_required and not self.comment.strip():
            raise ReasonMissing(field="comment")
        yield ReviewSubmitted(stage=rules.id, reviewer=by.id, scores=self.scores, comment=self.comment)
        panel = assessment.panel.with_scores(by.id, self.scores)
        if assessment.opened and complete(rules, panel, assessment.wanted) and by.id not in assessment.panel.scored:
            yield QuorumReached(stage=rules.id, reviews=len(panel.scored))


def complete(rules: ReviewRules, panel: Panel, wanted: int = 0) -> bool:
    """Everybody who sits has scored, and they are enough; also if more are `wanted` since scores lay too far apart."""
    return not panel.silent and len(panel.scored) >= max(rules.quorum, wanted)


def quorum_without(before: Project, after: Project) -> Iterator[QuorumReached]:
    """When somebody left the panel, the others may be the quorum."""
    if before.stage == "review" and before.now.opened:
        rules, now = before.rules.stage(ReviewRules, before.step), after.now
        if complete(rules, now.panel, now.wanted):
            yield QuorumReached(stage=rules.id, reviews=len(now.panel.scored))


def conclusion(rules: ReviewRules, panel: Panel) -> ReviewConcluded:
    """What the panel's scores come to: passed with the mark reached as a whole and on every line that has its own (C6)."""
    score, below = mean_score(panel, rules.rubric, rules.mean), rules.rubric.below(panel.scored.values())
    passed = score >= rules.rubric.in_hundredths(rules.pass_mark) and not below
    return ReviewConcluded(stage=rules.id, score=score, reviews=len(panel.scored), passed=passed, below=below)


class OpenReview(StoryOfProject):
    """The project has come to a review: the panel's days begin. Raises nothing: already open says nothing."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)

    def decide(self, project: Project, organisation: Organisation, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "review" or project.now.opened:
            return
        for partial in recusals(project, organisation, project.now.panel.members, at):
            yield partial
            project = partial.apply(project)
        rules, panel = project.rules.stage(ReviewRules, project.step), project.now.panel
        due = project.rules.calendar.after_days(at, rules.within_days)
        yield ReviewOpened(stage=rules.id, due=due, remind_at=due - timedelta(days=rules.remind_before_days))
        if complete(rules, panel):
            yield QuorumReached(stage=rules.id, reviews=len(panel.scored))


class RemindReviewers(StoryOfProject):
    """Shortly before the deadline, name the silent reviewers. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        assessment = project.now
        if project.stage != "review" or assessment.reminded or assessment.remind_at is None:
            return
        if at < assessment.remind_at:
            raise NotDue(deadline="review-reminder", due=assessment.remind_at)
        yield ReviewersReminded(stage=project.step, silent=assessment.panel.silent)


class ConcludeReview(StoryOfProject):
    """With everybody's scores, or with a quorum at the deadline, the stage is concluded; without one it is extended, then lapses.

    Where the scores lie too far apart for the programme, one more reviewer is called instead, once. Raises NotDue.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)

    def decide(self, project: Project, organisation: Organisation, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "review" or project.now.due is None:
            return
        for partial in recusals(project, organisation, project.now.panel.members, at):
            yield partial
            project = partial.apply(project)
        yield from self._concluded(project, at)

    def _concluded(self, project: Project, at: datetime) -> Iterator[ProjectEvent]:
        assessment = project.now
        rules, panel = project.rules.stage(ReviewRules, project.step), assessment.panel
        if not complete(rules, panel, assessment.wanted) and (assessment.due is None or at < assessment.due):
            raise NotDue(deadline="review", due=assessment.due)
        if len(panel.scored) >= rules.quorum:
            more = more_reviewers(project, rules, at)
            if more is not None:
                yield more
                return
            concluded = conclusion(rules, panel)
            yield concluded
            if not concluded.passed:
                yield ApplicationRejected(outcome="review_failed")
        elif assessment.extensions < rules.extensions_at_most:
            due = project.rules.calendar.after_days(at, rules.extension_days)
            yield ReviewExtended(stage=rules.id, silent=panel.silent, due=due)
        else:
            yield ReviewLapsed(stage=rules.id, reviews=len(panel.scored))
