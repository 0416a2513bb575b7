"""Public notice 公示: the awards are open to objections by anybody, for days; it ends when no objection is left open.

Who moves up from the reserve afterwards has a notice of its own, where the rules say so. Objections are in objection.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from domain.errors import NotDue, ObjectionsOpen
from domain.kernel import Actor, Frozen, Moment, Money, Slug
from domain.ranking import standing
from domain.round import Round, RoundEvent, StoryOfRound
from domain.rules.notice import NoticeRules


class NoticedAward(Frozen):
    """An award, or an honour without money, as the notice shows it."""

    project: Slug
    award: Money | None
    prize: Slug | None = None


class NoticeOpened(RoundEvent):
    """What is shown, until when anybody may object, and the experts where the rules name them (C7)."""

    VERSION = 2
    EARLIER: ClassVar = {1: dict}
    ends_at: Moment
    awards: tuple[NoticedAward, ...] = ()
    experts: tuple[Slug, ...] = ()

    def apply(self, state: Round) -> Round:
        number = state.notices + 1
        # Version 1 did not say what was shown: every award was.
        projects = [each.project for each in self.awards or standing(state)]
        shown = MappingProxyType({**state.shown, **dict.fromkeys(projects, number)})
        fixed = state.fixed - {"notice"}  # what an officer fixed for the notice before is not fixed for this one
        return replace(state, notice_ends_at=self.ends_at, notices=number, shown=shown, fixed=fixed)


class NoticeConcluded(RoundEvent):
    objections: int

    def apply(self, state: Round) -> Round:
        return replace(state, stage="award")


class OpenNotice(StoryOfRound):
    """The ranking is published, or somebody moved up: the days of the notice begin."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "notice" or round_.notice_ends_at is not None:
            return
        rules = round_.rules.meant(NoticeRules, None)
        awards = [place for place in standing(round_) if place.project not in round_.shown]
        experts = {expert for place in awards for expert in round_.entries[place.project].experts}
        yield NoticeOpened(
            ends_at=rules.ends_at(round_.rules.calendar, at),
            awards=tuple(NoticedAward(project=p.project, award=p.award, prize=p.prize) for p in awards),
            experts=tuple(sorted(experts)) if rules.shows_experts else (),
        )


class ConcludeNotice(StoryOfRound):
    """The days are over and nothing is left to answer. Raises NotDue, ObjectionsOpen."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "notice" or round_.notice_ends_at is None:
            return
        if at < round_.notice_ends_at:
            raise NotDue(deadline="notice", due=round_.notice_ends_at)
        if round_.open_objections:
            raise ObjectionsOpen(open_objections=round_.open_objections)
        yield NoticeConcluded(objections=len(round_.objections))
