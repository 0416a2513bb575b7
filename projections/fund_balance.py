"""Where does a fund's money stand, as a whole and in each round? Asked by trustees, funders and auditors.

Amounts in minor units, as `domain/fund.py` reckons them: `allocated` without what came back, `committed` without what was
released. `available` is what can still be set aside for a round, or within a round still be promised to a project.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, TypedDict

from domain.fund import (
    AllocationReturned,
    FundOpened,
    FundsAllocated,
    FundsCommitted,
    FundsDisbursed,
    FundsReceived,
    FundsReleased,
    FundsReturned,
    PaymentReversed,
)
from domain.kernel import Event, stored_names
from projections.read_model import Batch, Cursor, Filter, Question, ReadModel, number, put


class FundBalance(TypedDict):
    """One row for the fund as a whole, with an empty round, and one for each of its rounds."""

    fund: str
    round: str
    name: str | None  # of the fund, in its own row
    currency: str
    received: int
    allocated: int
    committed: int
    disbursed: int
    released: int  # ever promised and then set free again
    returned: int  # ever allocated and then given back by a closed round
    available: int
    outstanding: int  # promised and not yet paid


TABLES = """
    create table balances (
        fund      text   not null,
        round     text   not null,
        name      text,
        currency  text   not null,
        received  bigint not null default 0,
        allocated bigint not null default 0,
        committed bigint not null default 0,
        disbursed bigint not null default 0,
        released  bigint not null default 0,
        returned  bigint not null default 0,
        primary key (fund, round)
    );
    create index on balances (round);
"""

QUESTION = Question(
    """select *, case round when '' then received - allocated else allocated - committed end as available,
        committed - disbursed as outstanding
    from balances""",
    key={"fund": "text", "round": "text"},
    filters={
        "fund": Filter("fund = %(fund)s"),
        "round": Filter("round = %(round)s"),
        "whole": Filter("(round = '') = (%(whole)s = 1)", number),  # 1: funds as a whole only; 0: their rounds only
    },
)

_ADD = """insert into balances as old
    select * from json_populate_recordset(null::balances, %(rows)s)
    on conflict (fund, round) do update set
        received = old.received + excluded.received,
        allocated = old.allocated + excluded.allocated,
        committed = old.committed + excluded.committed,
        disbursed = old.disbursed + excluded.disbursed,
        released = old.released + excluded.released,
        returned = old.returned + excluded.returned"""
_AMOUNTS = ("received", "allocated", "committed", "disbursed", "released", "returned")

CHANGES: dict[type[Event], dict[str, int]] = {
    FundsReceived: {"received": 1},
    FundsAllocated: {"allocated": 1},
    FundsCommitted: {"committed": 1},
    FundsDisbursed: {"disbursed": 1},
    FundsReleased: {"committed": -1, "released": 1},
    AllocationReturned: {"allocated": -1, "returned": 1},
    PaymentReversed: {"disbursed": -1},
    FundsReturned: {"committed": -1, "disbursed": -1},
}
"""Event → how its amount changes the columns."""


def take(cursor: Cursor, batch: Batch) -> None:
    sums: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(lambda: dict.fromkeys(_AMOUNTS, 0))
    for recorded, opened in batch.of(FundOpened):
        sums[recorded.subject, ""] |= {"name": opened.name, "currency": opened.currency}
    for told in batch.events:
        moved: Any = told.event
        changes = CHANGES.get(type(moved), {})
        if isinstance(moved, FundsReturned) and moved.to == "fund":
            changes = {**changes, "allocated": -1}
        for column, sign in changes.items():
            for round_ in {"", getattr(moved, "round", "")}:
                row = sums[told.recorded.subject, round_]
                row["currency"] = moved.amount.currency
                row[column] += sign * moved.amount.minor
    put(cursor, _ADD, [{"fund": fund, "round": round_, **row} for (fund, round_), row in sums.items()])


MODEL = ReadModel(
    name="fund_balance",
    version=1,
    reads=stored_names(FundOpened, *CHANGES),
    tables=TABLES,
    take=take,
    question=QUESTION,
)
