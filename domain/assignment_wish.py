"""What is asked and answered when reviewers are assigned: plain values, by id."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.errors import AssignmentImpossible
from domain.kernel import Count, Frozen, Slug


class Reviewer(Frozen):
    """Somebody who may review: what they know, what they count as, whom they must not judge, how much they can take on."""

    id: Slug
    expertise: frozenset[Slug] = frozenset()
    kinds: frozenset[Slug] = frozenset()
    conflict_organisations: frozenset[Slug] = frozenset()
    conflict_projects: frozenset[Slug] = frozenset()
    capacity: Count


class Application(Frozen):
    """An application as far as choosing its reviewers goes."""

    id: Slug
    organisation: Slug
    field: Slug


class AssignmentWish(Frozen):
    """`expertise_weight`: by how much more than evenness asks loads may differ, for a review to go to an expert of its field.

    0: even loads first, expertise among equals. Without `balance`, expertise alone decides, up to everybody's capacity.
    """

    per_application: int = Field(default=3, ge=1, le=50)
    at_least_one_of_kind: tuple[Slug, ...] = Field(default=(), max_length=8)
    balance: bool = True
    expertise_weight: int = Field(default=0, ge=0, le=1_000)


class AssignedPanel(Frozen):
    """Who reviews an application, by id; `experts` of them know its field."""

    application: str
    reviewers: tuple[str, ...]
    experts: int


class Load(Frozen):
    reviewer: str
    reviews: int


class Assignment(Frozen):
    """Every application's panel and every reviewer's load, by id."""

    panels: tuple[AssignedPanel, ...]
    loads: tuple[Load, ...]

    @property
    def places(self) -> int:
        return sum(len(panel.reviewers) for panel in self.panels)

    @property
    def experts(self) -> int:
        """How many of the places are taken by an expert of the field."""
        return sum(panel.experts for panel in self.panels)


class Unmet(Frozen):
    """A rule that cannot be met: fewer are available than wanted. Without applications it is about all of them.

    conflict: reviewers of an application without a conflict. reviewers: reviewers at all. kinds: more kinds are wished than
    reviewers. capacity: reviews that reviewers could take on. together: places; no rule alone, but all of them together.
    """

    rule: Literal["conflict", "reviewers", "kinds", "capacity", "together"]
    wanted: int
    available: int
    kind: str = ""
    applications: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = ", ".join(self.applications[:3]) + (
            f" … ({len(self.applications)})" if len(self.applications) > 3 else ""
        )
        if self.rule == "conflict" and self.kind:
            return f"{where}: everybody of kind {self.kind} has a conflict"
        if self.rule == "conflict":
            return f"{where}: only {self.available} of {self.wanted} reviewers have no conflict"
        if self.rule == "reviewers" and self.kind:
            return f"nobody is of kind {self.kind}"
        if self.rule == "reviewers":
            return f"{self.wanted} reviewers for each application wanted, there are {self.available}"
        if self.rule == "kinds":
            return f"{self.wanted} kinds for each application wanted, but {self.available} reviewers"
        about = ", ".join(filter(None, (where, self.kind and f"kind {self.kind}"))) or "all applications"
        rules = "places wanted" if self.rule == "capacity" else "places wanted by all rules together"
        return f"{about}: {self.wanted} {rules}, capacity {self.available}"


class Remedy(Frozen):
    """A change that alone would make the wish feasible, all its parts together.

    newcomers: (kind or "", places that new reviewers without conflicts would take). capacity: (reviewer, reviews more).
    per_application: ("", reviewers for each application). kinds: (kind no longer wished, 0).
    """

    change: Literal["newcomers", "capacity", "per_application", "kinds"]
    parts: tuple[tuple[str, int], ...]
    applications: tuple[str, ...] = ()


class Impossible(Frozen):
    """The answer to a wish that cannot be met: why, and each thing that would make it feasible."""

    unmet: tuple[Unmet, ...] = Field(min_length=1)
    remedies: tuple[Remedy, ...]

    def refusal(self) -> AssignmentImpossible:
        return AssignmentImpossible(rule=str(self.unmet[0]), others=len(self.unmet) - 1)
