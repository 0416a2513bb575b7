"""The plan of tranches: fixed amounts first, shares of the rest, to the fen."""

from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.agreement import tranche_plan
from domain.kernel import Money
from domain.rules import Rules
from tests.controls import RULES, yuan

WORDS = {"zh": "款", "en": "Tranche"}


def planned(*sizes: dict[str, Any]) -> Rules:
    plan = [{"id": f"t{n}", "words": WORDS} | size for n, size in enumerate(sizes, 1)]
    return Rules.model_validate(RULES.model_dump() | {"tranches": plan})


def share(percent: int) -> dict[str, Any]:
    return {"share_percent": percent}


def fixed(amount: str) -> dict[str, Any]:
    return {"amount": f"CNY {amount}"}


def amounts(rules: Rules, award: Money) -> dict[str, int]:
    return {plan.id: plan.amount.minor // 100 for plan in tranche_plan(rules, award)}


def test_fixed_amounts_come_first_and_the_shares_split_the_rest() -> None:
    rules = planned(share(40), fixed("5000.00"), share(60))
    assert amounts(rules, yuan(25_000)) == {"t1": 8_000, "t2": 5_000, "t3": 12_000}


def test_what_rounding_leaves_goes_to_the_last_share() -> None:
    rules = planned(share(33), share(67), fixed("0.01"))
    assert [plan.amount.minor for plan in tranche_plan(rules, Money(minor=102))] == [33, 68, 1]


def test_an_award_below_the_fixed_amounts_is_used_up_by_them_in_their_order_and_what_comes_to_nothing_is_not_planned() -> (
    None
):
    rules = planned(fixed("20000.00"), fixed("5000.00"), share(100))
    assert amounts(rules, yuan(22_000)) == {"t1": 20_000, "t2": 2_000}
    assert amounts(rules, yuan(20_000)) == {"t1": 20_000}


@for_any(
    st.lists(st.integers(1, 1_000_000), max_size=4),
    st.lists(st.integers(0, 100), max_size=4),
    st.integers(1, 3_000_000),
)
def test_the_parts_are_the_award_to_the_fen(fens: list[int], cuts: list[int], award: int) -> None:
    ends = sorted(cuts)
    shares = [share(high - low) for low, high in zip([0, *ends], [*ends, 100], strict=True)]
    fens = fens[: next((n for n in range(len(fens)) if sum(fens[: n + 1]) > 3_000_000), len(fens))]
    rules = planned(*({"amount": {"currency": "CNY", "minor": fen}} for fen in fens), *shares)
    parts = tranche_plan(rules, Money(minor=award))
    assert sum(part.amount.minor for part in parts) == award
    assert all(part.amount.minor > 0 for part in parts)
    if sum(fens) <= award:
        assert [part.amount.minor for part in parts][: len(fens)] == fens


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([share(50), share(60)], "tranche shares add up to 110 percent, not 100"),
        ([fixed("1000.00")], "tranche shares add up to 0 percent, not 100"),
        ([share(100), {}], "tranche t2 needs share_percent or amount, not both"),
        ([share(100) | fixed("1.00")], "tranche t1 needs share_percent or amount, not both"),
        ([share(100), {"amount": "EUR 1.00"}], "tranche t2 is in EUR, the programme in CNY"),
        ([share(100), fixed("0.00")], "must be above zero"),
        ([share(100), fixed("30000.01")], "tranche amounts add up to CNY 30,000.01, more than call.ask_at_most"),
        ([share(101)], "less than or equal to 100"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_not_a_rule(sizes: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        planned(*sizes)
