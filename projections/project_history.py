"""What happened to a project or in a round, who did it, when, and why? Asked by auditors; anybody's replay begins here.

The events themselves stay in the event store, where the bytes are that were sealed; kept here is only which project and which
round each one concerns, also when it lies in another stream: a payment of the fund, an objection in the round.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypedDict

from domain.approval import ApprovalOpened
from domain.fund import Fund
from domain.kernel import EVENTS, Event
from domain.notice import NoticeOpened
from domain.organisation import Organisation
from domain.project import Project
from domain.round import Round
from domain.selection import RankingPublished, ScoresCollected
from domain.stored_form import stored_names
from projections.read_model import Batch, Cursor, Filter, Question, ReadModel, Told, all_of, moment, put, text


class Happening(TypedDict):
    """One event with its envelope; `name` with its version, `payload` as it was written."""

    position: int
    recorded_at: datetime
    stream: str
    version: int
    name: str
    actor: str
    role: str
    on_behalf: str | None
    command_id: str
    correlation: str
    causation: str | None
    payload: dict[str, Any]


TABLES = """
    create table concerns (
        kind     text   not null,  -- project or round
        id       text   not null,
        position bigint not null,
        primary key (kind, id, position)
    );
"""


def names_called(value: object) -> list[str]:
    """Every stored name of the event called so, with or without a version. Raises ValueError."""
    title = text(value).partition(".v")[0]
    found = [event for event in EVENTS.values() if event.__name__ == title]
    if not found:
        raise ValueError("must be the name of an event")
    return sorted(stored_names(*found))


QUESTION = Question(
    """select position, recorded_at, stream, version, name, actor, role, on_behalf, command_id, correlation, causation, payload
    from canopy.events""",
    key={"position": "bigint"},
    filters={
        "project": Filter("position in (select position from concerns where kind = 'project' and id = %(project)s)"),
        "round": Filter("position in (select position from concerns where kind = 'round' and id = %(round)s)"),
        "stream": Filter("stream = %(stream)s"),
        "actor": Filter("actor = %(actor)s"),
        "name": Filter("name = any(%(name)s)", names_called),
        "command_id": Filter("command_id = %(command_id)s"),
        "since": Filter("recorded_at >= %(since)s", moment),
        "until": Filter("recorded_at <= %(until)s", moment),
    },
)


def concerned(told: Told) -> Iterator[tuple[str, str]]:
    """(kind, id) of each project and round the event concerns."""
    recorded = told.recorded
    if recorded.stream.startswith("project:"):
        yield "project", recorded.subject
        yield "round", recorded.correlation
        return
    event = told.event
    yield "round", recorded.subject if event.OF is Round else getattr(event, "round", "")
    yield "project", getattr(event, "project", "")
    for project in _ranked(event):
        yield "project", project


def _ranked(event: Event) -> Iterator[str]:
    if isinstance(event, RankingPublished):
        yield from (place.project for place in event.places)
    if isinstance(event, NoticeOpened):
        yield from (award.project for award in event.awards)
    if isinstance(event, ApprovalOpened):
        yield from event.projects
    if isinstance(event, ScoresCollected):
        yield from (entry.project for entry in event.entries)


_INSERT = "insert into concerns select * from json_populate_recordset(null::concerns, %(rows)s)"


def take(cursor: Cursor, batch: Batch) -> None:
    rows = [
        {"kind": kind, "id": id_, "position": told.recorded.position}
        for told in batch.events
        for kind, id_ in concerned(told)
        if id_
    ]
    put(cursor, _INSERT, rows)


MODEL = ReadModel(
    name="project_history",
    version=1,
    reads=all_of(Project, Round, Fund, Organisation),
    tables=TABLES,
    take=take,
    question=QUESTION,
)
