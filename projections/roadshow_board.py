"""How does a roadshow go? The sessions with their running order, who is on stage, by how many judges of how many it is scored;
and, once the ranking is published, what it came to. Asked by everybody in the hall.

Scores are under seal until then: the board shows none before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from domain.approval import undecided
from domain.assessment import Assessment
from domain.project import Project
from domain.ranking import standing
from domain.round import Round
from domain.rules import Rules
from domain.rules.roadshow import RoadshowRules
from domain.rules.selection import RankingRules
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite

Status = Literal["invited", "on_stage", "presented", "absent", "withdrawn"]


class BoardLine(TypedDict):
    """One project in one session; a session without projects has a line of its own, without one.

    `number` is its place in the running order, None as long as there is none, and `slot_at` when its turn is planned. `score`, in
    hundredths of a point, `rank`, `total` and `award_fen` are None until the ranking is published; the award also until it is
    approved, where the rules want that, and once it is refused. `sponsor` claimed it on stage, with `claimed_fen`.
    """

    round: str
    programme: str
    stage: str
    session: str
    venue: str
    starts_at: datetime
    judges_present: int | None
    project: str | None
    title: str | None
    organisation: str | None
    number: int | None
    slot_at: datetime | None
    status: Status | None
    scored: int | None
    judges: int | None
    score: int | None
    rank: int | None
    total: int | None
    award_fen: int | None
    sponsor: str | None
    claimed_fen: int | None


TABLES = """
    create table board_sessions (
        subject        text        not null,
        round          text        not null,
        programme      text        not null,
        stage          text        not null,
        session        text        not null,
        venue          text        not null,
        starts_at      timestamptz not null,
        minutes        integer     not null,
        judges_present integer,
        running_order  text[]      not null,
        primary key (subject, session)
    );
    create index on board_sessions (round, starts_at);
    create table board_projects (
        subject      text    not null,
        round        text    not null,
        stage        text    not null,
        session      text    not null,
        project      text    not null,
        title        text    not null,
        organisation text    not null,
        status       text    not null,
        scored       integer not null,
        judges       integer not null,
        score        integer,
        ranking      text    not null,
        primary key (subject, stage)
    );
    create index on board_projects (round, stage, session);
    create table board_places (
        subject   text   not null,
        round     text   not null,
        ranking   text   not null,
        project   text   not null,
        rank      integer,
        total     integer,
        award_fen bigint,
        primary key (subject, ranking, project)
    );
    create index on board_places (round, ranking, project);
    create table board_claims (
        subject     text   not null,
        round       text   not null,
        project     text   not null,
        sponsor     text   not null,
        claimed_fen bigint not null,
        primary key (subject, project)
    );
    create index on board_claims (round, project);
"""

QUESTION = Question(
    """select held.round, held.programme, held.stage, held.session, held.venue, held.starts_at, held.judges_present,
        shown.project, shown.title, shown.organisation, turn.number,
        case when minutes > 0 then held.starts_at + make_interval(mins => minutes * (turn.number - 1)) end as slot_at,
        shown.status, shown.scored, shown.judges,
        case when placed.project is not null then shown.score end as score, placed.rank, placed.total, placed.award_fen,
        claimed.sponsor, claimed.claimed_fen
    from board_sessions as held
    left join board_projects as shown
        on shown.round = held.round and shown.stage = held.stage and shown.session = held.session
    left join lateral (select array_position(held.running_order, shown.project) as number) as turn on true
    left join board_places as placed
        on placed.round = shown.round and placed.ranking = shown.ranking and placed.project = shown.project
    left join board_claims as claimed on claimed.round = shown.round and claimed.project = shown.project""",
    key={
        "starts_at": "timestamptz",
        "round": "text",
        "session": "text",
        "coalesce(number, 1000000)": "integer",
        "coalesce(project, '')": "text",
    },
    filters={
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "stage": Filter("stage = %(stage)s"),
        "session": Filter("session = %(session)s"),
        "project": Filter("project = %(project)s"),
        "organisation": Filter("organisation = %(organisation)s"),
        "status": Filter("status = %(status)s"),
        "since": Filter("starts_at >= %(since)s", moment),
    },
)


def sessions(story: Story, before: Sequence[Row]) -> Sequence[Row]:  # noqa: ARG001  what a table's teller is given
    round_ = story.state
    return [*of_sessions(story.stream, round_)] if isinstance(round_, Round) else ()


def of_sessions(stream: str, round_: Round) -> Iterator[Row]:
    for id_, session in round_.sessions.items():
        slots = round_.rules.stage(RoadshowRules, session.stage).slots
        order = session.order if slots is not None and slots.drawn else session.projects
        yield {
            "subject": stream,
            "round": round_.id,
            "programme": round_.programme,
            "stage": session.stage,
            "session": id_,
            "venue": session.place,
            "starts_at": session.starts_at,
            "minutes": slots.minutes if slots is not None else 0,
            "judges_present": None if session.present is None else len(session.present),
            "running_order": order,
        }


def projects(story: Story, before: Sequence[Row]) -> Sequence[Row]:  # noqa: ARG001
    project = story.state
    if not isinstance(project, Project):
        return ()
    return [
        {
            "subject": story.stream,
            "round": project.round,
            "stage": step,
            "session": assessment.session,
            "project": project.id,
            "title": story.opening.title,
            "organisation": project.organisation,
            "status": status_of(project, assessment),
            "scored": len(assessment.panel.scored),
            "judges": len(assessment.panel.sitting),
            "score": assessment.score,
            "ranking": ranking_after(project.rules, step),
        }
        for step, assessment in project.assessments.items()
        if assessment.session
    ]


def status_of(project: Project, assessment: Assessment) -> Status:
    if assessment.over:
        return "absent" if assessment.score is None else "presented"
    if project.over:
        return "withdrawn"
    return "on_stage" if assessment.on_stage else "invited"


def ranking_after(rules: Rules, step: str) -> str:
    """The ranking that a stage's scores go into first."""
    place = rules.place_of(step)
    return next(ranking.id for ranking in rules.each(RankingRules) if rules.place_of(ranking.id) > place)


def places(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    """Every published place of the round, also of the rankings before the present one."""
    round_ = story.state
    if not isinstance(round_, Round):
        return ()
    earlier = [row for row in before if row["ranking"] != round_.step]
    waiting = set(undecided(round_))
    awarded = {place.project: place.award for place in standing(round_) if place.project not in waiting}
    shared: dict[str, Any] = {"subject": story.stream, "round": round_.id, "ranking": round_.step}
    return [
        *earlier,
        *(
            {
                **shared,
                "project": place.project,
                "rank": place.rank,
                "total": place.total,
                "award_fen": award.minor if (award := awarded.get(place.project)) else None,
            }
            for place in round_.places.values()
        ),
    ]


def claims(story: Story, before: Sequence[Row]) -> Sequence[Row]:  # noqa: ARG001
    round_ = story.state
    if not isinstance(round_, Round):
        return ()
    shared = {"subject": story.stream, "round": round_.id}
    return [
        {**shared, "project": project, "sponsor": claim.sponsor, "claimed_fen": claim.amount.minor}
        for project, claim in round_.claims.items()
    ]


MODEL = ReadModel(
    name="roadshow_board",
    version=2,
    reads=all_of(Project, Round),
    tables=TABLES,
    take=rewrite("board_sessions", "board_projects", "board_places", "board_claims"),
    question=QUESTION,
    tells={"board_sessions": sessions, "board_projects": projects, "board_places": places, "board_claims": claims},
)
