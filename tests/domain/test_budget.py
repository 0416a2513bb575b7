"""The budget 预算: what the programme pays, up to how much, and what it never pays (C5, B3)."""

from typing import Any

import pytest

from domain.application import ApplicationSubmitted
from domain.budget import BudgetLine, check_budget
from domain.errors import AboveLimit, CostForbidden, CurrencyMismatch, Malformed, NotAnswered
from domain.kernel import Money
from domain.organisation import ApplicationEntered
from entrypoints import wording
from tests.controls import apply_with, chen, on, rules_with, yuan
from tests.situations import a_programme, an_open_round
from tests.world import given


def named(id_: str, **limits: Any) -> dict[str, Any]:
    return {"id": id_, "words": {"zh": f"{id_} 费", "en": id_}} | limits


RULES = rules_with(
    call={
        "budget": {
            "categories": [
                named("materials"),
                named("staff", at_most_percent=30),
                named("travel", at_most="CNY 1000.00"),
            ],
            "forbidden": [named("receptions"), named("cars")],
            "grant_at_most_percent": 60,
        }
    }
)


def line(amount: int, category: str | None = "materials", paid_by: Any = "grant") -> BudgetLine:
    return BudgetLine(item="x", amount=yuan(amount), category=category, paid_by=paid_by)


def check(*lines: BudgetLine, ask: int) -> None:
    check_budget(RULES, yuan(ask), lines)


OWN = line(20_000, "materials", "own")


def test_the_ask_is_what_the_programme_pays_and_others_pay_the_rest() -> None:
    lines = (line(20_000), line(8_000, "staff"), OWN, line(5_000, "cars", "matched"))
    given(a_programme(RULES), an_open_round()).when(
        apply_with(ask=yuan(28_000), budget=lines), by=chen, at=on("03-10")
    ).then(ApplicationSubmitted, ApplicationEntered)
    with pytest.raises(Malformed) as caught:
        check(*lines, ask=30_000)
    rule = "must be the sum of what the programme pays, CNY 28,000.00"
    assert caught.value.fields == {"field": "ask", "rule": rule}
    assert wording.rule(rule).zh == "应等于资助款支付的各项之和 CNY 28,000.00"


def test_the_programme_pays_at_most_its_share_of_the_whole_budget() -> None:
    check(line(30_000), OWN, ask=30_000)  # exactly 60 percent
    with pytest.raises(AboveLimit) as caught:
        check(line(30_001), OWN, ask=30_001)
    assert caught.value.fields["limit"] == "60 percent of the budget, CNY 30,000.60"
    assert wording.refusal(caught.value).zh.startswith("字段 ask 的值 30,001.00 元 超过上限 预算总额的 60%")


@pytest.mark.parametrize(
    ("lines", "ask", "field", "limit"),
    [
        (
            (line(6_999), line(3_001, "staff"), OWN),
            10_000,
            "budget.staff",
            "30 percent of what the programme pays, CNY 3,000.00",
        ),
        ((line(8_999), line(1_001, "travel"), OWN), 10_000, "budget.travel", "CNY 1,000.00"),
    ],
)
def test_a_category_has_its_cap(lines: tuple[BudgetLine, ...], ask: int, field: str, limit: str) -> None:
    with pytest.raises(AboveLimit) as caught:
        check(*lines, ask=ask)
    assert (caught.value.fields["field"], caught.value.fields["limit"]) == (field, limit)


def test_a_cap_is_reached_but_not_passed_and_binds_the_programmes_money_only() -> None:
    check(line(7_000), line(3_000, "staff"), OWN, ask=10_000)
    check(line(9_000), line(1_000, "travel"), OWN, line(5_000, "travel", "own"), ask=10_000)


def test_what_is_on_the_negative_list_is_never_paid_by_the_programme() -> None:
    with pytest.raises(CostForbidden) as caught:
        check(line(1_000), line(500, "receptions"), OWN, ask=1_500)
    assert caught.value.fields == {
        "field": "budget.1.category",
        "cost": "receptions",
        "zh": "receptions 费",
        "en": "receptions",
    }
    check(line(1_000), line(500, "receptions", "own"), OWN, ask=1_000)


def test_each_line_says_a_category_of_the_programme() -> None:
    with pytest.raises(NotAnswered) as missing:
        check(line(1_000), line(1_000, None), ask=2_000)
    assert missing.value.fields == {"field": "budget.1.category", "missing": "materials, staff, travel", "unknown": ""}
    with pytest.raises(NotAnswered) as unknown:
        check(line(1_000, "fireworks"), ask=1_000)
    assert unknown.value.fields == {"field": "budget.0.category", "missing": "", "unknown": "fireworks"}


def test_a_budget_is_in_the_programmes_currency() -> None:
    euro = BudgetLine(item="x", amount=Money(currency="EUR", minor=1), category="materials")
    with pytest.raises(CurrencyMismatch):
        check(euro, ask=1)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"categories": []}, "at least 1 item"),
        ({"categories": [named("a"), named("a")]}, "budget categories: a is named twice"),
        ({"categories": [named("a")], "forbidden": [named("a")]}, "budget categories: a is named twice"),
        ({"categories": [named("a", at_most_percent=101)]}, "less than or equal to 100"),
        ({"categories": [named("a")], "grant_at_most_percent": 0}, "greater than or equal to 1"),
        (
            {"categories": [named("a", at_most="EUR 1.00")]},
            "call.budget.categories.a.at_most is in EUR, the programme in CNY",
        ),
    ],
)
def test_budget_rules_that_cannot_be_kept_are_not_rules(budget: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rules_with(call={"budget": budget})
