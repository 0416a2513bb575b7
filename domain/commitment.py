"""Commitment 承诺: an award is promised from the funds behind its round; the project remembers which gives how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from domain.funds import Funds
from domain.kernel import Event, Money
from domain.project import Project, ProjectEvent
from domain.round import Round
from domain.sources import Part, tiers
from domain.sponsorship import promised_by_sponsor
from domain.streams import To


class AwardSplit(ProjectEvent):
    """Several funds stand behind the round: which of them gives how much of the award, and for which purpose."""

    parts: tuple[Part, ...]

    def apply(self, state: Project) -> Project:
        return replace(state, sources=self.parts)


def promised(project: Project, round_: Round, funds: Funds, award: Money) -> Iterator[Event | To]:
    """Promise the award to the project it was granted to, or of a sponsor's award what has come in.

    Raises CurrencyMismatch, FundExhausted (also: no money for its purposes is left).
    """
    if project.sponsor:
        yield from promised_by_sponsor(project, round_, funds)
        return
    serving = round_.rules.purposes_of(project.field)
    parts = funds.split(round_.id, award, tiers(round_.backing, serving))
    if round_.sources:
        yield AwardSplit(parts=parts)
    yield from funds.commit(round_.id, project.id, parts)
