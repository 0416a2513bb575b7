"""Ranking 排名: the order of the entries, what each of them gets while there is something left, and who moves up later.

Pure functions of a round; the acts that publish them are in selection.py and reserve.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from types import MappingProxyType
from typing import NamedTuple

from domain.kernel import Money, nothing
from domain.round import Entry, Place, Round
from domain.rules import Rules
from domain.rules.award import Prize
from domain.rules.selection import SelectionRules, ShortlistRules
from domain.rules.terms import HUNDREDTHS
from domain.sources import Room, room_in, room_without
from domain.ties import before_the_other

Adjusted = Mapping[str, tuple[Money, str]]
"""Project → the award an officer set below its ask, and the reason."""


class Offer(NamedTuple):
    """What an entry gets, or why it gets nothing."""

    award: Money | None = None
    prize: str | None = None
    refused: str = ""


@dataclass(frozen=True)
class Left:
    """What a selection can still give: money, awards, awards in each field, prizes."""

    rules: SelectionRules
    programme: Rules
    room: Room
    given: int = 0
    by_field: Mapping[str, int] = field(default_factory=nothing)
    prizes: tuple[Prize, ...] = ()

    @classmethod
    def of(cls, round_: Round) -> Left:
        """What is left beside the places that stand."""
        rules = round_.rules.stage(SelectionRules, round_.step)
        prizes = tuple(chain.from_iterable(repeat(prize, prize.places) for prize in rules.prizes))
        left = cls(rules, round_.rules, room_in(round_.backing), prizes=prizes)
        for place in standing(round_):
            if place.sponsor is None:
                left = left.without(round_.entries[place.project], Offer(place.award, place.prize))
        return left

    def offer(self, entry: Entry, wanted: Money | None) -> Offer:
        """`wanted` is the ask, or what it was adjusted to; prizes and grades fix the amount instead."""
        award, prize = wanted, None
        if self.rules.by_grade:
            grade = self.rules.grade_for(entry.total or 0, entry.grade)
            if grade is None:
                return Offer(refused="no_grade")
            award, prize = grade.amount, grade.grade
        if self.rules.prizes:
            if not self.prizes:
                return Offer(refused="places_taken")
            award, prize = self.prizes[0].amount, self.prizes[0].id
        if self.rules.awards_at_most is not None and self.given >= self.rules.awards_at_most:
            return Offer(refused="places_taken")
        quota = self.rules.field_at_most(entry.field)
        if quota is not None and self.by_field.get(entry.field, 0) >= quota:
            return Offer(refused="quota_filled")
        if self.room_without(entry, award) is None:
            return Offer(refused="budget_spent")
        return Offer(award, prize)

    def room_without(self, entry: Entry, award: Money | None) -> Room | None:
        """The money left beside this award, None where there is not enough for the entry's purposes."""
        return room_without(self.room, self.programme.purposes_of(entry.field), award.minor if award else 0)

    def without(self, entry: Entry, offer: Offer) -> Left:
        """What is left when the entry has got this."""
        prizes = list(self.prizes)
        taken = next((prize for prize in prizes if prize.id == offer.prize), None)
        if taken is not None:
            prizes.remove(taken)
        return replace(
            self,
            room=self.room_without(entry, offer.award) or nothing(),
            given=self.given + 1,
            by_field=MappingProxyType({**self.by_field, entry.field: self.by_field.get(entry.field, 0) + 1}),
            prizes=tuple(prizes),
        )


def standing(round_: Round) -> Iterator[Place]:
    """The places with an award or an honour that did not fall away again."""
    return (place for place in round_.places.values() if place.chosen and place.project not in round_.vacated)


def on_reserve(round_: Round, place: Place) -> bool:
    """候补: whether this place waits to move up; none does once the reserve is closed."""
    return place.reserve is not None and place.project not in round_.vacated and not round_.reserve_closed


def reserve(round_: Round) -> tuple[Place, ...]:
    """Who waits to move up, in order."""
    waiting = (place for place in round_.places.values() if on_reserve(round_, place))
    return tuple(sorted(waiting, key=lambda place: place.reserve or 0))


def in_order(round_: Round, drawn: Sequence[str] = ()) -> list[Entry]:
    """The entries with a total, best first; `drawn` is the order that breaks ties by lot."""
    tie_break = before_the_other(round_, drawn)

    def key(entry: Entry) -> tuple[int, tuple[int, ...], str]:
        return -(entry.total or 0), tie_break(entry), entry.project

    return sorted((entry for entry in round_.entries.values() if entry.total is not None), key=key)


def without_score(round_: Round) -> Iterator[Place]:
    for entry in sorted((e for e in round_.entries.values() if e.total is None), key=lambda e: e.project):
        yield Place(project=entry.project, rank=None, total=None, award=None, reason="not_scored")


def shortlist(round_: Round, rules: ShortlistRules, drawn: Sequence[str] = ()) -> Iterator[Place]:
    """The best so many, of those who reach the least score."""
    for rank, entry in enumerate(in_order(round_, drawn), start=1):
        enough = (entry.total or 0) >= rules.least_score * HUNDREDTHS
        on_it = enough and rank <= rules.at_most
        reason = "" if on_it else "places_taken" if enough else "below_least_score"
        yield Place(project=entry.project, rank=rank, total=entry.total, award=None, shortlisted=on_it, reason=reason)
    yield from without_score(round_)


def ranking(round_: Round, adjusted: Adjusted, drawn: Sequence[str] = ()) -> Iterator[Place]:
    """The places in order. What no longer fits is passed over, and a smaller ask or another field further down may still fit.

    Whom the budget does not reach goes on with a sponsor's money, where one claimed it; else it waits on the reserve, as far as
    the rules have one. Prizes go down the ranking in their order.
    """
    left, waiting = Left.of(round_), 0
    least, rules = left.rules.least_score * HUNDREDTHS, left.rules
    for rank, entry in enumerate(in_order(round_, drawn), start=1):
        wanted, reason = adjusted.get(entry.project, (entry.ask, ""))
        place = Place(project=entry.project, rank=rank, total=entry.total, award=None)
        if (entry.total or 0) < least:
            yield place.model_copy(update={"reason": "below_least_score"})
            continue
        offer = left.offer(entry, wanted)
        if not offer.refused:
            left = left.without(entry, offer)
            yield place.model_copy(update={"award": offer.award, "prize": offer.prize, "reason": reason})
        elif (claim := round_.claims.get(entry.project)) is not None:
            yield place.model_copy(update={"award": claim.amount, "sponsor": claim.sponsor})
        elif offer.refused != "no_grade" and waiting < (rules.reserve_at_most or 0):
            waiting += 1
            kept = None if rules.fixed else wanted
            yield place.model_copy(update={"reason": reason or offer.refused, "reserve": waiting, "offer": kept})
        else:
            yield place.model_copy(update={"reason": offer.refused})
    yield from without_score(round_)
