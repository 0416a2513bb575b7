"""Where a fund's money stands."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.fund import Fund
from domain.receipt import OpenFund, ReceiveFunds
from projections import fund_balance
from tests.controls import FUND, ROUND, lin, yuan
from tests.domain.test_funds import taken_back
from tests.domain.test_sources import from_sources, mei, with_purposes
from tests.projections.conftest import Reader
from tests.projections.lives import LIVES, Life, a_failed_evaluation
from tests.situations import a_concluded_agreement, a_paid_tranche, a_programme
from tests.world import given, put, steps


def test_a_fund_has_one_row_as_a_whole_and_one_for_each_round(reader: Reader) -> None:
    reader.told(a_concluded_agreement())
    whole, spring = reader.rows("fund_balance", fund=FUND)
    assert (whole["round"], whole["name"], whole["received"], whole["available"]) == (
        "",
        "福利基金",
        100_000_00,
        40_000_00,
    )
    assert (spring["round"], spring["allocated"], spring["committed"], spring["available"]) == (
        ROUND,
        60_000_00,
        30_000_00,
        30_000_00,
    )
    assert spring["outstanding"] == 30_000_00


def test_what_a_failed_evaluation_left_is_released_to_the_round(reader: Reader) -> None:
    row = reader.told(a_failed_evaluation()).one("fund_balance", round=ROUND)
    assert (row["committed"], row["disbursed"], row["released"], row["outstanding"]) == (
        15_000_00,
        15_000_00,
        15_000_00,
        0,
    )


def test_funds_as_a_whole_can_be_asked_for_alone(reader: Reader) -> None:
    reader.told(a_concluded_agreement())
    assert [row["round"] for row in reader.rows("fund_balance", whole=1)] == [""]
    assert [row["round"] for row in reader.rows("fund_balance", whole="0")] == [ROUND]


def two_purposes() -> Life:
    """Lottery money for the elderly, 25,000 of it earmarked, and for the disabled; a round for the elderly."""
    gift = {"fund": "lottery", "source": "x", "received_on": date(2026, 3, 2)}
    return steps(
        a_programme(with_purposes(elderly="fu-lao")),
        put(OpenFund(fund="lottery", name="L", purposes=("fu-lao", "zhu-can")), by=mei),
        put(ReceiveFunds(**gift, amount=yuan(25_000), reference="in-1", purpose="zhu-can"), by=mei),
        put(ReceiveFunds(**gift, amount=yuan(40_000), reference="in-2"), by=mei),
        put(from_sources({"fund": "lottery", "purpose": "fu-lao", "amount": yuan(30_000)}, budget=30_000), by=lin),
    )


def test_a_fund_of_several_purposes_has_a_row_for_each(reader: Reader) -> None:
    reader.told(two_purposes())
    found = {
        (row["round"], row["purpose"]): (row["received"], row["allocated"], row["available"])
        for row in reader.rows("fund_balance", fund="lottery")
    }
    assert found == {
        ("", ""): (65_000_00, 30_000_00, 35_000_00),
        ("", "fu-lao"): (30_000_00, 30_000_00, 10_000_00),  # of the money for any purpose 30,000 were used for it
        ("", "zhu-can"): (25_000_00, 0, 35_000_00),
        (ROUND, ""): (0, 30_000_00, 30_000_00),
    }
    assert [row["round"] for row in reader.rows("fund_balance", purpose="zhu-can")] == [""]


def test_what_came_back_is_counted_and_is_not_paid_any_more() -> None:
    (row,) = fund_balance.of_rounds(given(a_paid_tranche(), taken_back(1_000)).world.get(Fund, FUND))
    assert (row["recovered"], row["disbursed"], row["outstanding"]) == (1_000_00, 14_000_00, 15_000_00)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_after_every_event_the_balance_is_the_domains(reader: Reader, life: Any) -> None:
    for recorded in reader.step_by_step([fund_balance.MODEL], life()):
        if not recorded.stream.startswith("fund:"):
            continue
        fund: Fund = reader.states[recorded.stream]
        rows = {row["round"]: row for row in reader.rows("fund_balance", fund=fund.id)}
        assert (rows[""]["received"], rows[""]["available"]) == (fund.received, fund.unallocated)
        for round_id in fund.allocated:
            row = rows[round_id]
            assert row["committed"] == fund.committed.get(round_id, 0)
            assert row["disbursed"] == fund.disbursed.get(round_id, 0)
            assert (row["available"], row["outstanding"]) == (fund.free_in(round_id), fund.outstanding_in(round_id))
