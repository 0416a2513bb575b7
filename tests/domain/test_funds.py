"""Money that comes back: failed payments, and what a project did not spend or must give back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from domain.closing import CloseRound, TerminateProject
from domain.errors import AboveLimit, CurrencyMismatch, NotFound, ReferenceUsed
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Money
from domain.ledger import apportioned
from domain.movement import AllocationReturned, FundsReleased, FundsReturned, PaymentReversed
from domain.streams import To
from tests.controls import FUND, PROJECT, ROUND, lin, on, yuan
from tests.situations import a_paid_tranche, a_settled_project
from tests.world import World, given, put, steps

PURPOSE = "community-service"
FUND_STREAM = Fund.stream_of(FUND)


def funds_of(world: World) -> Funds:
    return Funds((world.get(Fund, FUND),))


def booked(happening: Callable[[Funds], Iterator[To]]) -> Callable[[World], World]:
    """The fund's part of a command."""

    def play(world: World) -> World:
        return world.with_events(*happening(funds_of(world)))

    return play


def reversed_() -> Callable[[World], World]:
    return booked(lambda funds: funds.reverse("bank-first"))


def taken_back(amount: int, reference: str = "back-1") -> Callable[[World], World]:
    return booked(lambda funds: funds.take_back(ROUND, PROJECT, yuan(amount), reference))


def test_a_failed_payment_is_promised_again_and_its_reference_stays_used() -> None:
    paid = funds_of(given(a_paid_tranche()).world)
    event = PaymentReversed(round=ROUND, project=PROJECT, amount=yuan(15_000), purpose=PURPOSE, reference="bank-first")
    assert [*paid.reverse("bank-first")] == [To(FUND_STREAM, event)]
    after = funds_of(given(a_paid_tranche(), reversed_()).world)
    assert (after.paid_to(PROJECT), after.promised_to(PROJECT)) == (0, yuan(30_000).minor)
    with pytest.raises(ReferenceUsed):
        [*after.disburse(ROUND, PROJECT, yuan(15_000), "bank-first")]
    assert [*after.disburse(ROUND, PROJECT, yuan(15_000), "bank-2")]


def test_a_payment_is_reversed_once() -> None:
    assert [*funds_of(given(a_paid_tranche(), reversed_()).world).reverse("bank-first")] == []


def test_what_was_never_paid_is_not_reversed() -> None:
    funds = funds_of(given(a_paid_tranche()).world)
    for reference in ("gift-1", "nothing"):
        with pytest.raises(NotFound) as caught:
            [*funds.reverse(reference)]
        assert caught.value.fields == {"kind": "payment", "id": reference}


def test_what_was_given_back_cannot_be_reversed_as_well() -> None:
    funds = funds_of(given(a_paid_tranche(), taken_back(1)).world)
    with pytest.raises(AboveLimit) as caught:
        [*funds.reverse("bank-first")]
    assert caught.value.fields == {"field": "reference", "value": "CNY 15,000.00", "limit": "CNY 14,999.00"}


def test_money_given_back_is_free_again_in_the_fund_with_its_purpose() -> None:
    before = given(a_paid_tranche()).world.get(Fund, FUND)
    (told,) = Funds((before,)).take_back(ROUND, PROJECT, yuan(4_000), "back-1")
    assert told.event == FundsReturned(
        round=ROUND, project=PROJECT, amount=yuan(4_000), purpose=PURPOSE, reference="back-1", to="fund"
    )
    after = given(a_paid_tranche(), taken_back(4_000)).world.get(Fund, FUND)
    assert after.available_for(PURPOSE) - before.available_for(PURPOSE) == yuan(4_000).minor
    assert after.free_in(ROUND) == before.free_in(ROUND)
    assert after.paid_to(PROJECT) == yuan(11_000).minor


def test_money_given_back_to_the_round_can_be_promised_again_until_the_round_has_ended() -> None:
    def back(funds: Funds) -> Iterator[To]:
        return funds.take_back(ROUND, PROJECT, yuan(4_000), "back-1", to="round")

    before, after = (
        given(a_paid_tranche(), *more).world.get(Fund, FUND).free_in(ROUND) for more in ((), (booked(back),))
    )
    assert after - before == yuan(4_000).minor
    ended = given(a_settled_project(), put(CloseRound(round=ROUND), by=lin, at=on("12-01"))).world
    (told,) = back(funds_of(ended))
    assert isinstance(told.event, FundsReturned)
    assert told.event.to == "fund"


def test_no_more_is_given_back_than_was_paid() -> None:
    funds = funds_of(given(a_paid_tranche()).world)
    with pytest.raises(AboveLimit) as caught:
        [*funds.take_back(ROUND, PROJECT, yuan(15_001), "back-1")]
    assert caught.value.fields == {"field": "amount", "value": "CNY 15,001.00", "limit": "CNY 15,000.00"}
    with pytest.raises(CurrencyMismatch):
        [*funds.take_back(ROUND, PROJECT, Money(currency="EUR", minor=1), "back-1")]


def test_a_receipt_has_a_reference_of_its_own() -> None:
    funds = funds_of(given(a_paid_tranche(), taken_back(1)).world)
    for reference in ("back-1", "bank-first", "gift-1"):
        with pytest.raises(ReferenceUsed):
            [*funds.take_back(ROUND, PROJECT, yuan(1), reference)]


def test_a_payment_that_fails_after_the_round_has_ended_goes_back_to_the_fund_once_it_is_released() -> None:
    ended = steps(a_settled_project(), put(CloseRound(round=ROUND), by=lin, at=on("12-01")))
    world = given(ended, booked(lambda funds: funds.reverse("bank-final"))).world
    funds = funds_of(world)
    assert funds.promised_to(PROJECT) == yuan(6_000).minor
    told = [each.event for each in funds.release(ROUND, PROJECT)]
    assert told == [
        FundsReleased(round=ROUND, project=PROJECT, amount=yuan(6_000)),
        AllocationReturned(round=ROUND, amount=yuan(6_000)),
    ]
    after = world.with_events(*funds.release(ROUND, PROJECT)).get(Fund, FUND)
    assert after.unallocated == yuan(100_000 - 24_000).minor


def test_a_part_of_what_is_promised_can_be_released() -> None:
    some = booked(lambda funds: funds.release(ROUND, PROJECT, yuan(5_000)))
    world = given(a_paid_tranche(), some).world
    assert funds_of(world).promised_to(PROJECT) == yuan(10_000).minor
    terminated = world.put(TerminateProject(project=PROJECT, reason="Dissolved."), by=lin)
    assert funds_of(terminated).promised_to(PROJECT) == 0


@sampled(st.lists(st.integers(0, 10**12), min_size=1, max_size=6), st.data())
def test_what_is_divided_is_divided_whole_and_none_gives_more_than_it_has(
    weights: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    if not sum(weights):
        return
    parts = apportioned(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part <= weight
        assert abs(part * sum(weights) - total * weight) < sum(weights), "to the fen"


def test_a_fund_that_does_not_stand_behind_the_round_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        funds_of(given(a_paid_tranche()).world)["other"]
    assert caught.value.fields == {"kind": "fund", "id": "other"}
