"""What do I have to review, and what have I reviewed? Asked by reviewers and by judges of a roadshow.

A declared conflict takes a project out of one's queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal, TypedDict

from domain.assessment import Assessment
from domain.project import Project
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite, since
from projections.seats import Standing, of_every_panel, standing


class QueueEntry(TypedDict):
    """`since` is when it came into its status; a judge can score from `starts_at` on."""

    subject: str  # project:…
    person: str
    stage: str
    kind: Literal["review", "roadshow"]
    project: str
    title: str
    organisation: str
    round: str
    programme: str
    status: Standing
    since: datetime
    starts_at: datetime | None
    due: datetime | None


TABLES = """
    create table queue (
        subject      text        not null,
        person       text        not null,
        stage        text        not null,
        kind         text        not null,
        project      text        not null,
        title        text        not null,
        organisation text        not null,
        round        text        not null,
        programme    text        not null,
        status       text        not null,
        since        timestamptz not null,
        starts_at    timestamptz,
        due          timestamptz,
        primary key (subject, person, stage)
    );
    create index on queue (person, status);
    create index on queue (round);
"""

QUESTION = Question(
    "select * from queue",
    key={"coalesce(due, '9999-12-31')": "timestamptz", "subject": "text", "stage": "text", "person": "text"},
    filters={
        "person": Filter("person = %(person)s"),
        "status": Filter("status = %(status)s"),
        "stage": Filter("stage = %(stage)s"),
        "kind": Filter("kind = %(kind)s"),
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "due_before": Filter("due <= %(due_before)s", moment),
    },
)


_SAME = itemgetter("person", "stage", "status")


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    return since(story, of_every_panel(story, entries), before, _SAME)


def entries(project: Project, step: str, assessment: Assessment) -> Iterator[dict[str, Any]]:
    for person in assessment.panel.sitting:
        yield {
            "person": person,
            "organisation": project.organisation,
            "status": standing(project, step, assessment, person),
            "starts_at": assessment.starts_at,
            "due": assessment.due,
        }


MODEL = ReadModel(
    name="reviewer_queue",
    version=2,
    reads=all_of(Project),
    tables=TABLES,
    take=rewrite("queue"),
    question=QUESTION,
    tells={"queue": tell},
)
