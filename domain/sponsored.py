"""Sponsored 认领资金: how much of an award its sponsor has paid in, and which tranche that is enough for. Pure functions."""

from __future__ import annotations

from domain.kernel import Money
from domain.ledger import own
from domain.project import Project
from domain.rules.gate import needs_funding
from domain.rules.selection import SelectionRules
from domain.rules.tranche import split
from domain.tranche_chain import Tranche


def earmark(project: Project) -> str:
    """The purpose under which its sponsor's money is kept: the project's own, so that no other one can have it."""
    purpose = next(each.claims.purpose for each in project.rules.each(SelectionRules) if each.claims is not None)
    return own(purpose, project.id)


def paid_in(project: Project) -> Money:
    """What the sponsor has paid in so far."""
    return _of(project, sum(amount.minor for amount in project.sponsored.values()))


def unpaid(project: Project) -> Money:
    """What the sponsor has still to pay in; nothing where none is to pay."""
    award = project.award.minor if project.award is not None and project.sponsor else 0
    return _of(project, max(0, award - paid_in(project).minor))


def refundable(project: Project) -> Money:
    """What its sponsor paid in for a project that ended before anything was paid out, and has not been given back."""
    if project.stage != "ended" or any(tranche.paid.minor for tranche in project.tranches.values()):
        return _of(project, 0)
    return paid_in(project) - _of(project, sum(amount.minor for amount in project.refunded.values()))


def needed_at_once(project: Project) -> Money:
    """What is to be in when the award is granted: every tranche that does not wait for the money itself."""
    if project.tranches:
        return _of(project, sum(_due(each) for each in project.tranches.values() if not needs_funding(each.gate)))
    rules = project.rules.tranches
    parts = zip(rules, split(rules, project.award or _of(project, 0)), strict=True)
    return _of(project, sum(amount.minor for rule, amount in parts if not needs_funding(rule.gate)))


def lacking_for(project: Project, tranche: Tranche) -> Money:
    """What is still to be paid in before this tranche can be paid, those that wait like it coming first in their order."""
    if not project.sponsor:
        return _of(project, 0)
    needed = needed_at_once(project).minor
    for each in project.tranches.values():
        if needs_funding(each.gate):
            needed += _due(each)
        if each.id == tranche.id:
            break
    return _of(project, max(0, needed - paid_in(project).minor))


def _due(tranche: Tranche) -> int:
    """What it takes: of a forfeited one only what was paid."""
    return tranche.paid.minor if tranche.status == "forfeited" else tranche.amount.minor


def _of(project: Project, minor: int) -> Money:
    return Money(currency=project.rules.currency, minor=minor)
