"""Commitment 承诺: an award is promised from the funds behind its round; the project remembers which gives how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from domain.claim import claim_rules
from domain.errors import FundExhausted
from domain.funds import Funds
from domain.kernel import Event, Money
from domain.project import Project, ProjectEvent
from domain.round import Round
from domain.sources import Part, Source, tiers
from domain.streams import To


class AwardSplit(ProjectEvent):
    """Several funds stand behind the round: which of them gives how much of the award, and for which purpose."""

    parts: tuple[Part, ...]

    def apply(self, state: Project) -> Project:
        return replace(state, sources=self.parts)


def promised(project: Project, round_: Round, funds: Funds, award: Money) -> Iterator[Event | To]:
    """Promise the award to the project. Raises CurrencyMismatch, FundExhausted (also: no money for its purposes is left)."""
    place = round_.places.get(project.id)
    if place is not None and place.sponsor is not None:
        yield from promised_by_sponsor(project, round_, funds, award)
        return
    serving = round_.rules.purposes_of(project.field)
    parts = funds.split(round_.id, award, tiers(round_.backing, serving))
    if round_.sources:
        yield AwardSplit(parts=parts)
    yield from funds.commit(round_.id, project.id, parts)


def promised_by_sponsor(project: Project, round_: Round, funds: Funds, award: Money) -> Iterator[Event | To]:
    """Promise the award out of what sponsors have paid in under the purpose of claims; other money of the fund does not stand in.

    Raises FundExhausted: their money has not come.
    """
    fund, purpose = funds[round_.funds[0]], claim_rules(round_).purpose
    received = max(0, fund.books.get(("available", purpose), 0))
    if received < award.minor:
        raise FundExhausted(fund=fund.id, asked=str(award), available=str(fund.money(received)))
    allocated = tuple(funds.allocate(round_.id, (Source(fund=fund.id, purpose=purpose, amount=award),)))
    yield from allocated
    parts = (Part(fund=fund.id, purpose=purpose, amount=award),)
    if round_.sources:
        yield AwardSplit(parts=parts)
    yield from funds.after(allocated).commit(round_.id, project.id, parts)
