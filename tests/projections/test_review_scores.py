"""Raw scores, and beside them how a person tends to score; reckoned from what is concluded only."""

from __future__ import annotations

from typing import Any

from domain.kernel import STORY
from domain.review import ConcludeReview, SubmitReview
from tests.controls import PROJECT, REVIEW, ROUND, he, li, on, points, rules_with, wang, zhao
from tests.projections.conftest import Reader
from tests.situations import a_presented_project, a_programme, an_application, an_open_review
from tests.world import World, put, steps


def scored(project: str, first: int, second: int, third: int, *, concluded: bool = True, **changes: Any) -> Any:
    """Reviewed by li, wang and zhao with these percents."""
    percents = zip((li, wang, zhao), (first, second, third), strict=True)
    scores = (
        put(SubmitReview(project=project, scores=points(REVIEW.rubric, percent)), by=who, at=on("03-25"))
        for who, percent in percents
    )
    end = put(ConcludeReview(project=project), by=STORY, at=on("03-26")) if concluded else _as_it_is
    return steps(an_open_review(project=project, **changes), *scores, end)


def _as_it_is(world: World) -> World:
    return world


BOTH = steps(an_application(), an_application("garden", by=he))


def row(reader: Reader, person: str, project: str = PROJECT) -> dict[str, Any]:
    return reader.one("review_scores", person=person, project=project, kind="review")


def test_a_raw_score_stands_beside_what_it_would_be_without_the_persons_tendency(reader: Reader) -> None:
    """Li lies 20 above the mean once and 10 another time: 15 on the average."""
    reader.told(BOTH, scored(PROJECT, 90, 60, 60), scored("garden", 80, 70, 60, by=he))
    li_, wang_ = row(reader, "li"), row(reader, "wang")
    assert (li_["raw"], li_["tendency"], li_["normalised"], li_["concluded_reviews"]) == (9_000, 1_500, 7_500, 2)
    assert (wang_["raw"], wang_["tendency"], wang_["normalised"]) == (6_000, -500, 6_500)
    assert row(reader, "zhao")["tendency"] == -1_000


def test_what_is_not_concluded_tells_nothing_about_anybody(reader: Reader) -> None:
    reader.told(BOTH, scored(PROJECT, 80, 70, 60), scored("garden", 100, 10, 10, concluded=False, by=he))
    open_ = row(reader, "li", "garden")
    assert (open_["concluded"], open_["raw"], open_["tendency"], open_["outlier"]) == (False, 10_000, 1_000, None)
    assert row(reader, "li")["concluded_reviews"] == 1


def test_nobody_has_a_tendency_before_anything_is_concluded(reader: Reader) -> None:
    reader.told(scored(PROJECT, 80, 70, 60, concluded=False))
    first = row(reader, "li")
    assert (first["raw"], first["tendency"], first["normalised"], first["concluded_reviews"]) == (
        8_000,
        None,
        None,
        None,
    )


def test_an_outlier_lies_further_from_the_middle_of_the_others_than_the_programme_allows(reader: Reader) -> None:
    dispersion = {"range_at_most": 100, "outlier_beyond": 20, "more_within_days": 7}
    rules = a_programme(rules_with(review={"dispersion": dispersion}))
    reader.told(rules, scored(PROJECT, 90, 70, 60))
    assert [row(reader, who)["outlier"] for who in ("li", "wang", "zhao")] == [True, False, False]


def test_a_programme_that_does_not_say_what_an_outlier_is_has_none(reader: Reader) -> None:
    reader.told(scored(PROJECT, 90, 60, 60))
    assert row(reader, "li")["outlier"] is None


def test_judges_have_their_scores_too_each_stage_for_itself(reader: Reader) -> None:
    reader.told(a_presented_project(percent=90))
    rows = reader.rows("review_scores", round=ROUND)
    assert {(r["stage"], r["person"], r["raw"]) for r in rows} == {
        *(("review", who, 8_000) for who in ("li", "wang", "zhao")),
        *(("roadshow", who, 9_000) for who in ("sun", "zhou", "wu")),
    }
