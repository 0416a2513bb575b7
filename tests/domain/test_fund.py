"""Funds: restricted money comes in, is set aside, promised, paid or released, and never more than there is."""

from datetime import date

import pytest

from domain.errors import AlreadyExists, CurrencyMismatch, FundExhausted, NotFound, PurposeMismatch, ReferenceUsed
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Money
from domain.movement import FundOpened, FundsAllocated, FundsReceived
from domain.receipt import OpenFund
from domain.round_opening import RoundOpened
from tests.controls import FUND, PROJECT, ROUND, lin, open_round, receive, song, tang, yuan
from tests.situations import (
    a_fund,
    a_granted_award,
    a_paid_tranche,
    a_programme,
    a_settled_project,
    an_approved_tranche,
    an_open_round,
)
from tests.world import Given, given

PLACE = (FUND, "community-service")


def fund_of(world: Given) -> Fund:
    return world.world.get(Fund, FUND)


def opening(name: str = "福利基金") -> OpenFund:
    return OpenFund(fund=FUND, name=name, purposes=("community-service",))


def test_a_fund_is_opened_once_for_its_purposes() -> None:
    given().when(opening(), by=tang).then_once(
        FundOpened(name="福利基金", currency="CNY", purposes=("community-service",))
    )


def test_an_id_belongs_to_one_fund() -> None:
    given(a_fund()).when(opening("Another"), by=tang).refused(AlreadyExists, kind="fund", id=FUND)


def test_money_is_booked_with_where_it_came_from() -> None:
    after = (
        given(a_fund())
        .when(receive(yuan(5), "gift-2"), by=tang)
        .then(FundsReceived(amount=yuan(5), source="福彩公益金", received_on=date(2026, 3, 2), reference="gift-2"))
    )
    assert fund_of(after).received == yuan(100_005).minor


def test_a_reference_books_one_gift_only() -> None:
    given(a_fund()).when(receive(yuan(100_000)), by=tang).refused(ReferenceUsed, reference="gift-1")


def test_money_for_a_fund_that_is_not_there_is_refused() -> None:
    given().when(receive(yuan(1)), by=tang).refused(NotFound, kind="fund", id=FUND)


def test_a_fund_holds_one_currency() -> None:
    euros = Money(currency="EUR", minor=100)
    given(a_fund()).when(receive(euros, "gift-2"), by=tang).refused(CurrencyMismatch, currency="EUR", expected="CNY")


def test_opening_a_round_sets_its_budget_aside_in_the_same_breath() -> None:
    after = (
        given(a_programme(), a_fund())
        .when(open_round(), by=lin)
        .then(RoundOpened, FundsAllocated(round=ROUND, amount=yuan(60_000), purpose="community-service"))
    )
    assert fund_of(after).unallocated == yuan(40_000).minor
    assert fund_of(after).free_in(ROUND) == yuan(60_000).minor


def test_a_round_gets_no_more_than_the_fund_has_left() -> None:
    given(a_programme(), a_fund(yuan(59_999))).when(open_round(), by=lin).refused(
        FundExhausted, fund=FUND, asked="CNY 60,000.00", available="CNY 59,999.00"
    )
    another = open_round(round="another", budget=yuan(40_001))
    given(an_open_round()).when(another, by=lin).refused(FundExhausted, available="CNY 40,000.00")


def test_restricted_money_serves_its_purpose_only() -> None:
    given(a_programme(), a_fund(purposes=("health", "sport"))).when(open_round(), by=lin).refused(
        PurposeMismatch, fund=FUND, purpose="community-service", purposes="health, sport"
    )


def test_an_award_promises_and_a_payment_pays() -> None:
    promised = fund_of(given(a_granted_award()))
    assert promised.free_in(ROUND) == promised.outstanding_in(ROUND) == yuan(30_000).minor
    paid = fund_of(given(a_paid_tranche()))
    assert paid.outstanding_in(ROUND) == yuan(15_000).minor
    assert paid.promised == {PROJECT: yuan(15_000).minor}
    assert fund_of(given(a_settled_project())).outstanding_in(ROUND) == 0


def test_no_more_is_paid_to_a_project_than_was_promised_to_it() -> None:
    fund = fund_of(given(an_approved_tranche()))
    with pytest.raises(FundExhausted):
        [*Funds((fund,)).disburse(ROUND, PROJECT, yuan(30_001), "bank-1")]
    with pytest.raises(FundExhausted):
        [*Funds((fund,)).disburse(ROUND, "somebody-else", yuan(1), "bank-1")]
    assert song.holds("payer", frozenset({FUND}))


def test_no_more_is_promised_than_the_round_has_free() -> None:
    fund = fund_of(given(a_granted_award()))
    with pytest.raises(FundExhausted):
        Funds((fund,)).split(ROUND, yuan(30_001), [[PLACE]])
    with pytest.raises(FundExhausted):
        Funds((fund,)).split("another-round", yuan(1), [[PLACE]])
    with pytest.raises(CurrencyMismatch):
        Funds((fund,)).split(ROUND, Money(currency="EUR", minor=1), [[PLACE]])
