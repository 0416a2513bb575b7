"""What did a programme come to: rounds, applications, organisations, projects, fields, money, activities, people? Asked by
funders and the public.

Nothing here is written down as a result: every figure is counted, or summed over events, when somebody asks. Organisations,
projects and fields are those of concluded agreements, distinct over all rounds of the programme.
"""

from __future__ import annotations

from typing import Any, TypedDict

from domain.agreement import AgreementConcluded, DeliveryBegun
from domain.application import ApplicationSubmitted
from domain.delivery import ReportAccepted
from domain.payment import PaymentFailed
from domain.round_opening import RoundOpened
from domain.stored_form import stored_names
from domain.tranche import TranchePaid
from projections.read_model import Batch, Cursor, Filter, Question, ReadModel, put


class ProgrammeTotals(TypedDict):
    programme: str
    rounds: int
    applications: int
    organisations: int
    projects: int
    fields: int
    disbursed_fen: int
    activities: int
    people_served: int


READS = stored_names(
    RoundOpened, ApplicationSubmitted, AgreementConcluded, DeliveryBegun, TranchePaid, PaymentFailed, ReportAccepted
)

TABLES = """
    create table rounds (
        round     text primary key,
        programme text        not null,
        title_zh  text        not null,
        title_en  text        not null,
        opens_at  timestamptz not null
    );
    create index on rounds (programme);
    create table projects (
        project       text primary key,
        round         text    not null,
        programme     text    not null,
        organisation  text    not null,
        field         text    not null,
        concluded     boolean not null default false,
        disbursed_fen bigint  not null default 0,
        activities    bigint  not null default 0,
        people_served bigint  not null default 0
    );
    create index on projects (round);
    create index on projects (programme);
"""
SUMS = """
    count(project) as applications,
    count(distinct organisation) filter (where concluded) as organisations,
    count(*) filter (where concluded) as projects,
    count(distinct field) filter (where concluded) as fields,
    coalesce(sum(disbursed_fen), 0)::bigint as disbursed_fen,
    coalesce(sum(activities), 0)::bigint as activities,
    coalesce(sum(people_served), 0)::bigint as people_served
"""

QUESTION = Question(
    f"""select programme, rounds, sums.*
    from (select programme, count(*) as rounds from rounds group by programme) as opened
    cross join lateral (select {SUMS} from projects where projects.programme = opened.programme) as sums""",
    key={"programme": "text"},
    filters={"programme": Filter("programme = %(programme)s")},
)

_ROUNDS = "insert into rounds select * from json_populate_recordset(null::rounds, %(rows)s)"
_PROJECTS = """insert into projects (project, round, programme, organisation, field)
    select project, round, programme, organisation, field from json_populate_recordset(null::projects, %(rows)s)"""
_ADD = """update projects set
        concluded = projects.concluded or more.concluded,
        disbursed_fen = projects.disbursed_fen + more.disbursed_fen,
        activities = projects.activities + more.activities,
        people_served = projects.people_served + more.people_served
    from json_populate_recordset(null::projects, %(rows)s) as more where projects.project = more.project"""


def take(cursor: Cursor, batch: Batch) -> None:
    rounds = [
        {
            "round": recorded.subject,
            "programme": opened.programme,
            "title_zh": opened.title.zh,
            "title_en": opened.title.en,
            "opens_at": opened.opens_at,
        }
        for recorded, opened in batch.of(RoundOpened)
    ]
    projects = [
        {
            "project": recorded.subject,
            "round": event.round,
            "programme": event.programme,
            "organisation": event.organisation,
            "field": event.field,
        }
        for recorded, event in batch.of(ApplicationSubmitted)
    ]
    put(cursor, _ROUNDS, rounds)
    put(cursor, _PROJECTS, projects)
    put(cursor, _ADD, more(batch))


def more(batch: Batch) -> list[dict[str, Any]]:
    """One row for each project something came to in the batch."""
    rows: dict[str, dict[str, Any]] = {}

    def row(project: str) -> dict[str, Any]:
        blank = {"project": project, "concluded": False, "disbursed_fen": 0, "activities": 0, "people_served": 0}
        return rows.setdefault(project, blank)

    for recorded, _ in batch.of(AgreementConcluded, DeliveryBegun):
        row(recorded.subject)["concluded"] = True
    for recorded, paid in batch.of(TranchePaid):
        row(recorded.subject)["disbursed_fen"] += paid.amount.minor
    for recorded, failed in batch.of(PaymentFailed):
        row(recorded.subject)["disbursed_fen"] -= failed.amount.minor
    for recorded, accepted in batch.of(ReportAccepted):
        row(recorded.subject)["activities"] += accepted.activities
        row(recorded.subject)["people_served"] += accepted.people_served
    return [*rows.values()]


MODEL = ReadModel(name="programme_totals", version=1, reads=READS, tables=TABLES, take=take, question=QUESTION)
