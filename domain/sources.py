"""Sources 资金来源: which funds stand behind a round, with how much, for which purpose, by shares or in an order.

An award draws first on money for its field's own purpose (restricted before general), then on money for the programme's purpose;
among these by what each has left, or one after the other where sources have an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from domain.errors import CurrencyMismatch, Malformed
from domain.kernel import Frozen, Money, PositiveSum, Purpose, Slug
from domain.ledger import apportioned
from domain.rules import Rules
from domain.rules.terms import WHOLE

Place = tuple[str, str]
"""A fund and a purpose: where money lies."""


class SourceWish(Frozen):
    """One fund for a round: an amount, or a share of the budget in whole percent; the programme's purpose where none is named."""

    fund: Slug
    purpose: Slug | None = None
    amount: PositiveSum | None = None
    share_percent: Annotated[int, Field(ge=1, le=WHOLE)] | None = None
    order: Annotated[int, Field(ge=1, le=1_000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> SourceWish:
        if (self.amount is None) == (self.share_percent is None):
            raise ValueError("must have an amount or a share_percent, not both")
        return self


class Source(Frozen):
    """资金来源: what a fund gives to a round, for one purpose; `order` where sources are used up one after the other."""

    fund: Slug
    purpose: Purpose
    amount: Money
    order: int | None = None


class Part(Frozen):
    """分摊: what a fund gives to one award, for one purpose."""

    fund: Slug
    purpose: Purpose
    amount: Money


def _sound(sources: tuple[SourceWish, ...]) -> tuple[SourceWish, ...]:
    """Raises ValueError."""
    seen: set[tuple[str, str | None]] = set()
    for source in sources:
        if (source.fund, source.purpose) in seen:
            raise ValueError(f"must not name {source.fund} twice for one purpose")
        seen.add((source.fund, source.purpose))
    orders = [source.order for source in sources if source.order is not None]
    if orders and len(orders) != len(sources):
        raise ValueError("must have an order everywhere or nowhere")
    if len(set(orders)) != len(orders):
        raise ValueError("must not have the same order twice")
    shares = sum(source.share_percent or 0 for source in sources)
    if shares > WHOLE:
        raise ValueError(f"shares add up to {shares} percent, more than {WHOLE}")
    return sources


SourceWishes = Annotated[tuple[SourceWish, ...], Field(max_length=50), AfterValidator(_sound)]


def behind(wishes: Sequence[SourceWish], budget: Money, rules: Rules) -> tuple[Source, ...]:
    """What each source gives: together exactly the budget, each for a purpose that the programme serves.

    Raises Malformed, CurrencyMismatch.
    """
    for wish in wishes:
        if wish.amount is not None and wish.amount.currency != budget.currency:
            field = f"sources.{wish.fund}.amount"
            raise CurrencyMismatch(field=field, currency=wish.amount.currency, expected=budget.currency)
        if wish.purpose is not None and wish.purpose not in rules.purposes:
            raise Malformed(field=f"sources.{wish.fund}.purpose", rule="must be one of " + ", ".join(rules.purposes))
    shares = [wish.share_percent or 0 for wish in wishes]
    shared = iter(_shared(budget.minor, shares))
    sources = tuple(
        Source(
            fund=wish.fund,
            purpose=wish.purpose or rules.purpose,
            amount=wish.amount or Money(currency=budget.currency, minor=next(shared)),
            order=wish.order,
        )
        for wish in wishes
    )
    total = Money(currency=budget.currency, minor=sum(source.amount.minor for source in sources))
    if total != budget:
        raise Malformed(field="sources", rule=f"add up to {total}, not to the budget of {budget}")
    return sources


def _shared(budget: int, shares: Iterable[int]) -> list[int]:
    weights = [share for share in shares if share]
    return apportioned(budget * sum(weights) // WHOLE, weights)


def tiers(sources: Sequence[Source], serving: Iterable[str]) -> Iterator[list[Place]]:
    """Where an award for these purposes is taken from: the first tier's money until it is used up, then the next one's."""
    for purpose in serving:
        fitting = [source for source in sources if source.purpose == purpose]
        places = [(source.fund, source.purpose) for source in sorted(fitting, key=lambda source: source.order or 0)]
        if all(source.order is None for source in fitting):
            yield places
        else:
            yield from ([place] for place in places)


Room = Mapping[str, int]
"""Purpose → money of a round, in minor units, that no award has taken yet."""


def room_in(sources: Iterable[Source]) -> Room:
    found: dict[str, int] = {}
    for source in sources:
        found[source.purpose] = found.get(source.purpose, 0) + source.amount.minor
    return MappingProxyType(found)


def room_without(room: Room, serving: Iterable[str], minor: int) -> Room | None:
    """What is left beside an award that serves these purposes, the first one's money before the next one's; None: too little.

    Restricted money goes first, so whether several awards have room does not depend on their order.
    """
    left = dict(room)
    for purpose in serving:
        part = min(minor, left.get(purpose, 0))
        left[purpose] = left.get(purpose, 0) - part
        minor -= part
    return None if minor else MappingProxyType(left)
