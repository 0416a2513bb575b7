"""Selection 遴选: scores are taken down, ranked with ties, and awarded down the list while the budget lasts."""

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.application import WithdrawApplication
from domain.errors import AboveLimit, ConflictOfInterest, CurrencyMismatch, NotFound, ReasonMissing, StageNotOpen
from domain.kernel import STORY, Event, Money
from domain.round import Entry, Place, StageScore
from domain.round_opening import CallClosed, CallOpened
from domain.rules.selection import SelectionRules, Share
from domain.selection import (
    Adjustment,
    AssessmentClosed,
    CloseAssessment,
    CollectScores,
    CompleteScores,
    PublishRanking,
    RankingPublished,
    ScoresCollected,
    ScoresCompleted,
    entry_of,
)
from tests.controls import PROJECT, ROUND, also, chen, he, lin, yuan
from tests.situations import (
    a_closed_assessment,
    a_closed_call,
    a_planned_round,
    a_presented_project,
    a_ranked_round,
    a_reviewed_project,
    an_application,
    an_invited_project,
    collected_scores,
)
from tests.world import Situation, World, given, put

CLOSE, COMPLETE = CloseAssessment(round=ROUND), CompleteScores(round=ROUND)


def collect(*projects: str) -> CollectScores:
    return CollectScores(round=ROUND, projects=projects or (PROJECT,))


def publish(*adjustments: Adjustment) -> PublishRanking:
    return PublishRanking(round=ROUND, adjustments=adjustments)


def scores(review: int, roadshow: int | None = None) -> tuple[StageScore, ...]:
    given_ = {"review": review, "roadshow": roadshow}
    return tuple(StageScore(stage=stage, score=score) for stage, score in given_.items() if score is not None)


def entry(project: str, total: int | None, ask: int = 20_000, review: int = 8_000) -> Entry:
    return Entry(
        project=project, organisation="qinghe", field="children", ask=yuan(ask), scores=scores(review), total=total
    )


def scores_of(*entries: Entry) -> Situation:
    """A round of 60,000 yuan whose scores are these."""
    events: tuple[Event, ...] = (
        CallOpened(),
        CallClosed(),
        AssessmentClosed(stage="selection"),
        ScoresCollected(stage="selection", entries=entries),
        ScoresCompleted(stage="selection", entries=len(entries)),
    )

    def play(world: World) -> World:
        return world.with_events(*((f"round:{ROUND}", event) for event in events))

    return Situation("scores", play, a_planned_round())


def ranked(*entries: Entry, adjustments: tuple[Adjustment, ...] = ()) -> list[tuple[str, int | None, int | None, str]]:
    """(project, rank, award in yuan, reason) down the published list."""
    round_ = given(scores_of(*entries), put(publish(*adjustments), by=lin)).round()
    return [
        (place.project, place.rank, place.award.minor // 100 if place.award else None, place.reason)
        for place in round_.places.values()
    ]


# ── taking the scores down ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_officer_ends_the_assessment_once() -> None:
    given(a_closed_call()).when(CLOSE, by=lin).then_once(AssessmentClosed(stage="selection"))
    given(collected_scores()).when(CLOSE, by=lin).nothing_new()
    given(a_ranked_round()).when(CLOSE, by=lin).refused(StageNotOpen, stage="assessment", now="notice")


def test_a_projects_total_is_the_weighted_mean_of_its_two_scores() -> None:
    # 40 percent of 80.00 from the desk, 60 percent of 90.00 from the stage.
    given(a_closed_assessment()).when(collect(), by=STORY).then_once(
        ScoresCollected(
            stage="selection",
            entries=(
                Entry(
                    project=PROJECT,
                    organisation="qinghe",
                    field="children",
                    ask=yuan(30_000),
                    scores=scores(8_000, 9_000),
                    total=8_600,
                ),
            ),
        )
    )


@pytest.mark.parametrize(
    ("review", "roadshow", "total"), [(8_001, 9_000, 8_501), (8_000, 9_000, 8_500), (0, 1, 1), (0, 0, 0)]
)
def test_half_a_hundredth_is_rounded_up(review: int, roadshow: int, total: int) -> None:
    shares = tuple(Share(stage=stage, percent=50) for stage in ("review", "roadshow"))
    half_and_half = SelectionRules(id="selection", shares=shares, least_score=60)
    presented = given(a_presented_project()).project()
    presented = presented.with_assessment("review", score=review).with_assessment("roadshow", score=roadshow)
    assert entry_of(presented, half_and_half, {}).total == total


def test_who_was_not_heard_in_time_is_taken_down_without_a_total() -> None:
    situations = (
        an_application("new", by=he),
        a_reviewed_project("reviewed"),
        an_invited_project(),
        a_closed_assessment(),
    )
    after = given(*situations).when(collect("new", "reviewed", PROJECT), by=STORY).then(ScoresCollected)
    assert {e.project: (e.score_of("review"), e.total) for e in after.round().entries.values()} == {
        "new": (None, None),
        "reviewed": (8_000, None),
        PROJECT: (8_000, None),
    }


def test_scores_are_taken_page_by_page_each_project_once() -> None:
    two = given(
        a_presented_project("one"), a_presented_project("two"), a_closed_assessment(), put(collect("one"), by=STORY)
    )
    after = two.when(collect("one", "two"), by=STORY).then_once(ScoresCollected)
    assert set(after.round().entries) == {"one", "two"}
    done = after.when(COMPLETE, by=STORY).then_once(ScoresCompleted(stage="selection", entries=2))
    done.when(collect("one"), by=STORY).refused(StageNotOpen, stage="ranking", now="selection")


def test_who_is_out_of_it_is_not_ranked() -> None:
    withdrawn = put(WithdrawApplication(project="one", reason="x"), by=chen)
    given(a_presented_project("one"), withdrawn, a_presented_project("two"), a_closed_assessment()).when(
        collect("one", "never-seen"), by=STORY
    ).nothing_new()


# ── ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ranking_is_published_once() -> None:
    given(collected_scores()).when(publish(), by=lin).then_once(
        RankingPublished(
            stage="selection",
            places=(Place(project=PROJECT, rank=1, total=8_600, award=yuan(30_000)),),
            published_by="lin",
        )
    )
    given(a_closed_assessment()).when(publish(), by=lin).refused(StageNotOpen, stage="selection", now="ranking")


def test_awards_go_down_the_list_while_the_budget_lasts_and_a_smaller_ask_may_still_fit() -> None:
    assert ranked(
        entry("first", 9_000, 30_000),
        entry("second", 8_000, 25_000),
        entry("third", 7_000, 6_000),
        entry("fourth", 6_500, 5_000),
        entry("absent", None),
    ) == [
        ("first", 1, 30_000, ""),
        ("second", 2, 25_000, ""),
        ("third", 3, None, "budget_spent"),
        ("fourth", 4, 5_000, ""),
        ("absent", None, None, "not_scored"),
    ]


def test_a_tie_goes_to_the_better_review_then_to_the_id() -> None:
    tied = (entry("c", 8_000, review=7_000), entry("b", 8_000, review=7_000), entry("a", 8_000, review=6_000))
    assert [place[0] for place in ranked(*tied)] == ["b", "c", "a"]


def test_below_the_least_score_nothing_is_awarded_while_money_is_left() -> None:
    assert ranked(entry("enough", 6_000), entry("short", 5_999)) == [
        ("enough", 1, 20_000, ""),
        ("short", 2, None, "below_least_score"),
    ]


def test_an_award_below_the_ask_is_published_with_its_reason_and_leaves_money_for_the_next() -> None:
    less = Adjustment(project="first", award=yuan(20_000), reason="Fewer afternoons.")
    assert ranked(
        entry("first", 9_000, 30_000),
        entry("second", 8_000, 30_000),
        entry("third", 7_000, 10_000),
        adjustments=(less,),
    ) == [("first", 1, 20_000, "Fewer afternoons."), ("second", 2, 30_000, ""), ("third", 3, 10_000, "")]


def test_an_adjustment_stays_below_the_ask_in_its_currency_with_a_reason_for_a_known_project() -> None:
    one = given(scores_of(entry("one", 9_000, 20_000)))
    above = Adjustment(project="one", award=yuan(20_001), reason="x")
    one.when(publish(above), by=lin).refused(AboveLimit, field="adjustments.one", limit="CNY 20,000.00")
    silent = Adjustment(project="one", award=yuan(1), reason="  ")
    one.when(publish(silent), by=lin).refused(ReasonMissing, field="adjustments.one.reason")
    unknown = Adjustment(project="two", award=yuan(1), reason="x")
    one.when(publish(unknown), by=lin).refused(NotFound, kind="project", id="two")
    euros = Adjustment(project="one", award=Money(currency="EUR", minor=1), reason="x")
    one.when(publish(euros), by=lin).refused(CurrencyMismatch, field="adjustments.one", currency="EUR", expected="CNY")


def test_an_officer_does_not_adjust_their_own_organisations_award() -> None:
    one = given(scores_of(entry("one", 9_000, 20_000)))
    partial = also(lin, "applicant", "qinghe")
    less = Adjustment(project="one", award=yuan(10_000), reason="Fewer afternoons.")
    one.when(publish(less), by=partial).refused(ConflictOfInterest, person="lin", reason="acts for qinghe")
    one.when(publish(), by=partial).then(RankingPublished)


def test_nor_a_rivals_so_that_the_budget_reaches_their_own() -> None:
    mine = entry("two", 8_000, 20_000).model_copy(update={"organisation": "xingguang"})
    two = given(scores_of(entry("one", 9_000, 60_000), mine))
    less = Adjustment(project="one", award=yuan(10_000), reason="Fewer afternoons.")
    two.when(publish(less), by=also(lin, "applicant", "xingguang")).refused(ConflictOfInterest, person="lin")


@for_any(
    st.lists(st.tuples(st.none() | st.integers(0, 10_000), st.integers(1, 30_000), st.integers(0, 10_000)), max_size=15)
)
def test_any_ranking_names_everybody_once_keeps_the_order_and_stays_within_the_budget(
    asks: list[tuple[int | None, int, int]],
) -> None:
    entries = [entry(f"p{n}", total, ask, review) for n, (total, ask, review) in enumerate(asks)]
    places = ranked_places(scores_of(*entries))
    totals = {e.project: e.total for e in entries}
    assert sorted(place.project for place in places) == sorted(totals)
    scored = [place for place in places if place.rank is not None]
    assert [place.rank for place in scored] == list(range(1, len(scored) + 1))
    assert [place.total for place in scored] == sorted((t for t in totals.values() if t is not None), reverse=True)
    awarded = [place for place in places if place.award is not None]
    spent = sum(place.award.minor for place in awarded if place.award)
    assert spent <= yuan(60_000).minor
    assert all((place.total or 0) >= 6_000 for place in awarded)
    asked = {e.project: e.ask.minor for e in entries}
    for place in places:
        if place.reason == "budget_spent":  # only what no longer fitted after those above it was passed over
            above = sum(p.award.minor for p in scored[: place.rank] if p.award)
            assert above + asked[place.project] > yuan(60_000).minor


def ranked_places(situation: Situation) -> list[Place]:
    return list(given(situation, put(publish(), by=lin)).round().places.values())
