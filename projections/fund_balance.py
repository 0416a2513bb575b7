"""Where does a fund's money stand, as a whole, in each round and for each purpose? Asked by trustees, funders and auditors.

Amounts in minor units, as `domain/fund.py` reckons them: `allocated` without what came back, `committed` without what was
released or given back, `disbursed` without what failed or was given back. `available` is what can still be set aside for a round
(for that purpose), or within a round still be promised to a project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypedDict

from domain.fund import Fund
from domain.ledger import Lot
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, number, rewrite


class FundBalance(TypedDict):
    """One row for the fund as a whole, with an empty round, and one for each of its rounds.

    Where a fund has several purposes, one more for each purpose, of the fund and of the round; else `purpose` is empty. Money for
    one project only ("sponsored/garden") has a row of its own.
    """

    subject: str  # fund:…
    fund: str
    round: str
    purpose: str
    name: str | None  # of the fund, in its own row
    currency: str
    received: int  # for the purpose, or for any and used for it
    allocated: int
    committed: int
    disbursed: int
    released: int  # ever promised and then set free again
    returned: int  # ever allocated and then given back by a closed round
    recovered: int  # ever paid out and then given back by a project
    available: int
    outstanding: int  # promised and not yet paid


TABLES = """
    create table balances (
        subject     text   not null,
        fund        text   not null,
        round       text   not null,
        purpose     text   not null,
        name        text,
        currency    text   not null,
        received    bigint not null,
        allocated   bigint not null,
        committed   bigint not null,
        disbursed   bigint not null,
        released    bigint not null,
        returned    bigint not null,
        recovered   bigint not null,
        available   bigint not null,
        outstanding bigint not null,
        primary key (fund, round, purpose)
    );
    create index on balances (subject);
    create index on balances (round);
"""

QUESTION = Question(
    "select * from balances",
    key={"fund": "text", "round": "text", "purpose": "text"},
    filters={
        "fund": Filter("fund = %(fund)s"),
        "round": Filter("round = %(round)s"),
        "purpose": Filter("purpose = %(purpose)s"),
        "whole": Filter("(round = '') = (%(whole)s = 1)", number),  # 1: funds as a whole only; 0: their rounds only
    },
)


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:  # noqa: ARG001  what a table's teller is given
    fund: Fund = story.state
    shared = {"subject": story.stream, "fund": fund.id, "currency": fund.currency}
    return [shared | row for row in (*of_fund(fund), *of_rounds(fund))]


def of_fund(fund: Fund) -> Iterator[dict[str, Any]]:
    whole = summed(fund.lots.values())
    yield (
        whole
        | {"round": "", "purpose": "", "received": fund.received, "available": fund.unallocated}
        | {"name": fund.name}
    )
    own = sorted({purpose for _, purpose in fund.books if purpose} - {*fund.purposes})
    for purpose in several((*fund.purposes, *own)):
        lots = summed(lot for (_, of), lot in fund.lots.items() if of == purpose)
        received = -fund.balances.get(("received", purpose), 0)
        available = fund.available_for(purpose)
        yield (
            lots | {"round": "", "purpose": purpose, "received": received, "available": available} | {"name": fund.name}
        )


def of_rounds(fund: Fund) -> Iterator[dict[str, Any]]:
    for round_id in dict.fromkeys(round_id for round_id, _ in fund.lots):
        lots = fund.lots_of(round_id)
        for purpose, of in (("", lots.values()), *((each, [lots[each]]) for each in several(lots))):
            free = sum(lot.free for lot in of)
            yield summed(of) | {"round": round_id, "purpose": purpose, "name": None, "received": 0, "available": free}


def several(purposes: Iterable[str]) -> tuple[str, ...]:
    """The purposes, where there is more than one."""
    found = tuple(purposes)
    return found if len(found) > 1 else ()


def summed(lots: Iterable[Lot]) -> dict[str, Any]:
    whole = sum(lots, start=Lot())
    return {
        "allocated": whole.allocated,
        "committed": whole.committed,
        "disbursed": whole.disbursed,
        "released": whole.released,
        "returned": whole.unused,
        "recovered": whole.recovered,
        "outstanding": whole.committed - whole.disbursed,
    }


MODEL = ReadModel(
    name="fund_balance",
    version=2,
    reads=all_of(Fund),
    tables=TABLES,
    take=rewrite("balances"),
    question=QUESTION,
    tells={"balances": tell},
)
