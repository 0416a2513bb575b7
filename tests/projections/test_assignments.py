"""Who reviews what, and how much everybody has taken on."""

from __future__ import annotations

from domain.kernel import STORY
from domain.project import Project
from domain.review import AssignReviewers, ConcludeReview, DeclareConflict
from projections import assignments
from tests.controls import PROJECT, ROUND, he, li, lin, on, wang
from tests.domain.test_panel import ILL, replace
from tests.projections.conftest import Reader
from tests.projections.lives import the_whole_life
from tests.situations import a_review, a_reviewed_project, an_application, an_invited_project, an_open_review
from tests.world import put


def statuses(reader: Reader, project: str = PROJECT) -> dict[str, str]:
    return {row["person"]: row["status"] for row in reader.rows("assignments", project=project, stage="review")}


def test_every_seat_says_how_it_stands(reader: Reader) -> None:
    reader.told(
        a_review(li),
        put(DeclareConflict(project=PROJECT, reason="My sister."), by=wang),
        put(replace("zhao", "qian"), by=lin, at=on("03-27")),
    )
    assert statuses(reader) == {"li": "done", "wang": "recused", "zhao": "left", "qian": "silent"}
    row = reader.one("assignments", person="qian")
    assert (row["project"], row["title"], row["round"], row["kind"]) == (
        PROJECT,
        "Reading hour 阅读时光",
        ROUND,
        "review",
    )
    assert (row["since"], row["due"]) == (on("03-27"), on("04-07", "00:00"))


def test_what_is_to_come_and_what_is_over_without_ones_scores(reader: Reader) -> None:
    early = put(AssignReviewers(project="later", reviewers=("li", "wang", "zhao")), by=lin)
    two = (a_review(by=who) for who in (li, wang))
    concluded = put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-07"))
    reader.told(an_application(), an_application("later", by=he), early, *two, concluded)
    assert statuses(reader, "later") == dict.fromkeys(("li", "wang", "zhao"), "later")
    assert statuses(reader) == {"li": "done", "wang": "done", "zhao": "closed"}


def test_with_every_seat_comes_the_persons_load_in_that_stage_of_the_round(reader: Reader) -> None:
    reader.told(
        an_application(),
        an_application("second", by=he),
        a_review(li),
        an_open_review(project="second", by=he),
        put(DeclareConflict(project="second", reason="My sister."), by=wang),
        put(replace("zhao", "qian"), by=lin),
    )
    loads = {
        row["person"]: (row["assigned"], row["done"], row["silent"], row["recused"], row["gone"])
        for row in reader.rows("assignments", round=ROUND)
    }
    assert loads == {
        "li": (2, 1, 1, 0, 0),
        "wang": (1, 0, 1, 1, 0),
        "zhao": (1, 0, 1, 0, 1),
        "qian": (1, 0, 1, 0, 0),
    }
    assert [row["assigned"] for row in reader.rows("assignments", project=PROJECT, person="li")] == [2]


def test_who_withdrew_has_left(reader: Reader) -> None:
    reader.told(an_open_review(), put(ILL, by=wang))
    assert statuses(reader)["wang"] == "left"


def test_judges_are_listed_like_reviewers(reader: Reader) -> None:
    reader.told(an_invited_project())
    assert {row["person"] for row in reader.rows("assignments", kind="roadshow")} == {"sun", "zhou", "wu"}


def test_after_every_event_the_silent_seats_are_the_silent_of_the_domain(reader: Reader) -> None:
    for _ in reader.step_by_step([assignments.MODEL], the_whole_life()):
        silent = {
            (state.id, state.step, person)
            for state in reader.states.values()
            if isinstance(state, Project) and state.stage in {"review", "roadshow"}
            for person in state.now.panel.silent
        }
        rows = reader.rows("assignments", status="silent")
        assert {(row["project"], row["stage"], row["person"]) for row in rows} == silent


def test_a_reviewed_projects_seats_stay_done(reader: Reader) -> None:
    reader.told(a_reviewed_project())
    assert set(statuses(reader).values()) == {"done"}
