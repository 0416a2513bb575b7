"""Payment orders: outstanding, paid in part, confirmed, not carried out, come back; who ordered and confirmed; by fund."""

from __future__ import annotations

import pytest

from domain.payment import OrderPayment, ReportPaymentFailed
from tests.controls import FUND, PROJECT, pay, song, yuan
from tests.domain.test_payment import with_orders
from tests.domain.test_sources import BUREAU, CHARITY, PURPOSE, a_pooled_round, both_funds
from tests.projections.conftest import Reader
from tests.projections.lives import Life
from tests.situations import a_paid_tranche, a_programme, an_approved_tranche
from tests.world import put, steps

ORDER = OrderPayment(project=PROJECT, tranche="first")


def ordered(*more: Life) -> Life:
    return steps(a_programme(with_orders()), an_approved_tranche(), put(ORDER, by=song), *more)


def part(amount: int, reference: str) -> Life:
    return put(pay(reference=reference).model_copy(update={"amount": yuan(amount)}), by=song)


def failed(reference: str) -> Life:
    wish = ReportPaymentFailed(project=PROJECT, tranche="first", reference=reference, reason="Account closed.")
    return put(wish, by=song)


def lines(reader: Reader) -> list[tuple[str | None, str, int, tuple[str, ...]]]:
    rows = reader.rows("payment_orders")
    return [(row["order_number"], row["status"], row["paid_fen"], tuple(row["references"])) for row in rows]


NUMBER = f"{PROJECT}/first/1"


@pytest.mark.parametrize(
    ("more", "status", "paid", "references"),
    [
        ((), "outstanding", 0, ()),
        ((part(5_000, "bank-1"),), "partly-paid", 5_000_00, ("bank-1",)),
        ((part(5_000, "bank-1"), part(10_000, "bank-2")), "confirmed", 15_000_00, ("bank-1", "bank-2")),
        ((failed(NUMBER),), "not-carried-out", 0, ()),
        ((part(15_000, "bank-1"), failed("bank-1")), "came-back", 0, ("bank-1",)),
        ((part(5_000, "bank-1"), failed("bank-1")), "outstanding", 0, ("bank-1",)),
    ],
)
def test_an_order_says_how_far_the_bank_has_carried_it_out(
    reader: Reader, more: tuple[Life, ...], status: str, paid: int, references: tuple[str, ...]
) -> None:
    assert lines(reader.told(ordered(*more))) == [(NUMBER, status, paid, references)]


def test_an_order_says_who_wrote_it_who_confirmed_it_and_why_it_failed(reader: Reader) -> None:
    row = reader.told(ordered(part(15_000, "bank-1"), failed("bank-1"))).one("payment_orders", reference="bank-1")
    assert (row["ordered_by"], row["confirmed_by"], row["payee"]) == ("song", "song", "Qinghe")
    assert (row["failed_by"], row["failed_reason"]) == ("song", "Account closed.")


def test_what_is_left_has_another_order(reader: Reader) -> None:
    again = put(ORDER, by=song), part(15_000, "bank-2")
    assert [line[:2] for line in lines(reader.told(ordered(failed(NUMBER), *again)))] == [
        (NUMBER, "not-carried-out"),
        (f"{PROJECT}/first/2", "confirmed"),
    ]


def test_where_a_programme_has_no_orders_each_payment_is_a_line(reader: Reader) -> None:
    reader.told(a_paid_tranche())
    assert lines(reader) == [(None, "confirmed", 15_000_00, ("bank-first",))]
    row = reader.one("payment_orders")
    assert row["shares"] == [{"fund": FUND, "purpose": PURPOSE, "amount_fen": 15_000_00}]


def test_several_funds_are_each_shown_with_what_they_pay(reader: Reader) -> None:
    """In the order, in the tranche and in what waits for the payer."""
    rules = with_orders()
    reader.told(a_pooled_round(before=both_funds(rules=rules)), an_approved_tranche(), put(ORDER, by=song))
    each = [(BUREAU, PURPOSE, 734_694), (CHARITY, PURPOSE, 765_306)]
    for model, filters in (
        ("payment_orders", {}),
        ("tranche_board", {"status": "ordered"}),
        ("duties", {"kind": "payment"}),
    ):
        row = reader.one(model, fund=CHARITY, **filters)
        assert row["funds"] == [BUREAU, CHARITY]
        assert [(share["fund"], share["purpose"], share["amount_fen"]) for share in row["shares"]] == each
