"""Ties 同分: by earlier stages, the smaller ask, the earlier application, or a draw that anybody can check."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.drawing import commitment_to, draw
from domain.errors import AlreadyExists, DrawNotProven, Malformed, NotAnswered, StageNotOpen
from domain.kernel import STORY
from domain.rules import Rules
from domain.selection import CloseAssessment, CollectScores, CompleteScores, PublishRanking, RankingPublished
from domain.ties import CommitToTieDraw, TieDrawCommitted
from tests.controls import PROJECT, ROUND, he, lin, rules_with, yuan
from tests.situations import a_closed_call, a_planned_round, a_presented_project, a_programme, a_ranked_round
from tests.world import Situation, given, put, steps

OTHER, THIRD = "other", "third"
APPLIED = (PROJECT, OTHER, THIRD)
SEED = "71e5" * 16
COMMIT = CommitToTieDraw(round=ROUND, commitment=commitment_to(SEED))


def with_ties(*ties: str) -> Rules:
    return rules_with(selection={"ties": ties})


def three_alike(rules: Rules, *more: Any) -> Situation:
    """Applied one after the other, with the same scores, asking for 20,000, 20,000 and 10,000 yuan."""
    presented = steps(
        a_presented_project(PROJECT, ask=yuan(20_000)),
        a_presented_project(OTHER, by=he, ask=yuan(20_000)),
        a_presented_project(THIRD, ask=yuan(10_000)),
    )
    collected = steps(
        *more,
        put(CloseAssessment(round=ROUND), by=lin),
        put(CollectScores(round=ROUND, projects=APPLIED), by=STORY),
        put(CompleteScores(round=ROUND), by=STORY),
    )
    return Situation("three alike", collected, steps(a_programme(rules), presented))


def ranked(rules: Rules, *more: Any, seed: str | None = None) -> list[str]:
    publish = put(PublishRanking(round=ROUND, seed=seed), by=lin)
    return [*given(three_alike(rules, *more), publish).round().places]


def test_without_anything_that_decides_the_id_does() -> None:
    assert ranked(with_ties("review")) == [OTHER, PROJECT, THIRD]


def test_the_smaller_ask_goes_first_and_the_rest_by_what_follows() -> None:
    assert ranked(with_ties("smaller-ask", "earlier-application")) == [THIRD, PROJECT, OTHER]
    assert ranked(with_ties("smaller-ask")) == [THIRD, OTHER, PROJECT]


def test_the_earlier_application_goes_first() -> None:
    assert ranked(with_ties("review", "earlier-application")) == [PROJECT, OTHER, THIRD]


def test_ties_are_drawn_by_the_seed_that_was_committed_to_before_the_scores_were_closed() -> None:
    order = [*draw(SEED, salt=f"{ROUND}/selection", candidates=APPLIED)]
    assert ranked(with_ties("draw"), put(COMMIT, by=lin), seed=SEED) == order
    decided = with_ties("smaller-ask", "draw")
    among_equals = [project for project in order if project != THIRD]
    assert ranked(decided, put(COMMIT, by=lin), seed=SEED) == [THIRD, *among_equals]


def test_the_published_ranking_quotes_the_seed() -> None:
    ready = given(three_alike(with_ties("draw"), put(COMMIT, by=lin)))
    after = ready.when(PublishRanking(round=ROUND, seed=SEED), by=lin).then_once(RankingPublished)
    event = next(event for _, event in after.world.events if isinstance(event, RankingPublished))
    assert event.seed == SEED


def test_the_commitment_is_published_once_and_before_the_assessment_is_closed() -> None:
    before = given(a_programme(with_ties("draw")), a_closed_call())
    committed = before.when(COMMIT, by=lin).then_once(
        TieDrawCommitted(stage="selection", commitment=commitment_to(SEED))
    )
    other = COMMIT.model_copy(update={"commitment": "c" * 64})
    committed.when(other, by=lin).refused(AlreadyExists, kind="commitment", id="selection")
    before.when(CloseAssessment(round=ROUND), by=lin).refused(NotAnswered, field="ties", missing="commitment")
    given(a_programme(with_ties("draw")), a_planned_round()).when(COMMIT, by=lin).refused(StageNotOpen, now="planned")


def test_the_ranking_is_not_published_without_the_right_seed() -> None:
    ready = given(three_alike(with_ties("draw"), put(COMMIT, by=lin)))
    ready.when(PublishRanking(round=ROUND), by=lin).refused(
        Malformed, field="seed", rule="must be given: ties are drawn"
    )
    ready.when(PublishRanking(round=ROUND, seed="0" * 64), by=lin).refused(DrawNotProven, field="seed")
    ready.when(PublishRanking(round=ROUND, seed="a guess"), by=lin).refused(Malformed, field="seed")


def test_where_no_ties_are_drawn_there_is_no_commitment_and_no_seed() -> None:
    given(a_closed_call()).when(COMMIT, by=lin).refused(Malformed, field="commitment")
    given(three_alike(with_ties("review"))).when(PublishRanking(round=ROUND, seed=SEED), by=lin).refused(
        Malformed, field="seed", rule="must be given only where ties are drawn"
    )
    given(a_ranked_round()).when(COMMIT, by=lin).refused(StageNotOpen, now="notice")


def test_no_stage_has_the_name_of_a_way_to_break_ties() -> None:
    content = rules_with().model_dump()
    stages = [stage | ({"id": "draw"} if stage["id"] == "eligibility" else {}) for stage in content["stages"]]
    with pytest.raises(ValidationError, match="draw is a way to break ties and cannot be the id of a stage or tally"):
        Rules.model_validate(content | {"stages": stages})
