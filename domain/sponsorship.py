"""Sponsorship 认领资助: a sponsor's money comes in for the project they claimed (C8, 15+N), and is promised to it alone.

It is kept under a purpose of its own, so no other project is ever paid from it. What is not behind a gate on funding is to be in
when the award is granted; the rest may come while the project runs, and its tranches wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from domain.award import AwardsResumed
from domain.errors import AboveLimit, FundExhausted, NotFound, PurposeMismatch
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Line, Money, PositiveSum, Role, Slug
from domain.movement import FundsReceived
from domain.project import PAYING, Project, ProjectCommand, ProjectEvent
from domain.round import Round
from domain.sources import Part, Source
from domain.sponsored import earmark, needed_at_once, paid_in, unpaid
from domain.streams import To


class SponsorshipReceived(ProjectEvent):
    """Money of the project's sponsor has come in, with the bank's reference."""

    amount: Money
    reference: Line
    received_on: date
    received_by: Slug

    def apply(self, state: Project) -> Project:
        return replace(state, sponsored=MappingProxyType({**state.sponsored, self.reference: self.amount}))


class ReceiveSponsorship(ProjectCommand):
    """Book what a sponsor has paid in for the project they claimed, at most what they promised; also in parts.

    Once the award is granted it is promised to the project at once; an award that was held up for lack of it is granted now.
    Raises NotFound (also: no sponsor), StageNotOpen, CurrencyMismatch, AboveLimit, PurposeMismatch, ReferenceUsed.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("trustee",)
    amount: PositiveSum
    received_on: date
    reference: Line
    tax_receipt: Line | None = None

    def decide(self, project: Project, round_: Round, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        project.must_be("notice", "agreement", *PAYING)
        if project.sponsored.get(self.reference) == self.amount:
            return
        if not project.sponsor:
            raise NotFound(kind="claim", id=project.id)
        fund, purpose = funds[round_.funds[0]], earmark(project)
        fund.check_currency(self.amount)
        if unpaid(project) < self.amount:
            raise AboveLimit(field="amount", value=str(self.amount), limit=str(unpaid(project)))
        if not fund.serves(purpose):
            raise PurposeMismatch(fund=fund.id, purpose=purpose, purposes=fund.purposes)
        fund.must_not_know(self.reference)
        received = FundsReceived(
            amount=self.amount,
            source=project.sponsor,
            received_on=self.received_on,
            reference=self.reference,
            purpose=purpose,
            tax_receipt=self.tax_receipt,
        )
        yield To(fund.stream_of(fund.id), received)
        told = SponsorshipReceived(
            amount=self.amount, reference=self.reference, received_on=self.received_on, received_by=by.id
        )
        yield told
        if project.stage != "notice":
            yield from promised_to(project, round_, funds.after([To(fund.stream_of(fund.id), received)]), self.amount)
        elif project.held_up and round_.stage == "running" and enough(told.apply(project)):
            yield AwardsResumed()


def enough(project: Project) -> bool:
    """Whether what has come in is enough for the award to be granted."""
    return needed_at_once(project) <= paid_in(project)


def promised_by_sponsor(project: Project, round_: Round, funds: Funds) -> Iterator[Event | To]:
    """Promise what has come in of a granted award; other money of the fund does not stand in.

    Raises FundExhausted: what is needed at once has not come.
    """
    if not enough(project):
        fund, needed = funds[round_.funds[0]], needed_at_once(project)
        raise FundExhausted(fund=fund.id, asked=str(needed), available=str(paid_in(project)))
    yield from promised_to(project, round_, funds, paid_in(project))


def promised_to(project: Project, round_: Round, funds: Funds, amount: Money) -> Iterator[Event | To]:
    """Set sponsor's money that is in the fund aside for the round, and promise it to the project."""
    if not amount.minor:
        return
    fund, purpose = funds[round_.funds[0]], earmark(project)
    allocated = tuple(funds.allocate(round_.id, (Source(fund=fund.id, purpose=purpose, amount=amount),)))
    yield from allocated
    part = Part(fund=fund.id, purpose=purpose, amount=amount)
    yield from funds.after(allocated).commit(round_.id, project.id, (part,))
