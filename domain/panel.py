"""Panel 评审组: who leaves it without being partial. A silent reviewer is replaced, or a reviewer withdraws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from domain.errors import AlreadyExists, NotOnPanel, StageNotOpen
from domain.kernel import Actor, Aggregate, Role, Slug, Text
from domain.organisation import Organisation
from domain.person import Person
from domain.project import Project, ProjectCommand, ProjectEvent
from domain.review import may_review, quorum_without
from domain.rules.review import ReviewRules


class ReviewerReplaced(ProjectEvent):
    """Somebody else sits in the place of who had not scored."""

    stage: Slug
    old: Slug
    new: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        panel = state.assessment(self.stage).panel.without(self.old).seated((self.new,))
        return state.with_assessment(self.stage, panel=panel)


class ReviewerWithdrew(ProjectEvent):
    """A reviewer gave their place back; what they scored no longer counts."""

    stage: Slug
    reviewer: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.with_assessment(self.stage, panel=state.assessment(self.stage).panel.without(self.reviewer))


class ReplaceReviewer(ProjectCommand):
    """Put another reviewer in the place of one who has not scored, with a reason. `stage` says where, if there are several.

    Raises NotFound, Malformed, StageNotOpen (also: has scored already), NotOnPanel, AlreadyExists (the new one sits there),
    RoleMissing, ConflictOfInterest.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)
    stage: Slug | None = None
    old: Slug
    new: Slug
    reason: Text

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Person, self.new),)

    def decide(
        self, project: Project, organisation: Organisation, by: Actor, at: datetime, beside: Mapping[str, Person]
    ) -> Iterator[ProjectEvent]:
        rules = project.rules.meant(ReviewRules, self.stage)
        project.must_not_be_past(rules)
        panel = project.assessment(rules.id).panel
        if self.old in panel.left and self.new in panel.members:
            return
        if self.old not in panel.members:
            raise NotOnPanel(person=self.old, stage="review")
        if self.old in panel.scored:
            raise StageNotOpen(stage="review", now="already scored")
        if self.new in panel.members:
            raise AlreadyExists(kind="reviewer", id=self.new)
        may_review(project, organisation, beside[Person.stream_of(self.new)], at, command="ReplaceReviewer")
        yield ReviewerReplaced(stage=rules.id, old=self.old, new=self.new, reason=self.reason)


class WithdrawFromPanel(ProjectCommand):
    """A reviewer gives their place back, for a reason that is no conflict of interest (illness, travel).

    Raises NotFound, Malformed, StageNotOpen, NotOnPanel.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("reviewer",)
    stage: Slug | None = None
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        rules = project.rules.meant(ReviewRules, self.stage)
        project.must_not_be_past(rules)
        panel = project.assessment(rules.id).panel
        if by.id in panel.left:
            return
        if by.id not in panel.members:
            raise NotOnPanel(person=by.id, stage="review")
        withdrew = ReviewerWithdrew(stage=rules.id, reviewer=by.id, reason=self.reason)
        yield withdrew
        if project.step == rules.id:
            yield from quorum_without(project, withdrew.apply(project))
