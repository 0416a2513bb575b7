"""Where is every tranche, exactly what does it wait for, and since when? Asked by funders, and by organisations for their own.

`status` is planned, requested, verified, approved, ordered (there is a payment order), paid, refused-back (sent back, to be
requested again) or forfeited (will not be paid: the evaluation was not passed, or the project ended). `waits_for` is what its
gate still needs ("agreement", "report mid-term and document invoice", "date 2026-05-28") or the next step ("request",
"verification", "approval", "order", "payment"); empty when nothing follows. `awaited` says the same thing by thing, each with
whose act comes next and since when it is waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, TypedDict

from domain.gate import Awaited, Missing, missing
from domain.payment import PaymentFailed, PaymentOrdered, PaymentOrderFailed
from domain.payment_split import joined, paid_by, split_of
from domain.project import Project
from domain.sources import Part
from domain.tranche import (
    TrancheApproved,
    TrancheEvent,
    TranchePaid,
    TrancheRefused,
    TrancheRequested,
    TrancheVerified,
)
from domain.tranche_chain import Tranche
from projections.project_rows import named
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, number, rewrite, since
from projections.shares import Share, shares


class Thing(TypedDict):
    """One thing a tranche waits for; `role` is empty where only time has to pass."""

    what: str
    role: str
    since: datetime


class TrancheOnBoard(TypedDict):
    """`place` is its place in the plan, from 1; `since` is when it began to wait for exactly `waits_for`."""

    subject: str  # project:…
    project: str
    title: str
    organisation: str
    round: str
    programme: str
    funds: Sequence[str]
    tranche: str
    place: int
    amount_fen: int
    currency: str
    status: str
    waits_for: str
    waits_role: str
    awaited: Sequence[Thing]
    since: datetime
    payee: str | None
    requested_at: datetime | None
    requested_by: str | None
    verified_at: datetime | None
    verified_by: str | None
    approved_at: datetime | None
    approved_by: str | None  # the last of `approvers`
    approvers: Sequence[str]
    ordered_at: datetime | None
    ordered_by: str | None
    order_number: str | None
    refused_at: datetime | None
    refused_by: str | None
    refused_reason: str | None
    paid_at: datetime | None
    paid_by: str | None
    paid_on: date | None
    reference: str | None  # of the last payment
    paid_fen: int  # confirmed so far and not come back
    shares: Sequence[Share]  # which fund has paid or will pay how much of it, as things stand
    failed_at: datetime | None
    failed_by: str | None
    failed_reason: str | None


TABLES = """
    create table tranches (
        subject        text        not null,
        project        text        not null,
        title          text        not null,
        organisation   text        not null,
        round          text        not null,
        programme      text        not null,
        funds          text[]      not null,
        tranche        text        not null,
        place          integer     not null,
        amount_fen     bigint      not null,
        currency       text        not null,
        status         text        not null,
        waits_for      text        not null,
        waits_role     text        not null,
        awaited        jsonb       not null,
        since          timestamptz not null,
        payee          text,
        requested_at   timestamptz,
        requested_by   text,
        verified_at    timestamptz,
        verified_by    text,
        approved_at    timestamptz,
        approved_by    text,
        approvers      text[]      not null,
        ordered_at     timestamptz,
        ordered_by     text,
        order_number   text,
        refused_at     timestamptz,
        refused_by     text,
        refused_reason text,
        paid_at        timestamptz,
        paid_by        text,
        paid_on        date,
        reference      text,
        paid_fen       bigint      not null,
        shares         jsonb       not null,
        failed_at      timestamptz,
        failed_by      text,
        failed_reason  text,
        primary key (project, tranche)
    );
    create index on tranches (subject);
    create index on tranches (round);
    create index on tranches (organisation);
    create index on tranches using gin (funds);
    create index on tranches (status);
"""

QUESTION = Question(
    "select * from tranches",
    key={"project": "text", "place": "integer"},
    filters={
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "organisation": Filter("organisation = %(organisation)s"),
        "fund": Filter("%(fund)s = any(funds)"),
        "status": Filter("status = %(status)s"),
        "waits_for": Filter("waits_for = %(waits_for)s"),
        "waits_role": Filter("waits_role = %(waits_role)s"),
        "amount_at_least": Filter("amount_fen >= %(amount_at_least)s", number),
    },
)

_NEXT = {
    "planned": ("request", "applicant"),
    "refused-back": ("request", "applicant"),
    "requested": ("verification", "verifier"),
    "verified": ("approval", "approver"),
    "approved": ("payment", "payer"),
    "ordered": ("payment", "payer"),
    "paid": ("", ""),
    "forfeited": ("", ""),
}


_CHECKED = ("verified_at", "verified_by", "approved_at", "approved_by")
_ORDERED = ("ordered_at", "ordered_by", "order_number")
_PAID = ("paid_at", "paid_by", "paid_on", "reference")

_SAME = itemgetter("tranche", "status", "waits_for")


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    project: Project = story.state
    known = {row["tranche"]: row for row in before}
    now = []
    for place, tranche in enumerate(project.tranches.values(), start=1):
        row = {**known.get(tranche.id, blank(story, place, tranche)), **step(story, tranche.id)}
        row["paid_fen"], row["approvers"] = tranche.paid.minor, tranche.approvers
        row["funds"], row["shares"] = project.funds, shares(of_tranche(project, tranche))
        row["status"] = status(project, tranche, row)
        waits = next_step(project, tranche, row["status"], story.last.recorded.recorded_at)
        row["waits_for"], row["waits_role"] = waits.said, next((each.role for each in waits.each if each.role), "")
        row["awaited"] = things(waits, row.get("awaited", ()), story.last.recorded.recorded_at)
        now.append(row)
    return since(story, now, before, _SAME)


def of_tranche(project: Project, tranche: Tranche) -> tuple[Part, ...]:
    """Who has paid what of it, and who pays what is left; what will not be paid nobody pays."""
    open_ = tranche.status != "forfeited" and project.stage != "ended"
    return joined((*paid_by(project, tranche.id), *(split_of(project, tranche.left) if open_ else ())))


def blank(story: Story, place: int, tranche: Tranche) -> dict[str, Any]:
    return named(story) | {
        "organisation": story.state.organisation,
        "tranche": tranche.id,
        "place": place,
        "amount_fen": tranche.amount.minor,
        "currency": tranche.amount.currency,
        "refused_at": None,
    }


def step(story: Story, tranche: str) -> Row:
    """What the last event says of the tranche: who did what, when."""
    event, at = story.last.event, story.last.recorded.recorded_at
    if not isinstance(event, TrancheEvent) or event.tranche != tranche:
        return {}
    columns: dict[str, Any] = {}
    match event:
        case TrancheRequested():
            again = dict.fromkeys((*_CHECKED, *_ORDERED))
            columns = {"requested_at": at, "requested_by": event.requested_by, "payee": event.payee, **again}
        case TrancheVerified():
            columns = {"verified_at": at, "verified_by": event.verified_by}
        case TrancheApproved():
            columns = {"approved_at": at, "approved_by": event.approved_by}
        case TrancheRefused():
            columns = {"refused_at": at, "refused_by": event.refused_by, "refused_reason": event.reason}
        case PaymentOrdered():
            columns = {"ordered_at": at, "ordered_by": event.ordered_by, "order_number": event.order}
        case PaymentFailed():
            failed = {"failed_at": at, "failed_by": event.reported_by, "failed_reason": event.reason}
            columns = {**failed, **dict.fromkeys((*_ORDERED, *_PAID))}
        case PaymentOrderFailed():
            failed = {"failed_at": at, "failed_by": event.reported_by, "failed_reason": event.reason}
            columns = {**failed, **dict.fromkeys(_ORDERED)}
        case TranchePaid():
            paid = {"paid_on": event.paid_on, "reference": event.reference}
            columns = {"paid_at": at, "paid_by": event.paid_by, **paid}
    return columns


def status(project: Project, tranche: Tranche, row: Row) -> str:
    if project.stage == "ended" and tranche.status != "paid":
        return "forfeited"
    if tranche.status == "planned" and row["refused_at"] is not None:
        return "refused-back"
    return tranche.status


def next_step(project: Project, tranche: Tranche, status: str, at: datetime) -> Missing:
    """What the gate still needs, or else the next step, as things stand at that moment."""
    step, role = _NEXT[status]
    if status == "approved" and project.rules.paying.orders:
        step = "order"
    shut = missing(project, tranche, at) if step else None
    if shut and shut.said:
        return shut
    return Missing(step, (Awaited(step, role),) if step else ())


def things(waits: Missing, before: Sequence[Row], at: datetime) -> list[Thing]:
    """Each thing with the moment since which it has been waited for."""
    began = {thing["what"]: thing["since"] for thing in before}
    return [{"what": each.what, "role": each.role, "since": began.get(each.what, at)} for each in waits.each]


MODEL = ReadModel(
    name="tranche_board",
    version=3,
    reads=all_of(Project),
    tables=TABLES,
    take=rewrite("tranches"),
    question=QUESTION,
    tells={"tranches": tell},
)
