"""Seating 入座: what a round knows while the reviewers of one of its stages are chosen for all its projects together."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from domain.kernel import Frozen, Slug, nothing


class ListedApplication(Frozen):
    """An application that waits for its panel; `partial` are people who may not judge it, for whatever reason."""

    project: Slug
    organisation: Slug
    field: Slug
    partial: tuple[Slug, ...] = ()


class PlannedPanel(Frozen):
    """Who shall review a project."""

    project: Slug
    reviewers: tuple[Slug, ...]


class ActsFor(Frozen):
    """A candidate who applies for organisations, and judges none of their projects."""

    person: Slug
    organisations: tuple[Slug, ...]


@dataclass(frozen=True)
class ReviewerDraw:
    """抽签: what was committed to before the call closed, and what was revealed after it."""

    commitment: str
    salt: str
    candidates: tuple[str, ...]
    beacon: str = ""
    """What public figures are added to the salt, that nobody knew when the commitment was published."""
    seed: str = ""
    figures: str = ""
    out: frozenset[str] = frozenset()
    """Candidates who are no reviewers any more."""
    acting: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=nothing)

    def salt_for(self, project: str) -> str:
        """The salt of one project's draw: so its panel can be checked alone, from what everybody knows."""
        return f"{self.salt}/{self.figures}/{project}"

    def candidates_for(self, organisation: str) -> tuple[str, ...]:
        """Those drawn among: without who left, and without who acts for the organisation."""
        return tuple(
            who for who in self.candidates if who not in self.out and organisation not in self.acting.get(who, ())
        )


@dataclass(frozen=True)
class Seating:
    """For one stage: the applications listed, or the panels planned for them; by hand neither is needed."""

    stage: str = ""
    listed: Mapping[str, ListedApplication] = dataclasses.field(default_factory=nothing)
    complete: bool = False
    """Every page of applications is listed."""
    panels: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=nothing)
    drawn: bool = False
    wish: str = ""
    """Fingerprint of what was last wished for."""


NO_SEATING = Seating()
