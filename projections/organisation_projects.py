"""Which projects does an organisation have, where does each stand, and what came of it? Asked by organisations for their own, by
officers before they grant another, and by auditors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import TypedDict

from domain.project import Project
from projections.project_rows import named
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite, since


class OrganisationProject(TypedDict):
    """`stage` is the kind it is in, `step` which one of the programme's; `outcome` is set when it is over.

    `since` is when it came into that stage; `award_fen` is what it was selected for, `disbursed_fen` what it was paid.
    """

    subject: str  # project:…
    organisation: str
    project: str
    title: str
    field: str
    round: str
    programme: str
    funds: Sequence[str]
    stage: str
    step: str
    outcome: str
    grade: str
    currency: str
    ask_fen: int
    award_fen: int | None
    disbursed_fen: int
    applied_at: datetime
    since: datetime


TABLES = """
    create table organisation_projects (
        subject       text        primary key,
        organisation  text        not null,
        project       text        not null,
        title         text        not null,
        field         text        not null,
        round         text        not null,
        programme     text        not null,
        funds         text[]      not null,
        stage         text        not null,
        step          text        not null,
        outcome       text        not null,
        grade         text        not null,
        currency      text        not null,
        ask_fen       bigint      not null,
        award_fen     bigint,
        disbursed_fen bigint      not null,
        applied_at    timestamptz not null,
        since         timestamptz not null
    );
    create index on organisation_projects (organisation, applied_at);
    create index on organisation_projects (round);
"""

QUESTION = Question(
    "select * from organisation_projects",
    key={"organisation": "text", "applied_at": "timestamptz", "project": "text"},
    filters={
        "organisation": Filter("organisation = %(organisation)s"),
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "fund": Filter("%(fund)s = any(funds)"),
        "field": Filter("field = %(field)s"),
        "stage": Filter("stage = %(stage)s"),
        "outcome": Filter("outcome = %(outcome)s"),
        "since": Filter("since >= %(since)s", moment),
    },
)

_SAME = itemgetter("stage", "step")


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    project: Project = story.state
    assert project.ask is not None, "an application asks for something"
    row = named(story) | {
        "organisation": project.organisation,
        "field": project.field,
        "funds": project.funds,
        "stage": project.stage,
        "step": project.step,
        "outcome": project.outcome,
        "grade": project.grade,
        "currency": project.ask.currency,
        "ask_fen": project.ask.minor,
        "award_fen": project.award.minor if project.award is not None else None,
        "disbursed_fen": sum(tranche.paid.minor for tranche in project.tranches.values()),
        "applied_at": before[0]["applied_at"] if before else story.last.recorded.recorded_at,
    }
    return since(story, [row], before, _SAME)


MODEL = ReadModel(
    name="organisation_projects",
    version=2,
    reads=all_of(Project),
    tables=TABLES,
    take=rewrite("organisation_projects"),
    question=QUESTION,
    tells={"organisation_projects": tell},
)
