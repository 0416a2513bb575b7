"""Funds 资金来源: what may be done with the money of the fund, or of the several funds, behind a round and its projects.

Whatever is paid, released or given back is divided over the funds, and over a fund's purposes, as the project has it from them,
to the fen. Every method yields the events with the fund each is for (`yield from funds.release(…)`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from domain.errors import AboveLimit, FundExhausted, NotFound, PurposeMismatch
from domain.fund import Fund
from domain.kernel import Money
from domain.ledger import Lot, Stake, apportioned
from domain.movement import (
    AllocationReturned,
    FundEvent,
    FundsAllocated,
    FundsCommitted,
    FundsDisbursed,
    FundsReleased,
    FundsReturned,
    PaymentReversed,
)
from domain.sources import Part, Place, Source
from domain.streams import To, together

FUND: Final = "fund"
ReturnsTo = Literal["fund", "round"]


class Pot(NamedTuple):
    """A fund's money for one purpose, of which `minor` can be taken."""

    fund: Fund
    purpose: str
    minor: int


def taken(minor: int, *tiers: Sequence[Pot]) -> list[Pot]:
    """So much out of the pots: the first tier's until they are empty, then the next one's; within a tier by what is in them."""
    found: list[Pot] = []
    for tier in tiers:
        pots = [pot for pot in tier if pot.minor > 0]
        part = min(minor, sum(pot.minor for pot in pots))
        minor -= part
        if part:
            parts = zip(pots, apportioned(part, [pot.minor for pot in pots]), strict=True)
            found += [pot._replace(minor=each) for pot, each in parts if each]
    return found


@together(Fund)
class Funds:
    """The funds a command is on, in the order of their sources; one, mostly."""

    def __init__(self, members: tuple[Fund, ...]) -> None:
        self.members = members

    def __getitem__(self, id_: str) -> Fund:
        """Raises NotFound."""
        for fund in self.members:
            if fund.id == id_:
                return fund
        raise NotFound(kind="fund", id=id_)

    @property
    def ids(self) -> str:
        return ", ".join(fund.id for fund in self.members)

    def after(self, events: Iterable[To]) -> Funds:
        """The funds with these events applied."""
        now = {fund.stream_of(fund.id): fund for fund in self.members}
        for stream, event in events:
            now[stream] = event.apply(now[stream])
        return Funds(tuple(now.values()))

    def money(self, minor: int) -> Money:
        return self.members[0].money(minor)

    def free_in(self, round_id: str) -> int:
        """Set aside for the round and promised to nobody."""
        return sum(fund.free_in(round_id) for fund in self.members)

    def outstanding_in(self, round_id: str) -> int:
        """Promised to projects of the round, not yet paid."""
        return sum(fund.outstanding_in(round_id) for fund in self.members)

    def promised_to(self, project: str) -> int:
        """Promised to the project, neither paid nor released."""
        return sum(fund.promised_to(project) for fund in self.members)

    def paid_to(self, project: str) -> int:
        """Paid to the project and not given back."""
        return sum(fund.paid_to(project) for fund in self.members)

    def parts_of(self, project: str) -> tuple[Part, ...]:
        """What each has promised or paid to the project, for each purpose."""
        return tuple(
            Part(fund=fund.id, purpose=stake.purpose, amount=fund.money(stake.promised + stake.paid))
            for fund in self.members
            for stake in fund.stakes_of(project)
        )

    def allocate(self, round_id: str, sources: Iterable[Source]) -> Iterator[To]:
        """Set money aside for a round. Raises NotFound, CurrencyMismatch, PurposeMismatch, FundExhausted."""
        now = {fund.id: fund for fund in self.members}
        for source in sources:
            fund, amount, purpose = now[source.fund], source.amount, source.purpose
            fund.must_exist()
            fund.check_currency(amount, "budget")
            if not fund.serves(purpose):
                raise PurposeMismatch(fund=fund.id, purpose=purpose, purposes=fund.purposes)
            available = fund.available_for(purpose)
            if amount.minor > available:
                raise FundExhausted(fund=fund.id, asked=str(amount), available=str(fund.money(available)))
            event = FundsAllocated(round=round_id, amount=amount, purpose=purpose)
            now[fund.id] = event.apply(fund)  # the next source may be of the same fund
            yield _to(fund, event)

    def split(self, round_id: str, amount: Money, tiers: Iterable[Sequence[Place]]) -> tuple[Part, ...]:
        """What each fund gives to an award out of what the round has free, the first tier's before the next one's.

        Raises CurrencyMismatch, FundExhausted.
        """
        pots = (
            [Pot(self[fund], purpose, self[fund].lots.get((round_id, purpose), Lot()).free) for fund, purpose in tier]
            for tier in tiers
        )
        return tuple(
            Part(fund=pot.fund.id, purpose=pot.purpose, amount=pot.fund.money(pot.minor))
            for pot in self._covered(amount, *pots)
        )

    def commit(self, round_id: str, project: str, parts: Iterable[Part]) -> Iterator[To]:
        """Promise to a project what `split` gave."""
        for part in parts:
            fund = self[part.fund]
            said = _said(fund, round_id, part.purpose)
            yield _to(fund, FundsCommitted(round=round_id, project=project, amount=part.amount, purpose=said))

    def disburse(self, round_id: str, project: str, amount: Money, reference: str) -> Iterator[To]:
        """Pay out of what was promised to the project. Raises ReferenceUsed, CurrencyMismatch, FundExhausted."""
        self._must_be_new(reference)
        for fund, purpose, minor in self._covered(amount, self._stakes(project, lambda stake: stake.promised)):
            said, part = _said(fund, round_id, purpose), fund.money(minor)
            yield _to(
                fund,
                FundsDisbursed(round=round_id, project=project, amount=part, reference=reference, purpose=said),
            )

    def release(self, round_id: str, project: str, amount: Money | None = None) -> Iterator[To]:
        """What was promised to the project and not paid goes back to the round, or this much of it.

        Where the round has ended it goes on to the fund. Raises CurrencyMismatch, FundExhausted.
        """
        pots = self._stakes(project, lambda stake: stake.promised)
        for fund, purpose, minor in pots if amount is None else self._covered(amount, pots):
            if minor:
                said, part = _said(fund, round_id, purpose), fund.money(minor)
                yield _to(fund, FundsReleased(round=round_id, project=project, amount=part, purpose=said))
                if round_id in fund.ended:
                    yield _to(fund, AllocationReturned(round=round_id, amount=part, purpose=said))

    def take_back(
        self, round_id: str, project: str, amount: Money, reference: str, to: ReturnsTo = FUND
    ) -> Iterator[To]:
        """A project gives back what it was paid (unspent, clawed back), at most all of it: its purpose stays.

        It is free again in the fund, or in the round as long as that has not ended. `reference` is the bank's for the receipt.
        Raises ReferenceUsed, CurrencyMismatch, AboveLimit.
        """
        self._must_be_new(reference)
        self._check_currency(amount)
        paid = self.paid_to(project)
        if amount.minor > paid:
            raise AboveLimit(field="amount", value=str(amount), limit=str(self.money(paid)))
        for fund, purpose, minor in taken(amount.minor, self._stakes(project, lambda stake: stake.paid)):
            yield _to(
                fund,
                FundsReturned(
                    round=round_id,
                    project=project,
                    amount=fund.money(minor),
                    purpose=purpose,
                    reference=reference,
                    to=FUND if round_id in fund.ended else to,
                ),
            )

    def reverse(self, reference: str) -> Iterator[To]:
        """A payment has failed: its money is promised to the project again. Said twice, it is reversed once.

        Raises NotFound (nothing was paid under this reference), AboveLimit (the project gave some of it back meanwhile).
        """
        found = [(fund, payment) for fund in self.members for payment in fund.references.get(reference, ())]
        if not found:
            raise NotFound(kind="payment", id=reference)
        for fund, payment in found:
            if payment.reversed:
                continue
            paid = sum(s.paid for s in fund.stakes_of(payment.project) if s.purpose == payment.purpose)
            if payment.minor > paid:
                raise AboveLimit(field="reference", value=str(fund.money(payment.minor)), limit=str(fund.money(paid)))
            yield _to(
                fund,
                PaymentReversed(
                    round=payment.round,
                    project=payment.project,
                    amount=fund.money(payment.minor),
                    purpose=payment.purpose,
                    reference=reference,
                ),
            )

    def end(self, round_id: str, *, always: bool = False) -> Iterator[To]:
        """What the round did not use goes back to its funds, each with its purpose.

        `always`: also where that is nothing, so that the fund knows that what comes back later is not for the round.
        """
        for fund in self.members:
            for purpose, lot in fund.lots_of(round_id).items():
                if lot.free or always:
                    said, part = _said(fund, round_id, purpose), fund.money(lot.free)
                    yield _to(fund, AllocationReturned(round=round_id, amount=part, purpose=said))

    def _stakes(self, project: str, minor: Callable[[Stake], int]) -> list[Pot]:
        return [Pot(fund, stake.purpose, minor(stake)) for fund in self.members for stake in fund.stakes_of(project)]

    def _covered(self, amount: Money, *tiers: Iterable[Pot]) -> list[Pot]:
        """The amount out of these pots. Raises CurrencyMismatch, FundExhausted."""
        self._check_currency(amount)
        pots = [[*tier] for tier in tiers]
        available = sum(pot.minor for tier in pots for pot in tier)
        if amount.minor > available:
            raise FundExhausted(fund=self.ids, asked=str(amount), available=str(self.money(available)))
        return taken(amount.minor, *pots)

    def _check_currency(self, amount: Money) -> None:
        for fund in self.members:
            fund.check_currency(amount)

    def _must_be_new(self, reference: str) -> None:
        for fund in self.members:
            fund.must_not_know(reference)


def _to(fund: Fund, event: FundEvent) -> To:
    return To(fund.stream_of(fund.id), event)


def _said(fund: Fund, round_id: str, purpose: str) -> str | None:
    """The purpose, where the round has money of the fund for several."""
    return purpose if len(fund.lots_of(round_id)) > 1 else None
