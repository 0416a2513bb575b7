"""Split of a payment 付款分摊: which fund pays how much of it, and for which purpose.

A payment is divided by what each still has to pay of the award. What was paid is on record; what comes next is reckoned from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from domain.funds import Funds
from domain.kernel import Line, Money, Slug
from domain.ledger import apportioned
from domain.movement import FundsDisbursed
from domain.project import Project, ProjectEvent
from domain.sources import Part
from domain.sponsored import earmark
from domain.streams import To


class PaymentSplit(ProjectEvent):
    """Several funds stand behind the award: which of them paid how much under this reference."""

    tranche: Slug
    reference: Line
    parts: tuple[Part, ...]

    def apply(self, state: Project) -> Project:
        return state.putting(state.tranche(self.tranche).with_parts(self.reference, self.parts))


def recorded(
    project: Project, tranche: str, reference: str, funds: Funds, paid: Sequence[To]
) -> Iterator[PaymentSplit]:
    """What the funds have paid, where there are several parts of the award."""
    if len(project.sources) < 2:
        return
    by_stream = {fund.stream_of(fund.id): fund for fund in funds.members}
    parts = tuple(
        Part(fund=by_stream[stream].id, purpose=event.purpose_in(by_stream[stream]), amount=event.amount)
        for stream, event in paid
        if isinstance(event, FundsDisbursed)
    )
    yield PaymentSplit(tranche=tranche, reference=reference, parts=parts)


def split_of(project: Project, amount: Money) -> tuple[Part, ...]:
    """Who pays so much of the award, as it would be paid next; less where less is left of it."""
    left = _unpaid(project)
    minor = min(amount.minor, sum(part.amount.minor for part in left))
    parts = zip(left, apportioned(minor, [part.amount.minor for part in left]), strict=True) if minor else ()
    return tuple(_with(part, each) for part, each in parts if each)


def paid_by(project: Project, tranche: str) -> tuple[Part, ...]:
    """Who has paid what of a tranche, without what came back."""
    payments = [payment for payment in project.tranche(tranche).remittances if not payment.failed]
    if len(project.sources) < 2:
        minor = sum(payment.minor for payment in payments)
        return tuple(_with(part, minor) for part in sources_of(project)[:1] if minor)
    return joined(part for payment in payments for part in payment.parts)


def sources_of(project: Project) -> tuple[Part, ...]:
    """Which fund gives how much of the award, and for which purpose; also where it is one."""
    if project.sources or project.award is None:
        return project.sources
    purpose = earmark(project) if project.sponsor else project.rules.purpose
    return (Part(fund=project.fund, purpose=purpose, amount=project.award),)


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts with each fund and purpose once."""
    sums: dict[tuple[str, str], Part] = {}
    for part in parts:
        place = (part.fund, part.purpose)
        sums[place] = _with(part, part.amount.minor + (sums[place].amount.minor if place in sums else 0))
    return tuple(sums.values())


def _unpaid(project: Project) -> list[Part]:
    """The parts of the award without what each has paid, fund by fund."""
    order = {fund: place for place, fund in enumerate(project.funds)}
    parts = sorted(sources_of(project), key=lambda part: order[part.fund])
    paid = joined([part for id_ in project.tranches for part in paid_by(project, id_)])
    spent = {(part.fund, part.purpose): part.amount.minor for part in paid}
    return [_with(part, part.amount.minor - spent.get((part.fund, part.purpose), 0)) for part in parts]


def _with(part: Part, minor: int) -> Part:
    return part.model_copy(update={"amount": Money(currency=part.amount.currency, minor=minor)})
