"""How many applications of a round came to each of its stages, how many are there, how many ended there; and the money they ask
for, were awarded and were paid? Asked by officers and funders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from domain.project import Project
from domain.round import Round
from domain.rules import Rules
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, rewrite


class FunnelStage(TypedDict):
    """`place` is the stage's place, from 1; `came` counts who came so far or further, the sums of money are theirs."""

    round: str
    programme: str
    place: int
    stage: str
    kind: str
    came: int
    there: int
    ended: int
    asked_fen: int
    awarded_fen: int
    disbursed_fen: int


AFTER_THE_AWARD = ("agreement", "delivery", "evaluation", "settlement", "closed")
"""Stages that every programme may come to after those its file lists."""

TABLES = """
    create table funnel_stages (
        subject   text    not null,
        round     text    not null,
        programme text    not null,
        place     integer not null,
        stage     text    not null,
        kind      text    not null,
        primary key (subject, place)
    );
    create index on funnel_stages (round);
    create index on funnel_stages (programme);
    create table funnel_projects (
        subject       text    primary key,
        round         text    not null,
        place         integer not null,
        over          boolean not null,
        asked_fen     bigint  not null,
        awarded_fen   bigint  not null,
        disbursed_fen bigint  not null
    );
    create index on funnel_projects (round, place);
"""

QUESTION = Question(
    """select round, programme, place, stage, kind, counted.*
    from funnel_stages
    cross join lateral (
        select count(*) as came,
            count(*) filter (where project.place = funnel_stages.place and not over) as there,
            count(*) filter (where project.place = funnel_stages.place and over) as ended,
            coalesce(sum(asked_fen), 0)::bigint as asked_fen,
            coalesce(sum(awarded_fen), 0)::bigint as awarded_fen,
            coalesce(sum(disbursed_fen), 0)::bigint as disbursed_fen
        from funnel_projects as project
        where project.round = funnel_stages.round and project.place >= funnel_stages.place
    ) as counted""",
    key={"round": "text", "place": "integer"},
    filters={
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "stage": Filter("stage = %(stage)s"),
        "kind": Filter("kind = %(kind)s"),
    },
)


def stages(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    """The stages of a round, as its rules list them and then those after the award."""
    round_ = story.state
    if not isinstance(round_, Round) or before:
        return before
    listed = [(rule.id, rule.kind) for rule in round_.rules.stages] + [(stage, stage) for stage in AFTER_THE_AWARD]
    shared = {"subject": story.stream, "round": round_.id, "programme": round_.programme}
    return [{**shared, "place": n, "stage": stage, "kind": kind} for n, (stage, kind) in enumerate(listed, start=1)]


def projects(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    """How far a project came; where it ended is where it was."""
    project = story.state
    if not isinstance(project, Project):
        return ()
    row: dict[str, Any] = {
        "subject": story.stream,
        "round": project.round,
        "place": max(place_of(project, project.rules), before[0]["place"] if before else 0),
        "over": project.over,
        "asked_fen": project.ask.minor if project.ask else 0,
        "awarded_fen": project.award.minor if project.award else 0,
        "disbursed_fen": sum(t.amount.minor for t in project.tranches.values() if t.status == "paid"),
    }
    return (row,)


def place_of(project: Project, rules: Rules) -> int:
    """The place of the stage a project is in, from 1; 0 when it has ended."""
    if project.stage in AFTER_THE_AWARD:
        return len(rules.stages) + AFTER_THE_AWARD.index(project.stage) + 1
    if project.stage == "ended":
        return 0
    if project.award is not None:  # selected: it waits for what the rules have after the selection
        return len(rules.stages)
    return rules.place_of(project.step) + 1


MODEL = ReadModel(
    name="round_funnel",
    version=1,
    reads=all_of(Project, Round),
    tables=TABLES,
    take=rewrite("funnel_stages", "funnel_projects"),
    question=QUESTION,
    tells={"funnel_stages": stages, "funnel_projects": projects},
)
