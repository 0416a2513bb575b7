"""Where a fund's money stands."""

from __future__ import annotations

from typing import Any

import pytest

from domain.fund import Fund
from projections import fund_balance
from tests.controls import FUND, ROUND
from tests.projections.conftest import Reader
from tests.projections.lives import LIVES, a_failed_evaluation
from tests.situations import a_concluded_agreement


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
