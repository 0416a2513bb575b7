"""Refund 退还认领资金: a sponsor's money for a project that has ended is given back to them.

It was given for this project alone (定向), so no other one can have it: without this it would lie in the fund for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from domain.errors import AboveLimit, NotFound
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Line, Money, PositiveSum, Role, Slug
from domain.ledger import Lot
from domain.movement import FundsRefunded
from domain.project import Project, ProjectCommand, ProjectEvent
from domain.round import Round
from domain.sponsored import earmark
from domain.streams import To


class SponsorshipRefunded(ProjectEvent):
    """Money of the sponsor was given back to them, with the bank's reference."""

    amount: Money
    reference: Line
    refunded_on: date
    refunded_by: Slug

    def apply(self, state: Project) -> Project:
        return replace(state, refunded=MappingProxyType({**state.refunded, self.reference: self.amount}))


class RefundSponsorship(ProjectCommand):
    """Give a sponsor back what is left of their money for a project that has ended; also in parts.

    It was for this project alone, so no other one can have it. What is free of it in the fund is taken, then what the
    round has free of it; of an award that was paid out in part that is what came back.

    Raises NotFound (also: no sponsor), StageNotOpen, CurrencyMismatch, AboveLimit, ReferenceUsed.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("trustee",)
    amount: PositiveSum
    refunded_on: date
    reference: Line

    def decide(self, project: Project, round_: Round, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be("ended")
        if project.refunded.get(self.reference) == self.amount:
            return
        if not project.sponsor:
            raise NotFound(kind="claim", id=project.id)
        fund, purpose = funds[round_.funds[0]], earmark(project)
        fund.check_currency(self.amount)
        fund.must_not_know(self.reference)
        unused = max(0, fund.books.get(("available", purpose), 0))
        lot = fund.lots.get((round_.id, purpose), Lot()).free
        if unused + lot < self.amount.minor:
            raise AboveLimit(field="amount", value=str(self.amount), limit=str(fund.money(unused + lot)))
        of_fund = min(unused, self.amount.minor)
        for minor, where in ((of_fund, None), (self.amount.minor - of_fund, round_.id)):
            if minor:
                yield To(fund.stream_of(fund.id), self._refunded(project, purpose, fund.money(minor), where))
        yield SponsorshipRefunded(
            amount=self.amount, reference=self.reference, refunded_on=self.refunded_on, refunded_by=by.id
        )

    def _refunded(self, project: Project, purpose: str, amount: Money, round_id: str | None) -> FundsRefunded:
        return FundsRefunded(
            amount=amount,
            to=project.sponsor,
            refunded_on=self.refunded_on,
            reference=self.reference,
            purpose=purpose,
            round=round_id,
        )
