"""Which payment orders are there, how far has the bank carried them out, and from whose money? Asked by payers and auditors.

`status` is outstanding, partly-paid, confirmed, came-back (what was confirmed), or not-carried-out (or not all of it). Where a
programme has no payment orders there is a line for each payment, without a number and without anybody who ordered it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypedDict

from domain.payment import PaymentFailed, PaymentOrdered, PaymentOrderFailed, order_number
from domain.payment_split import split_of
from domain.project import Project
from domain.tranche import TranchePaid
from projections.project_rows import named
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite
from projections.shares import Share, shares


class PaymentOrderLine(TypedDict):
    """`number` counts the lines of a tranche, from 1; `shares` is what each fund pays of it, and was or would be charged."""

    subject: str  # project:…
    project: str
    title: str
    organisation: str
    round: str
    programme: str
    funds: Sequence[str]
    tranche: str
    number: int
    order_number: str | None
    amount_fen: int
    currency: str
    shares: Sequence[Share]
    payee: str
    status: str
    ordered_at: datetime | None
    ordered_by: str | None
    paid_fen: int  # confirmed and not come back
    references: Sequence[str]  # the bank's, of everything confirmed
    confirmed_at: datetime | None
    confirmed_by: str | None
    paid_on: date | None
    failed_at: datetime | None
    failed_by: str | None
    failed_reason: str | None


TABLES = """
    create table payment_orders (
        subject       text        not null,
        project       text        not null,
        title         text        not null,
        organisation  text        not null,
        round         text        not null,
        programme     text        not null,
        funds         text[]      not null,
        tranche       text        not null,
        number        integer     not null,
        order_number  text,
        amount_fen    bigint      not null,
        currency      text        not null,
        shares        jsonb       not null,
        payee         text        not null,
        status        text        not null,
        ordered_at    timestamptz,
        ordered_by    text,
        paid_fen      bigint      not null,
        "references"  text[]      not null,
        confirmed_at  timestamptz,
        confirmed_by  text,
        paid_on       date,
        failed_at     timestamptz,
        failed_by     text,
        failed_reason text,
        primary key (project, tranche, number)
    );
    create index on payment_orders (subject);
    create index on payment_orders (round);
    create index on payment_orders (organisation);
    create index on payment_orders (status);
    create index on payment_orders using gin (funds);
    create index on payment_orders using gin ("references");
"""

QUESTION = Question(
    "select * from payment_orders",
    key={"project": "text", "tranche": "text", "number": "integer"},
    filters={
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "organisation": Filter("organisation = %(organisation)s"),
        "fund": Filter("%(fund)s = any(funds)"),
        "status": Filter("status = %(status)s"),
        "reference": Filter('%(reference)s = any("references")'),
        "ordered_by": Filter("ordered_by = %(ordered_by)s"),
        "confirmed_by": Filter("confirmed_by = %(confirmed_by)s"),
        "ordered_before": Filter("ordered_at < %(ordered_before)s", moment),
    },
)

_GOING_ON = {"outstanding", "partly-paid"}


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    project: Project = story.state
    rows, at = [{**row} for row in before], story.last.recorded.recorded_at
    match story.last.event:
        case PaymentOrdered() as event:
            ordered = {"order_number": event.order, "ordered_at": at, "ordered_by": event.ordered_by}
            rows.append(line(story, rows, event.tranche, event.amount.minor, event.payee) | ordered)
        case TranchePaid() as event:
            confirm(story, rows, event, at)
        case PaymentFailed() | PaymentOrderFailed() as event:
            for row in rows:
                fail(project, row, event, at)
    return rows


def fail(project: Project, row: dict[str, Any], event: PaymentFailed | PaymentOrderFailed, at: datetime) -> None:
    """If it is of this line: a payment came back, or the order was not carried out. An open order goes on."""
    if row["tranche"] != event.tranche:
        return
    if isinstance(event, PaymentOrderFailed):
        if row["order_number"] != event.order:
            return
        row["status"] = "not-carried-out"
    elif event.reference in row["references"]:
        row["paid_fen"] -= event.amount.minor
        tranche = project.tranche(event.tranche)
        goes_on = tranche.status == "ordered" and row["order_number"] == order_number(project, tranche, tranche.orders)
        row["status"] = standing(row) if goes_on else "came-back"
    else:
        return
    row |= {"failed_at": at, "failed_by": event.reported_by, "failed_reason": event.reason}


def standing(row: Row) -> str:
    """How far it is carried out."""
    if row["paid_fen"] >= row["amount_fen"]:
        return "confirmed"
    return "partly-paid" if row["paid_fen"] else "outstanding"


def line(story: Story, rows: Sequence[Row], tranche: str, minor: int, payee: str) -> dict[str, Any]:
    """A new line of a tranche: nothing is confirmed."""
    project: Project = story.state
    amount = project.tranche(tranche).amount.model_copy(update={"minor": minor})
    parts = split_of(project, amount)
    return named(story) | {
        "organisation": project.organisation,
        "funds": tuple(dict.fromkeys(part.fund for part in parts)) or project.funds,
        "tranche": tranche,
        "number": 1 + sum(row["tranche"] == tranche for row in rows),
        "order_number": None,
        "amount_fen": minor,
        "currency": amount.currency,
        "shares": shares(parts),
        "payee": payee,
        "status": "outstanding",
        "ordered_at": None,
        "ordered_by": None,
        "paid_fen": 0,
        "references": (),
        "confirmed_at": None,
        "confirmed_by": None,
        "paid_on": None,
        "failed_at": None,
        "failed_by": None,
        "failed_reason": None,
    }


def confirm(story: Story, rows: list[dict[str, Any]], event: TranchePaid, at: datetime) -> None:
    """The bank confirmed a payment: of the tranche's order, or one without an order."""
    going_on = [row for row in rows if row["tranche"] == event.tranche and row["status"] in _GOING_ON]
    if not going_on:
        payee = story.state.tranche(event.tranche).remittance(event.reference).payee
        rows.append(line(story, rows, event.tranche, event.amount.minor, payee))
        going_on = rows[-1:]
    row = going_on[-1]
    row["paid_fen"] += event.amount.minor
    row["references"] = (*row["references"], event.reference)
    row["status"] = standing(row)
    row |= {"confirmed_at": at, "confirmed_by": event.paid_by, "paid_on": event.paid_on}


MODEL = ReadModel(
    name="payment_orders",
    version=1,
    reads=all_of(Project),
    tables=TABLES,
    take=rewrite("payment_orders"),
    question=QUESTION,
    tells={"payment_orders": tell},
)
