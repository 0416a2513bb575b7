"""What did everybody score, and does somebody score higher or lower than their panels throughout? Asked by officers and auditors;
reviewers and judges see their own.

The normalised score is shown beside the raw one and never takes its place: rankings are made of raw scores only. Everything that
is reckoned from the scores of several people is reckoned from concluded stages only, so nothing under seal can be told from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Literal, TypedDict

from domain.assessment import Assessment
from domain.project import Project
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, rewrite
from projections.seats import of_every_panel


class ReviewScore(TypedDict):
    """`raw` is the weighed score, in hundredths of a point on a scale of 100.

    `tendency` is by how much the person lies above the mean of their panels, on the average of this stage of the round (negative:
    below it), `normalised` is raw less tendency, `concluded_reviews` how many it is reckoned from; None until one is concluded.
    `outlier`: further from the middle of the others than the programme allows; None until concluded, or where it says nothing.
    """

    subject: str  # project:…
    person: str
    stage: str
    kind: Literal["review", "roadshow"]
    project: str
    title: str
    round: str
    programme: str
    concluded: bool
    raw: int
    tendency: int | None
    normalised: int | None
    concluded_reviews: int | None
    outlier: bool | None


TABLES = """
    create table scores (
        subject   text    not null,
        person    text    not null,
        stage     text    not null,
        kind      text    not null,
        project   text    not null,
        title     text    not null,
        round     text    not null,
        programme text    not null,
        concluded boolean not null,
        raw       integer not null,
        outlier   boolean,
        primary key (subject, stage, person)
    );
    create index on scores (round, stage, person);
"""

QUESTION = Question(
    """select scores.*, tendency, raw - tendency as normalised, concluded_reviews
    from scores
    left join (
        select round, stage, person, round(avg(raw - mean))::integer as tendency, count(*)::integer as concluded_reviews
        from (select *, avg(raw) over (partition by subject, stage) as mean from scores where concluded) as compared
        group by round, stage, person
    ) as tendencies using (round, stage, person)""",
    key={"round": "text", "stage": "text", "subject": "text", "person": "text"},
    filters={
        "person": Filter("person = %(person)s"),
        "stage": Filter("stage = %(stage)s"),
        "kind": Filter("kind = %(kind)s"),
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
    },
)


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:  # noqa: ARG001  what a table's teller is given
    return [*of_every_panel(story, scores)]


def scores(project: Project, step: str, assessment: Assessment) -> Iterator[dict[str, Any]]:
    rules = project.rules.stages[project.rules.place_of(step)]
    assert isinstance(rules, ReviewRules | RoadshowRules), "what is assessed has a rubric"
    concluded = assessment.over or project.over
    weighed = {person: rules.rubric.weigh(scores) for person, scores in assessment.panel.scored.items()}
    for person, raw in weighed.items():
        yield {
            "person": person,
            "concluded": concluded,
            "raw": raw,
            "outlier": is_outlier(rules, weighed, person) if concluded else None,
        }


def is_outlier(rules: ReviewRules | RoadshowRules, weighed: Mapping[str, int], person: str) -> bool | None:
    """Whether this score lies further from the median of the others than the programme allows; None where it does not say."""
    dispersion = rules.dispersion if isinstance(rules, ReviewRules) else None
    others = [score for who, score in weighed.items() if who != person]
    if dispersion is None or dispersion.outlier_beyond is None or not others:
        return None
    return bool(abs(weighed[person] - median(others)) > rules.rubric.in_hundredths(dispersion.outlier_beyond))


MODEL = ReadModel(
    name="review_scores",
    version=1,
    reads=all_of(Project),
    tables=TABLES,
    take=rewrite("scores"),
    question=QUESTION,
    tells={"scores": tell},
)
