"""Optimisation 优化分配: panels for all listed applications of a review at once, by rules that are met or named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from pydantic import Field

from domain.assignment import assign
from domain.assignment_wish import Application, AssignmentWish, Impossible, Reviewer
from domain.errors import NotFound, PanelTooSmall, RoleMissing, StageNotOpen
from domain.kernel import Actor, Aggregate, Count, Frozen, Slug
from domain.person import Person
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.review import ReviewRules
from domain.seating import PlannedPanel, Seating


class Offer(Frozen):
    """What a reviewer brings: fields they know, kinds they count as (finance, law, local), how many reviews they can take on."""

    id: Slug
    expertise: frozenset[Slug] = frozenset()
    kinds: frozenset[Slug] = frozenset()
    capacity: Count


class AssignmentPlanned(RoundEvent):
    """Who shall review what. Recorded, never computed again: `wish` is the fingerprint of what it was computed from."""

    stage: Slug
    panels: tuple[PlannedPanel, ...]
    wish: str

    def apply(self, state: Round) -> Round:
        panels = MappingProxyType({panel.project: panel.reviewers for panel in self.panels})
        return replace(
            state, stage="assigning", seating=Seating(stage=self.stage, panels=panels, complete=True, wish=self.wish)
        )


class AssignByOptimisation(RoundCommand):
    """Plan a panel for every listed application: no conflicts, nobody above their capacity, at least one of each wished kind,
    loads as even as that allows, and experts of the field where they can be had.

    Raises NotFound, Malformed, StageNotOpen (also: not listed yet), RoleMissing, PanelTooSmall, AssignmentImpossible (naming the
    rule that cannot be met).
    """

    stage: Slug | None = None
    reviewers: tuple[Offer, ...] = Field(min_length=1, max_length=1_000)
    wish: AssignmentWish

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return tuple((Person, reviewer.id) for reviewer in self.reviewers)

    def decide(self, round_: Round, by: Actor, at: datetime, beside: Mapping[str, Person]) -> Iterator[RoundEvent]:
        if not round_.exists:
            raise NotFound(kind="round", id=self.round)
        rules, seating = round_.rules.meant(ReviewRules, self.stage), round_.seating
        wish = self.fingerprint("reviewers", "wish")
        if (seating.stage, seating.wish) == (rules.id, wish):
            return
        round_.must_be("assessment")
        if seating.stage != rules.id or not seating.complete:
            raise StageNotOpen(stage="listed applications", now="not listed")
        if self.wish.per_application < rules.panel_size:
            raise PanelTooSmall(size=self.wish.per_application, needed=rules.panel_size)
        people = {offer.id: beside[Person.stream_of(offer.id)] for offer in self.reviewers}
        for person in people.values():
            if not person.actor.holds("reviewer", round_.scopes):
                raise RoleMissing(person=person.id, roles=("reviewer",), command="AssignByOptimisation")
        found = assign(
            [reviewer(offer, people[offer.id], seating) for offer in self.reviewers],
            [Application(id=a.project, organisation=a.organisation, field=a.field) for a in seating.listed.values()],
            self.wish,
        )
        if isinstance(found, Impossible):
            raise found.refusal()
        panels = tuple(PlannedPanel(project=p.application, reviewers=p.reviewers) for p in found.panels)
        yield AssignmentPlanned(stage=rules.id, panels=panels, wish=wish)


def reviewer(offer: Offer, person: Person, seating: Seating) -> Reviewer:
    """The offer with whom they must not judge."""
    listed = seating.listed.values()
    return Reviewer(
        id=offer.id,
        expertise=offer.expertise,
        kinds=offer.kinds,
        capacity=offer.capacity,
        conflict_organisations=frozenset(a.organisation for a in listed if person.actor.belongs_to(a.organisation)),
        conflict_projects=frozenset(a.project for a in listed if offer.id in a.partial),
    )
