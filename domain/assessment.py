"""Assessment 评审: one review or roadshow of a project, who is on its panel, and who was asked to step aside. Nouns of a project.

The verbs are in review, roadshow, slot, panel, conflict and recusal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from domain.errors import ConflictOfInterest, NotOnPanel
from domain.kernel import Actor, nothing
from domain.rules.rubric import Score


@dataclass(frozen=True)
class Panel:
    """Who scores: reviewers at the desk, or judges at the roadshow."""

    members: tuple[str, ...] = ()
    conflicted: frozenset[str] = frozenset()
    scored: Mapping[str, tuple[Score, ...]] = dataclasses.field(default_factory=nothing)
    comments: Mapping[str, str] = dataclasses.field(default_factory=nothing)
    """Member → what they say about the whole, where they say something."""
    left: tuple[str, ...] = ()
    """Who withdrew or was replaced; they may be seated again."""

    @property
    def sitting(self) -> tuple[str, ...]:
        return tuple(member for member in self.members if member not in self.conflicted)

    @property
    def silent(self) -> tuple[str, ...]:
        return tuple(member for member in self.sitting if member not in self.scored)

    def admit(self, by: Actor, *, stage: str) -> None:
        """Raises NotOnPanel, ConflictOfInterest (declared)."""
        if by.id not in self.members:
            raise NotOnPanel(person=by.id, stage=stage)
        if by.id in self.conflicted:
            raise ConflictOfInterest(person=by.id, reason="declared")

    def seated(self, members: tuple[str, ...]) -> Panel:
        seated = (*self.members, *(m for m in members if m not in self.members))
        return replace(self, members=seated, left=tuple(who for who in self.left if who not in seated))

    def without(self, person: str) -> Panel:
        """Off the panel, but not partial: what they scored no longer counts."""
        members = tuple(member for member in self.members if member != person)
        return replace(self._without_scores(person), members=members, left=(*self.left, person))

    def recused(self, person: str) -> Panel:
        return replace(self._without_scores(person), conflicted=self.conflicted | {person})

    def _without_scores(self, person: str) -> Panel:
        scored = MappingProxyType({who: scores for who, scores in self.scored.items() if who != person})
        comments = MappingProxyType({who: comment for who, comment in self.comments.items() if who != person})
        return replace(self, scored=scored, comments=comments)

    def with_scores(self, person: str, scores: tuple[Score, ...], comment: str = "") -> Panel:
        others = self._without_scores(person)
        comments = MappingProxyType({**others.comments, person: comment}) if comment else others.comments
        return replace(self, scored=MappingProxyType({**self.scored, person: scores}), comments=comments)

    def said(self, person: str, scores: tuple[Score, ...], comment: str = "") -> bool:
        """Whether they said exactly this already."""
        return self.scored.get(person) == scores and self.comments.get(person, "") == comment


EMPTY_PANEL = Panel()


@dataclass(frozen=True)
class Assessment:
    """One review or roadshow of the project, as far as it has come. `score` is in hundredths of a point."""

    panel: Panel = EMPTY_PANEL
    opened: bool = False
    remind_at: datetime | None = None
    due: datetime | None = None
    reminded: bool = False
    extensions: int = 0
    wanted: int = 0
    """So many scores are waited for, since the first ones lay too far apart; 0: that has not been asked."""
    session: str = ""
    """Of the roadshow."""
    starts_at: datetime | None = None
    slot: int = 0
    """Its number in the session, once it was called on stage."""
    on_stage: bool = False
    score: int | None = None
    over: bool = False


@dataclass(frozen=True)
class Recusal:
    """回避申请: why the applicant asked that somebody step aside, until when it is to be answered, and how it was."""

    ground: str
    due: datetime
    status: Literal["asked", "granted", "refused"] = "asked"
    reason: str = ""
