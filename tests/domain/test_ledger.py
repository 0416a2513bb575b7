"""The books of a fund: two postings for every movement, money for one purpose for that one only, and cheap to go on with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from domain.errors import FundExhausted, PurposeMismatch
from domain.fund import Fund
from domain.kernel import nothing
from domain.ledger import Account, available_for, by_purpose, moved, posted
from domain.movement import FundsAllocated, FundsCommitted, FundsReceived
from domain.persistent import PersistentMap, empty
from domain.receipt import ReceiveFunds
from domain.round_opening import RoundOpened
from tests.controls import FUND, ROUND, RULES, lin, open_round, tang, yuan
from tests.domain.test_sources import with_purposes
from tests.situations import a_fund, a_programme
from tests.world import given, put


def receive_for(purpose: str | None, amount: int, reference: str = "gift-2", **more: Any) -> ReceiveFunds:
    content = {"fund": FUND, "amount": yuan(amount), "source": "x", "received_on": date(2026, 3, 2)}
    return ReceiveFunds.model_validate(content | {"reference": reference, "purpose": purpose} | more)


def test_money_given_for_one_purpose_is_not_used_for_another() -> None:
    """100,000 for any of two purposes, 50,000 for the elderly only."""
    fund = given(
        a_programme(), a_fund(purposes=("community-service", "fu-lao")), put(receive_for("fu-lao", 50_000), by=tang)
    )
    fund.when(open_round(budget=yuan(100_001)), by=lin).refused(FundExhausted, available="CNY 100,000.00")
    fund.when(open_round(budget=yuan(100_000)), by=lin).then(RoundOpened, FundsAllocated)
    left = fund.when(open_round(budget=yuan(70_000)), by=lin).then(RoundOpened, FundsAllocated)
    books = left.world.get(Fund, FUND)
    assert (books.available_for("community-service"), books.available_for("fu-lao")) == (
        yuan(30_000).minor,
        yuan(80_000).minor,
    )
    assert books.balances["received", "community-service"] == -yuan(70_000).minor
    assert min(minor for (account, _), minor in books.balances.items() if account == "available") >= 0


def test_money_is_received_for_a_purpose_the_fund_has() -> None:
    given(a_fund()).when(receive_for("receptions", 1), by=tang).refused(
        PurposeMismatch, fund=FUND, purpose="receptions", purposes="community-service"
    )


def test_a_gift_is_booked_with_its_purpose_and_the_receipt_made_out_for_it() -> None:
    gift = receive_for("community-service", 60_000, tax_receipt="浙财 0012345")
    (event,) = given(a_fund()).when(gift, by=tang).events
    assert isinstance(event, FundsReceived)
    assert (event.purpose, event.tax_receipt) == ("community-service", "浙财 0012345")


def test_what_a_fund_of_one_purpose_receives_is_for_that_purpose() -> None:
    fund = given(a_fund()).world.get(Fund, FUND)
    assert dict(fund.books) == {
        ("received", "community-service"): -yuan(100_000).minor,
        ("available", "community-service"): yuan(100_000).minor,
    }


PURPOSES = ("", "a", "b", "c")
movements = st.lists(
    st.tuples(st.sampled_from(("received", "allocated")), st.sampled_from(PURPOSES), st.integers(1, 1_000)), max_size=30
)


@sampled(movements)
def test_whatever_is_set_aside_within_what_is_available_every_purpose_is_covered(
    wanted: list[tuple[Account, str, int]],
) -> None:
    books = nothing()
    for account, purpose, minor in wanted:
        if account == "received":
            books = posted(books, moved("received", "available", purpose, minor))
        elif purpose and minor <= available_for(books, purpose):
            books = posted(books, moved("available", "allocated", purpose, minor))
    assert sum(books.values()) == 0
    covered = by_purpose(books)
    assert sum(covered.values()) == 0
    for purpose in PURPOSES:
        assert sum(minor for (_, of), minor in covered.items() if of == purpose) == 0
        assert covered.get(("available", purpose), 0) >= 0
        assert covered.get(("allocated", purpose), 0) <= -covered.get(("received", purpose), 0)


# ── cheap to go on with ──────────────────────────────────────────────────────────────────────────────────────────────


@sampled(st.lists(st.tuples(st.booleans(), st.sampled_from([f"k{n}" for n in range(40)]), st.integers())))
def test_a_persistent_map_is_a_dict_that_is_never_changed(steps: list[tuple[bool, str, int]]) -> None:
    kept: list[tuple[PersistentMap[int], dict[str, int]]] = [(empty(), {})]
    for put_, key, value in steps:
        before, plain = kept[-1]
        if put_:
            kept.append((before.put(key, value), {**plain, key: value}))
        else:
            kept.append((before.without(key), {k: v for k, v in plain.items() if k != key}))
    for found, plain in kept:
        assert found == plain
        assert len(found) == len(plain)
        assert sorted(found) == sorted(plain)
        assert all(found.get(key) == value for key, value in plain.items())
    with pytest.raises(KeyError):
        kept[0][0]["k0"]


def test_a_fund_with_10000_projects_copies_no_more_than_a_few_hundred_of_them_for_an_event() -> None:
    fund = Fund(id=FUND, name="x", currency="CNY", purposes=(RULES.purpose,))
    for number in range(10_000):
        fund = FundsCommitted(round=ROUND, project=f"p{number}", amount=yuan(1)).apply(fund)
    after = FundsCommitted(round=ROUND, project="one-more", amount=yuan(1)).apply(fund)
    copied = [part for part, was in zip(after.stakes._parts, fund.stakes._parts, strict=True) if part is not was]
    assert len(copied) == 1
    assert len(copied[0]) < 400
    assert len(after.stakes) == 10_001


def test_a_project_that_has_nothing_left_is_left_out() -> None:
    fund = Fund(id=FUND, name="x", currency="CNY", purposes=(RULES.purpose,))
    promised = fund.with_stake("p", ROUND, "a", promised=5)
    assert promised.promised == {"p": 5}
    assert len(promised.with_stake("p", ROUND, "a", promised=-5).stakes) == 0


def test_a_field_without_a_purpose_of_its_own_is_paid_from_the_programmes() -> None:
    rules = with_purposes(elderly="fu-lao")
    assert rules.purposes_of("elderly") == ("fu-lao", "community-service")
    assert rules.purposes_of("children") == ("community-service",)
    assert rules.purposes == ("community-service", "fu-lao")
