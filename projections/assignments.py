"""Who reviews what, and how much has everybody taken on? Asked by officers who assign, remind and replace.

One row for each seat on a panel, also for those given up; with each the whole load of the person in that stage of the round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal, TypedDict

from domain.assessment import Assessment
from domain.project import Project
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite, since
from projections.seats import of_every_panel, standing

SeatStatus = Literal[
    "later",  # the project has not come to that stage yet
    "silent",  # it has, and waits for their scores
    "done",
    "closed",  # the stage is over without their scores
    "recused",  # a conflict of interest: declared, granted or by the register
    "left",  # replaced, or withdrawn
]


class Seat(TypedDict):
    """`since` is when it came into its status. The load counts the person's seats in this stage of this round.

    `assigned` are those they still have or had to have: without those they are recused from, or left.
    """

    subject: str  # project:…
    person: str
    stage: str
    kind: Literal["review", "roadshow"]
    project: str
    title: str
    round: str
    programme: str
    status: SeatStatus
    since: datetime
    due: datetime | None
    assigned: int
    done: int
    silent: int
    recused: int
    gone: int


TABLES = """
    create table seats (
        subject   text        not null,
        person    text        not null,
        stage     text        not null,
        kind      text        not null,
        project   text        not null,
        title     text        not null,
        round     text        not null,
        programme text        not null,
        status    text        not null,
        since     timestamptz not null,
        due       timestamptz,
        primary key (subject, stage, person)
    );
    create index on seats (round, stage, person);
"""

QUESTION = Question(
    """select *,
        (count(*) filter (where status not in ('recused', 'left')) over load)::integer as assigned,
        (count(*) filter (where status = 'done') over load)::integer as done,
        (count(*) filter (where status = 'silent') over load)::integer as silent,
        (count(*) filter (where status = 'recused') over load)::integer as recused,
        (count(*) filter (where status = 'left') over load)::integer as gone
    from seats
    window load as (partition by round, stage, person)""",
    key={"round": "text", "stage": "text", "person": "text", "subject": "text"},
    filters={
        "person": Filter("person = %(person)s"),
        "status": Filter("status = %(status)s"),
        "stage": Filter("stage = %(stage)s"),
        "kind": Filter("kind = %(kind)s"),
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "due_before": Filter("due <= %(due_before)s", moment),
    },
)


_SAME = itemgetter("person", "stage", "status")


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    return since(story, of_every_panel(story, seats), before, _SAME)


def seats(project: Project, step: str, assessment: Assessment) -> Iterator[dict[str, Any]]:
    panel = assessment.panel
    for person in (*panel.members, *panel.left):
        yield {
            "person": person,
            "status": "left" if person in panel.left else status_of(project, step, assessment, person),
            "due": assessment.due,
        }


def status_of(project: Project, step: str, assessment: Assessment, person: str) -> SeatStatus:
    if person in assessment.panel.conflicted:
        return "recused"
    found = standing(project, step, assessment, person)
    return "silent" if found == "open" else found


MODEL = ReadModel(
    name="assignments",
    version=1,
    reads=all_of(Project),
    tables=TABLES,
    take=rewrite("seats"),
    question=QUESTION,
    tells={"seats": tell},
)
