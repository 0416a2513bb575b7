"""Reckoning 结算核定: what an evaluated project is still to be paid, and what goes back to its round.

An open payment order counts as paid: the bank may have carried it out already.

A failed one is paid nothing more. In a purchase of services the last tranches are cut to what the accepted services come to, and
what was paid above that is to be given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from domain.commitment import AwardSplit
from domain.funds import Funds
from domain.kernel import Frozen, Money, Slug
from domain.project import Project, ProjectEvent
from domain.service import earned
from domain.streams import To
from domain.tranche_chain import Tranche


class TranchesForfeited(ProjectEvent):
    """What was not paid when the evaluation failed, or its gate had shut for good, will not be; it goes back to the round."""

    tranches: tuple[Slug, ...]

    def apply(self, state: Project) -> Project:
        kept = {
            id_: replace(tranche, status="forfeited") if id_ in self.tranches else tranche
            for id_, tranche in state.tranches.items()
        }
        return replace(state, tranches=MappingProxyType(kept))


class CutTranche(Frozen):
    """A tranche with its new amount; nothing, when it is not paid any more."""

    tranche: Slug
    amount: Money


class ServicesReckoned(ProjectEvent):
    """The accepted services come to `earned`. Tranches above that are cut, the last first, and asked for anew.

    `overpaid` is what was paid above it, and is to be given back.
    """

    earned: Money
    cut: tuple[CutTranche, ...]
    overpaid: Money

    def apply(self, state: Project) -> Project:
        tranches = {**state.tranches}
        for each in self.cut:
            tranches[each.tranche] = _cut(tranches[each.tranche], each.amount)
        closing = replace(state.closing, owed_minor=self.overpaid.minor)
        return replace(state, tranches=MappingProxyType(tranches), earned=self.earned, closing=closing)


def _cut(tranche: Tranche, amount: Money) -> Tranche:
    """Asked for anew; with nothing left it is paid, or forfeited where it never was."""
    cut = replace(tranche.sent_back(), amount=amount)
    return cut if cut.left.minor else replace(cut, status="paid" if cut.paid.minor else "forfeited")


def reckon(project: Project, funds: Funds) -> Iterator[ProjectEvent | To]:
    """What follows for the money of a project that has just been evaluated."""
    after = project
    for event in _reckoned(project):
        yield event
        after = event.apply(after)
    if after is not project:
        yield from set_free(after, funds)


def set_free(project: Project, funds: Funds) -> Iterator[ProjectEvent | To]:
    """What is promised beyond all that can still be paid goes back to the round.

    Where several funds stand behind the award, what each gives now is on record.
    A sponsor's money that has not come in is not promised: there may be less to set free.
    """
    due = sum(each.left.minor for each in project.tranches.values() if each.status not in {"paid", "forfeited"})
    spare = funds.promised_to(project.id) - due
    if spare <= 0:
        return
    released = tuple(funds.release(project.round, project.id, funds.money(spare)))
    if project.sources:
        yield AwardSplit(parts=funds.after(released).parts_of(project.id))
    yield from released


def _reckoned(project: Project) -> Iterator[ProjectEvent]:
    unpaid = tuple(each for each in project.tranches.values() if each.status not in {"ordered", "paid", "forfeited"})
    if not project.evaluation_passed:
        if unpaid:
            yield TranchesForfeited(tranches=tuple(each.id for each in unpaid))
        unpaid = ()
    worth = earned(project)
    if worth is not None:
        yield _by_the_piece(project, worth, unpaid)


def _by_the_piece(project: Project, worth: Money, unpaid: tuple[Tranche, ...]) -> ServicesReckoned:
    paid = sum((each.amount if each.status == "ordered" else each.paid).minor for each in project.tranches.values())
    left, cut = max(0, sum(each.left.minor for each in unpaid) - max(worth.minor - paid, 0)), []
    for tranche in reversed(unpaid):
        off = min(left, tranche.left.minor)
        left -= off
        if off:
            cut.append(CutTranche(tranche=tranche.id, amount=_of(worth, tranche.amount.minor - off)))
    return ServicesReckoned(earned=worth, cut=tuple(cut), overpaid=_of(worth, max(0, paid - worth.minor)))


def _of(like: Money, minor: int) -> Money:
    return Money(currency=like.currency, minor=minor)
