"""Budget 预算: what a project costs, line by line, and whether the programme may pay its part of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from domain.errors import AboveLimit, CostForbidden, CurrencyMismatch, Malformed, NotAnswered
from domain.kernel import Frozen, Line, Money, PositiveSum, Slug
from domain.rules import Rules
from domain.rules.budget import BudgetRules, CostCategory
from domain.rules.terms import WHOLE

Payer = Literal["grant", "own", "matched"]
"""Who pays a line: the programme, the organisation itself (自筹), or others who give beside it (配套)."""


class BudgetLine(Frozen):
    """One cost. Its category is one of the programme's, where the programme has budget rules."""

    item: Line
    amount: PositiveSum
    category: Slug | None = None
    paid_by: Payer = "grant"


def total(lines: Iterable[BudgetLine], currency: str) -> Money:
    return Money(currency=currency, minor=sum(line.amount.minor for line in lines))


def check_budget(rules: Rules, ask: Money, lines: tuple[BudgetLine, ...]) -> None:
    """The budget fits the ask, the currency and the programme's budget rules.

    Raises CurrencyMismatch, AboveLimit; with budget rules also NotAnswered (category), CostForbidden, Malformed (ask).
    """
    for amount in (ask, *(line.amount for line in lines)):
        if amount.currency != rules.currency:
            raise CurrencyMismatch(field="ask", currency=amount.currency, expected=rules.currency)
    whole = total(lines, rules.currency)
    if rules.call.budget is None:
        if whole < ask:
            raise AboveLimit(field="ask", value=str(ask), limit=f"the budget's total, {whole}")
        return
    check_categories(rules.call.budget, lines)
    granted = tuple(line for line in lines if line.paid_by == "grant")
    paid = total(granted, rules.currency)
    if paid != ask:
        raise Malformed(field="ask", rule=f"must be the sum of what the programme pays, {paid}")
    for category in rules.call.budget.categories:
        check_cap(category, total((line for line in granted if line.category == category.id), rules.currency), paid)
    share = rules.call.budget.grant_at_most_percent
    if share is not None and paid.minor * WHOLE > whole.minor * share:
        raise AboveLimit(
            field="ask", value=str(paid), limit=f"{share} percent of the budget, {percent_of(whole, share)}"
        )


def check_categories(rules: BudgetRules, lines: tuple[BudgetLine, ...]) -> None:
    """Raises NotAnswered, CostForbidden; fields count lines from 0, as in the request."""
    forbidden = {cost.id: cost for cost in rules.forbidden}
    known = {category.id for category in rules.categories}
    for place, line in enumerate(lines):
        field = f"budget.{place}.category"
        if line.category is None:
            raise NotAnswered(field=field, missing=tuple(category.id for category in rules.categories))
        cost = forbidden.get(line.category)
        if cost is not None and line.paid_by == "grant":
            raise CostForbidden(field=field, cost=cost.id, zh=cost.words.zh, en=cost.words.en)
        if cost is None and line.category not in known:
            raise NotAnswered(field=field, unknown=(line.category,))


def check_cap(category: CostCategory, spent: Money, paid: Money) -> None:
    """What the programme pays of this category, of all it pays. Raises AboveLimit."""
    field, share = f"budget.{category.id}", category.at_most_percent
    if category.at_most is not None and category.at_most < spent:
        raise AboveLimit(field=field, value=str(spent), limit=str(category.at_most))
    if share is not None and spent.minor * WHOLE > paid.minor * share:
        limit = f"{share} percent of what the programme pays, {percent_of(paid, share)}"
        raise AboveLimit(field=field, value=str(spent), limit=limit)


def percent_of(amount: Money, percent: int) -> Money:
    """Rounded down to the minor unit, since it is a most."""
    return Money(currency=amount.currency, minor=amount.minor * percent // WHOLE)
