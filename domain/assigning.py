"""Assigning reviewers 分配评审 to all projects of a round: listed page by page, planned at once, seated project by project.

1. An officer opens the assignment of a review. The story lists, page by page, every application that waits for a panel.
2. The officer plans panels by optimisation (`optimisation.py`), as often as it takes to find a wish that can be met. A draw
   (`reviewer_draw.py`) needs no list.
3. The story seats each project's panel. Who has become partial in the meantime is left out, and the officer fills the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.conflict import derived
from domain.errors import Malformed, StageNotOpen
from domain.kernel import Actor, Aggregate, Slug
from domain.organisation import Organisation
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.review import ReviewersAssigned
from domain.reviewer_draw import drawn_panel
from domain.round import Round, RoundCommand, RoundEvent, StoryOfRound
from domain.rules.review import ReviewRules
from domain.seating import ListedApplication, Seating


class AssigningEvent(RoundEvent):
    stage: Slug


class AssignmentOpened(AssigningEvent):
    """The applications that wait for a panel in this review are being listed."""

    def apply(self, state: Round) -> Round:
        return replace(state, stage="listing", seating=Seating(stage=self.stage))


class ApplicationsListed(AssigningEvent):
    """A page of them."""

    applications: tuple[ListedApplication, ...]

    def apply(self, state: Round) -> Round:
        listed = {**state.seating.listed, **{each.project: each for each in self.applications}}
        return replace(state, seating=replace(state.seating, listed=MappingProxyType(listed)))


class ListingCompleted(AssigningEvent):
    applications: int

    def apply(self, state: Round) -> Round:
        return replace(state, stage="assessment", seating=replace(state.seating, complete=True))


class AssignmentCompleted(AssigningEvent):
    """Every project has the panel that was planned or drawn for it."""

    def apply(self, state: Round) -> Round:
        return replace(state, stage="assessment", seating=Seating(stage=self.stage, wish=state.seating.wish))


class OpenAssignment(RoundCommand):
    """Have the applications listed that wait for a panel, so that panels can be planned for all of them together.

    Raises NotFound, Malformed, StageNotOpen.
    """

    stage: Slug | None = None

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        round_.must_be("assessment", "listing")
        rules = round_.rules.meant(ReviewRules, self.stage)
        if round_.stage == "listing":
            if round_.seating.stage == rules.id:
                return
            raise StageNotOpen(stage="assessment", now="listing")
        yield AssignmentOpened(stage=rules.id)


class ListApplications(StoryOfRound):
    """List those of a page of projects that wait for a panel. Raises StageNotOpen, Malformed (an applicant is left out)."""

    projects: tuple[Slug, ...] = Field(min_length=1, max_length=500)
    applicants: tuple[Slug, ...] = Field(max_length=500)

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return (
            *((Project, project) for project in self.projects),
            *((Organisation, organisation) for organisation in self.applicants),
        )

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Aggregate]) -> Iterator[RoundEvent]:
        round_.must_be("listing")
        rules = round_.rules.stage(ReviewRules, round_.seating.stage)
        listed = []
        for id_ in self.projects:
            project = beside[Project.stream_of(id_)]
            assert isinstance(project, Project)
            if not waits_for_panel(project, rules) or id_ in round_.seating.listed:
                continue
            organisation = beside.get(Organisation.stream_of(project.organisation))
            if not isinstance(organisation, Organisation):
                raise Malformed(field="applicants", rule="must name each project's organisation")
            listed.append(listing(project, organisation, at))
        if listed:
            yield ApplicationsListed(stage=rules.id, applications=tuple(listed))


def waits_for_panel(project: Project, rules: ReviewRules) -> bool:
    """Whether the project is in the review, or in the formal check right before it, and nobody sits on its panel."""
    if project.stage not in {"eligibility", "review"} or project.assessment(rules.id).panel.members:
        return False
    ahead = project.rules.place_of(rules.id) - project.rules.place_of(project.step)
    return ahead == (project.stage == "eligibility")


def listing(project: Project, organisation: Organisation, at: datetime) -> ListedApplication:
    belonging = {each.person for each in organisation.affiliations if derived(project, organisation, each.person, at)}
    return ListedApplication(
        project=project.id,
        organisation=project.organisation,
        field=project.field,
        partial=tuple(sorted(belonging | project.conflicted | project.own_people)),
    )


class CompleteListing(StoryOfRound):
    """Every page is listed: panels can be planned."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "listing":
            yield ListingCompleted(stage=round_.seating.stage, applications=len(round_.seating.listed))


class SeatReviewers(StoryOfProject):
    """Give a project the panel that its round planned or drew for it, without whoever is partial by now. Raises StageNotOpen."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Organisation)

    def decide(
        self, project: Project, round_: Round, organisation: Organisation, by: Actor, at: datetime
    ) -> Iterator[ProjectEvent]:
        round_.must_be("assigning")
        rules, seating = round_.rules.stage(ReviewRules, round_.seating.stage), round_.seating
        if not waits_for_panel(project, rules):
            return
        if seating.drawn:
            drawn, panel = drawn_panel(project, organisation, round_.draws[rules.id], rules, at)
            yield drawn
        else:
            partial = set(listing(project, organisation, at).partial)
            panel = tuple(who for who in seating.panels.get(project.id, ()) if who not in partial)
        if panel:
            yield ReviewersAssigned(stage=rules.id, reviewers=panel)


class CompleteAssignment(StoryOfRound):
    """Every page of projects is seated."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "assigning":
            yield AssignmentCompleted(stage=round_.seating.stage)
