"""Reserve list 候补: who reached the least score and found no place waits in order, and moves up when a place is free again.

A place falls away when its award is declined, withdrawn, refused by the approvers, objected to with success, revoked, or not
signed in time. Who moves up is approved, and shown in a public notice, as the rules say; the others are not held up by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

from domain.approval import ApprovalConcluded, after_approval, awaiting_approval, opening, undecided
from domain.errors import NotDue
from domain.kernel import Actor, Money, Role, Slug
from domain.ranking import Left, reserve, standing
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.approval import ApprovalRules
from domain.rules.selection import SelectionRules

Vacated = Literal["withdrawn", "declined", "not_signed", "revoked"]


class EntryWithdrawn(RoundEvent):
    """An application was withdrawn after its scores were taken down: it is not ranked."""

    project: Slug

    def apply(self, state: Round) -> Round:
        entries = {id_: entry for id_, entry in state.entries.items() if id_ != self.project}
        return replace(state, entries=MappingProxyType(entries))


class PlaceVacated(RoundEvent):
    """A published place is free again; its money, its quota and its prize go to the reserve."""

    project: Slug
    reason: Vacated

    def apply(self, state: Round) -> Round:
        return replace(state, vacated=MappingProxyType({**state.vacated, self.project: self.reason}))


class ReservePromoted(RoundEvent):
    """The next on the reserve moves up, within what has become free."""

    project: Slug
    reserve: int
    award: Money | None
    prize: Slug | None = None

    def apply(self, state: Round) -> Round:
        place = state.places[self.project]
        reason = place.reason if place.offer and place.offer != state.entries[self.project].ask else ""
        moved = {"award": self.award, "prize": self.prize, "reserve": None, "reason": reason}
        places = MappingProxyType({**state.places, self.project: place.model_copy(update=moved)})
        promoted = replace(state, places=places)
        if next(state.rules.each(ApprovalRules), None) is not None:
            return awaiting_approval(promoted)
        return after_approval(promoted)


class ReserveClosed(RoundEvent):
    """Nobody moves up any more: who still waits is told."""

    waiting: int

    def apply(self, state: Round) -> Round:
        return replace(state, reserve_closed=True, stage="published" if self.waiting else state.stage)


def has_reserve(round_: Round) -> bool:
    """Whether the rules of the present selection have a reserve."""
    rules = round_.ranking
    return isinstance(rules, SelectionRules) and rules.reserve_at_most is not None


def leaving(round_: Round, project: str, reason: Vacated, at: datetime) -> Iterator[RoundEvent]:
    """What the round records when a project steps out of it: not ranked, or its place is free and somebody moves up."""
    if round_.stage in {"ranking", "selection"}:
        if project in round_.entries:
            yield EntryWithdrawn(project=project)
        return
    if project not in round_.places or project in round_.vacated:
        return
    if not has_reserve(round_) and round_.stage != "approval":
        return
    vacated = PlaceVacated(project=project, reason=reason)
    yield vacated
    yield from moving_up(vacated.apply(round_), at)


def promotions(round_: Round) -> Iterator[ReservePromoted]:
    """Down the reserve, everybody for whom enough has become free."""
    left = None
    for place in reserve(round_):
        left = left or Left.of(round_)
        entry = round_.entries[place.project]
        offer = left.offer(entry, place.offer or entry.ask)
        if not offer.refused:
            left = left.without(entry, offer)
            yield ReservePromoted(
                project=place.project, reserve=place.reserve or 0, award=offer.award, prize=offer.prize
            )


def moving_up(round_: Round, at: datetime) -> Iterator[RoundEvent]:
    """Who moves up now, and what that opens. While a notice or the awarding runs, they wait until it is over."""
    if round_.stage not in {"approval", "running"}:
        return
    promoted = tuple(promotions(round_))
    for event in promoted:
        yield event
        round_ = event.apply(round_)
    if promoted:
        yield from opening(round_, at)
    elif round_.stage == "approval" and not undecided(round_):
        yield ApprovalConcluded(approved=sum(1 for _ in standing(round_)))


class CloseReserve(RoundCommand):
    """Nobody moves up any more: an officer says so, or the days of the reserve are over.

    Raises NotFound, StageNotOpen, NotDue.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("officer", "story")

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.reserve_closed or round_.stage == "closed":
            return
        round_.must_be("running")
        if not has_reserve(round_):
            return
        if by.role == "story" and (round_.reserve_until is None or at < round_.reserve_until):
            raise NotDue(deadline="reserve", due=round_.reserve_until)
        yield ReserveClosed(waiting=len(reserve(round_)))
