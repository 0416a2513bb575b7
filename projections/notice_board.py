"""What do public notices show, until when, and how do the objections to it stand? Asked by everybody: it is public.

Who objected and on what ground is not shown here; officers and auditors find it in the round's history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from domain.notice import NoticeConcluded, NoticeOpened
from domain.objection import (
    ObjectionAssigned,
    ObjectionDismissed,
    ObjectionOverdue,
    ObjectionRaised,
    ObjectionUpheld,
)
from domain.round import Round
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite


class NoticedProject(TypedDict):
    """An award in a notice; one row for each objection to it, or one without.

    `notice` is 1 for the round's first, 2 for the next after a change. `status` is open, overdue, dismissed or upheld.
    """

    round: str
    programme: str
    notice: int
    project: str
    award_fen: int | None
    prize: str | None
    experts: Sequence[str]
    opened_at: datetime
    ends_at: datetime
    concluded_at: datetime | None
    objection: str | None
    raised_at: datetime | None
    assigned: str | None
    answer_by: datetime | None
    status: str | None
    answered_at: datetime | None
    reason: str | None


TABLES = """
    create table noticed (
        subject      text        not null,
        round        text        not null,
        programme    text        not null,
        notice       integer     not null,
        project      text        not null,
        award_fen    bigint,
        prize        text,
        experts      text[]      not null,
        opened_at    timestamptz not null,
        ends_at      timestamptz not null,
        concluded_at timestamptz,
        primary key (subject, notice, project)
    );
    create index on noticed (round);
    create index on noticed (project);
    create table objections (
        subject     text        not null,
        project     text        not null,
        notice      integer     not null,
        objection   text        not null,
        raised_at   timestamptz not null,
        assigned    text,
        answer_by   timestamptz,
        status      text        not null,
        answered_at timestamptz,
        reason      text,
        primary key (subject, objection)
    );
    create index on objections (subject, project);
"""

QUESTION = Question(
    """select round, programme, notice, project, award_fen, prize, experts, opened_at, ends_at, concluded_at,
        objection, raised_at, assigned, answer_by, status, answered_at, reason
    from noticed left join objections using (subject, notice, project)""",
    key={"round": "text", "notice": "integer", "project": "text", "coalesce(objection, '')": "text"},
    filters={
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "project": Filter("project = %(project)s"),
        "status": Filter("status = %(status)s"),
        "ends_after": Filter("ends_at > %(ends_after)s", moment),
    },
)


def noticed(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    """Every award that was shown, with its notice's days; an extension moves the end of those still open."""
    round_, event = story.state, story.last.event
    if not isinstance(round_, Round):
        return ()
    at = story.last.recorded.recorded_at
    rows = [{**row} for row in before]
    for row in rows:
        if row["notice"] == round_.notices and row["concluded_at"] is None:
            row["ends_at"] = round_.notice_ends_at or row["ends_at"]
            row["concluded_at"] = at if isinstance(event, NoticeConcluded) else None
    if isinstance(event, NoticeOpened):
        rows += [row_of(story, event, project) for project, number in round_.shown.items() if number == round_.notices]
    return rows


def row_of(story: Story, event: NoticeOpened, project: str) -> dict[str, Any]:
    round_: Round = story.state
    place = round_.places[project]
    return {
        "subject": story.stream,
        "round": round_.id,
        "programme": round_.programme,
        "notice": round_.notices,
        "project": project,
        "award_fen": place.award.minor if place.award else None,
        "prize": place.prize,
        "experts": event.experts,
        "opened_at": story.last.recorded.recorded_at,
        "ends_at": event.ends_at,
        "concluded_at": None,
    }


def objections(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    """Every objection and how it stands."""
    round_, at = story.state, story.last.recorded.recorded_at
    if not isinstance(round_, Round):
        return ()
    rows = {row["objection"]: {**row} for row in before}
    match story.last.event:
        case ObjectionRaised() as event:
            rows[event.objection] = {
                "subject": story.stream,
                "project": event.project,
                "notice": round_.shown.get(event.project, round_.notices),
                "objection": event.objection,
                "raised_at": at,
                "assigned": None,
                "answer_by": event.answer_by,
                "status": "open",
                "answered_at": None,
                "reason": None,
            }
        case ObjectionAssigned() as event:
            rows[event.objection]["assigned"] = event.officer
        case ObjectionOverdue() as event:
            rows[event.objection]["status"] = "overdue"
        case ObjectionDismissed() | ObjectionUpheld() as event:
            status = "upheld" if isinstance(event, ObjectionUpheld) else "dismissed"
            rows[event.objection] |= {"status": status, "answered_at": at, "reason": event.reason}
    return [*rows.values()]


MODEL = ReadModel(
    name="notice_board",
    version=1,
    reads=all_of(Round),
    tables=TABLES,
    take=rewrite("noticed", "objections"),
    question=QUESTION,
    tells={"noticed": noticed, "objections": objections},
)
