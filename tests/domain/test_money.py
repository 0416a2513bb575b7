"""Money is whole minor units of one currency; people may write it in words."""

import pytest
from hypothesis import given, strategies
from pydantic import TypeAdapter, ValidationError

from domain.kernel import Money, PositiveSum, Sum

amounts = strategies.integers(min_value=-(10**12), max_value=10**12)
read: TypeAdapter[Money] = TypeAdapter(Sum)
read_positive: TypeAdapter[Money] = TypeAdapter(PositiveSum)


@given(amounts)
def test_what_is_shown_can_be_read_back(minor: int) -> None:
    assert read.validate_python(str(Money(minor=minor))) == Money(minor=minor)


@given(amounts, amounts)
def test_adding_and_taking_away_are_each_others_undoing(one: int, two: int) -> None:
    assert Money(minor=one) + Money(minor=two) - Money(minor=two) == Money(minor=one)
    assert (Money(minor=one) < Money(minor=two)) is (one < two)
    assert (Money(minor=one) <= Money(minor=two)) is (one <= two)


@pytest.mark.parametrize("words", ["50000", "CNY", "CNY 1.234", "cny 1.00", "CNY 1e3", "CNY -", "CNY NaN", "¥ 5"])
def test_other_words_are_not_money(words: str) -> None:
    with pytest.raises(ValidationError):
        read.validate_python(words)


@pytest.mark.parametrize("minor", [0.5, "1.5", 2**53, -(2**53), True])
def test_no_float_and_nothing_that_json_would_round(minor: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"minor": minor}, strict=True)


def test_two_currencies_are_never_reckoned_together() -> None:
    euro, yuan = Money(currency="EUR", minor=1), Money(minor=1)
    for reckon in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(ValueError, match="cannot be reckoned together"):
            reckon(yuan, euro)


@pytest.mark.parametrize("words", ["CNY 0.00", "CNY -1.00"])
def test_an_amount_to_be_moved_is_above_zero(words: str) -> None:
    with pytest.raises(ValidationError, match="above zero"):
        read_positive.validate_python(words)
