"""What a reviewer or judge has to do."""

from __future__ import annotations

from domain.project import Project
from domain.review import DeclareConflict, SubmitReview
from projections import reviewer_queue
from tests.controls import GOOD, PROJECT, li, on
from tests.projections.conftest import Reader
from tests.projections.lives import a_review_nobody_answers, a_roadshow_nobody_scores, the_whole_life
from tests.situations import a_review, a_reviewed_project, an_application, an_invited_project, an_open_review
from tests.world import put


def test_an_assigned_review_waits_until_the_formal_check_is_passed(reader: Reader) -> None:
    from domain.review import AssignReviewers
    from tests.controls import lin

    seated = put(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin)
    assert reader.told(an_application(), seated).one("reviewer_queue", person="li")["status"] == "later"


def test_an_open_review_waits_with_its_title_and_due_date(reader: Reader) -> None:
    row = reader.told(an_open_review()).one("reviewer_queue", person="wang", status="open")
    assert (row["kind"], row["project"], row["title"], row["round"]) == (
        "review",
        PROJECT,
        "Reading hour 阅读时光",
        "spring-2026",
    )
    assert row["due"] == on("04-07", "00:00")
    assert row["since"] == on("03-23")


def test_a_submitted_review_is_done_also_when_it_is_changed_later(reader: Reader) -> None:
    changed = put(SubmitReview(project=PROJECT, scores=GOOD, comment="better"), by=li, at=on("03-27"))
    reader.told(a_review(li), changed)
    assert [row["person"] for row in reader.rows("reviewer_queue", status="open")] == ["wang", "zhao"]
    assert reader.one("reviewer_queue", person="li", status="done")["since"] == on("03-25")


def test_a_declared_conflict_takes_the_project_out_of_the_queue(reader: Reader) -> None:
    reader.told(an_open_review(), put(DeclareConflict(project=PROJECT, reason="my sister"), by=li))
    assert reader.rows("reviewer_queue", person="li") == []


def test_a_conflict_at_the_desk_holds_on_stage_too(reader: Reader) -> None:
    reader.told(a_roadshow_nobody_scores())
    assert {row["person"] for row in reader.rows("reviewer_queue", kind="roadshow")} == {"zhou", "wu"}


def test_a_judge_can_score_from_the_sessions_start(reader: Reader) -> None:
    row = reader.told(an_invited_project()).one("reviewer_queue", person="wu")
    assert (row["kind"], row["status"], row["starts_at"]) == ("roadshow", "open", on("04-15", "14:00"))


def test_a_stage_that_ended_without_ones_scores_is_closed(reader: Reader) -> None:
    reader.told(a_review_nobody_answers())
    statuses = {row["person"]: row["status"] for row in reader.rows("reviewer_queue")}
    assert statuses == {"wang": "done", "zhao": "closed", "qian": "closed"}


def test_what_is_done_stays_done_when_the_project_goes_on(reader: Reader) -> None:
    reader.told(a_reviewed_project())
    assert {row["status"] for row in reader.rows("reviewer_queue", project=PROJECT)} == {"done"}


def test_after_every_event_the_open_rows_are_the_silent_of_the_domain(reader: Reader) -> None:
    for _ in reader.step_by_step([reviewer_queue.MODEL], the_whole_life()):
        silent = set()
        for state in reader.states.values():
            if isinstance(state, Project) and state.stage in {"review", "roadshow"}:
                panel = (
                    state.assessment("review").panel if state.stage == "review" else state.assessment("roadshow").panel
                )
                silent |= {(state.id, state.stage, person) for person in panel.silent}
        rows = reader.rows("reviewer_queue", status="open")
        assert {(row["project"], row["kind"], row["person"]) for row in rows} == silent
