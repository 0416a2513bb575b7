"""Tally 计票: votes and donations beside the panel's scores, counted elsewhere and recorded with evidence (C4: 60/20/20)."""

from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.application import ApplicationWithdrawn, WithdrawApplication
from domain.errors import ConflictOfInterest, Malformed, NotAnswered, NotFound, StageNotOpen
from domain.kernel import STORY
from domain.organisation import ApplicationLeft
from domain.result import CompletePlaces
from domain.rules import Rules
from domain.rules.selection import Share
from domain.rules.tally import BallotTally, RecordedTally
from domain.selection import (
    AssessmentClosed,
    CloseAssessment,
    CollectScores,
    CompleteScores,
    PublishRanking,
    ScoresCollected,
)
from domain.tally import CountsDropped, RecordTally, TallyRecorded
from tests.controls import DOCUMENT, PROJECT, ROUND, RULES, also, contest, he, lin
from tests.situations import (
    a_closed_call,
    a_presented_project,
    a_programme,
    a_ranked_round,
    an_application,
)
from tests.world import Situation, World, given, put, steps

ONLINE: dict[str, Any] = {
    "kind": "count",
    "id": "online-vote",
    "words": {"zh": "网络投票", "en": "online vote"},
    "by": "highest",
}
DONATED = {"kind": "money", "id": "donations", "words": {"zh": "定向捐款", "en": "donations"}, "by": "sum"}
SHARES = (
    {"stage": "roadshow", "percent": 60},
    {"tally": "donations", "percent": 20},
    {"tally": "online-vote", "percent": 20},
)
OTHER = "other"


def dongguan(**selection: Any) -> Rules:
    """60 percent the judges, 20 percent targeted donations, 20 percent online vote (C4)."""
    return with_tallies([ONLINE, DONATED], {"shares": SHARES, "ties": ("online-vote",)} | selection)


def with_tallies(tallies: list[Any], selection: dict[str, Any]) -> Rules:
    content = RULES.model_dump()
    stages = [stage | selection if stage["id"] == "selection" else stage for stage in content["stages"]]
    return Rules.model_validate(content | {"stages": stages, "tallies": tallies})


def record(tally: str = "online-vote", evidence: str = DOCUMENT, **counts: int) -> RecordTally:
    named = {name.replace("_", "-"): count for name, count in counts.items()}
    listed = [{"project": project, "count": count} for project, count in named.items()]
    return RecordTally.model_validate({"round": ROUND, "tally": tally, "counts": listed, "evidence_sha256": evidence})


def a_published_shortlist(world: World) -> World:
    """Nobody was reviewed in time; the shortlist is published, empty."""
    world = put(record(reading_hour=1), by=lin)(world)
    for command, by in (
        (CloseAssessment(round=ROUND), lin),
        (CompleteScores(round=ROUND), STORY),
        (PublishRanking(round=ROUND), lin),
        (CompletePlaces(round=ROUND), STORY),
    ):
        world = world.put(command, by=by)
    return world


def two_presented() -> Situation:
    """The judges gave 90 points to one, 80 to the other."""
    both = steps(a_presented_project(), a_presented_project(OTHER, percent=80, by=he))
    return Situation("two presented", both, a_programme(dongguan()))


VOTES, GIFTS = record(reading_hour=300, other=400), record("donations", reading_hour=150_000, other=50_000)


# ── points ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def tally(by: str) -> RecordedTally:
    return RecordedTally.model_validate(ONLINE | {"by": by})


def test_counts_make_points_against_the_highest_or_as_a_part_of_the_whole() -> None:
    counts = {"a": 300, "b": 100, "c": 0}
    assert tally("highest").points(counts) == {"a": 10_000, "b": 3_333, "c": 0}
    assert tally("sum").points(counts) == {"a": 7_500, "b": 2_500, "c": 0}


def test_a_half_of_a_hundredth_is_rounded_up() -> None:
    assert tally("highest").points({"a": 20_000, "b": 1}) == {"a": 10_000, "b": 1}


def test_nobody_has_points_where_nothing_was_counted() -> None:
    assert tally("highest").points({"a": 0}) == tally("sum").points({"a": 0}) == {"a": 0}
    assert tally("highest").points({}) == tally("sum").points({}) == {}


@for_any(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 2**53 - 1)), st.sampled_from(("highest", "sum")))
def test_points_stay_within_100_and_keep_the_order_of_the_counts(counts: dict[str, int], by: str) -> None:
    points = tally(by).points(counts)
    assert all(0 <= each <= 10_000 for each in points.values())
    assert sorted(points.values()) == [points[id_] for id_ in sorted(counts, key=lambda id_: counts[id_])]


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_share_names_a_stage_or_a_tally() -> None:
    for wrong in ({}, {"stage": "review", "tally": "online-vote"}):
        with pytest.raises(ValidationError, match="a share names a stage or a tally, one of both"):
            Share.model_validate({"percent": 20} | wrong)
    assert Share(tally="online-vote", percent=20).model_dump() == {"tally": "online-vote", "percent": 20}


@pytest.mark.parametrize(
    ("tallies", "shares", "said"),
    [
        ([ONLINE], SHARES, "stage selection reckons with donations, which gives no score before it"),
        ([ONLINE, DONATED | {"id": "review"}], SHARES, "stages and tallies: review is named twice"),
        ([ONLINE, ONLINE], SHARES, "stages and tallies: online-vote is named twice"),
        (
            [ONLINE, DONATED],
            [{"tally": "roadshow", "percent": 80}, {"stage": "donations", "percent": 20}],
            "stage selection names roadshow as what it is not: stage or tally",
        ),
        ([ONLINE, DONATED], SHARES[:1], "shares add up to 60 percent, not 100"),
        (
            [ONLINE, DONATED],
            [{"stage": "roadshow", "percent": 100}],
            "tally donations is reckoned with in no ranking",
        ),
    ],
)
def test_tallies_that_cannot_be_reckoned_with_are_not_rules(tallies: list[Any], shares: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        with_tallies(tallies, {"shares": shares, "ties": ["online-vote"] if ONLINE in tallies else []})


def test_a_programme_without_tallies_does_not_write_any() -> None:
    assert "tallies" not in contest().model_dump(mode="json")
    assert Rules.model_validate(dongguan().model_dump(mode="json")) == dongguan()


# ── recording ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tally_is_not_recorded_once_the_last_ranking_that_reckons_with_it_is_published() -> None:
    """Then the round is in an assessment again, for a ranking without it."""
    content = contest().model_dump()
    content["stages"][1]["shares"] = [{"stage": "preliminary", "percent": 90}, {"tally": "online-vote", "percent": 10}]
    shortlisted = Rules.model_validate(content | {"tallies": [ONLINE]})
    before = given(a_programme(shortlisted), an_application(), a_closed_call(), a_published_shortlist)
    before.when(record(reading_hour=5), by=lin).refused(StageNotOpen, stage="ranking with this tally", now="published")


def test_an_officer_records_a_tally_and_corrects_it_until_the_assessment_is_closed() -> None:
    recorded = given(two_presented()).when(VOTES, by=lin).then_once(TallyRecorded)
    assert recorded.round().tallies["online-vote"] == {PROJECT: 300, OTHER: 400}
    after = recorded.when(record(reading_hour=301), by=lin).then_once(TallyRecorded)
    assert after.round().tallies["online-vote"] == {PROJECT: 301}
    closed = given(two_presented(), put(VOTES, by=lin), put(GIFTS, by=lin), put(CloseAssessment(round=ROUND), by=lin))
    closed.when(record(reading_hour=301), by=lin).refused(StageNotOpen, stage="assessment", now="ranking")
    closed.when(VOTES, by=lin).nothing_new()


def test_other_evidence_for_the_same_counts_is_recorded_too() -> None:
    again = record(evidence="b" * 64, reading_hour=300, other=400)
    after = given(two_presented(), put(VOTES, by=lin)).when(again, by=lin).then_once(TallyRecorded)
    assert after.round().evidence["online-vote"] == "b" * 64


def test_only_a_tally_of_the_rules_and_projects_of_the_round_each_once_are_counted() -> None:
    two = given(two_presented())
    two.when(record("applause", reading_hour=1), by=lin).refused(NotFound, kind="tally", id="applause")
    two.when(record(elsewhere=1), by=lin).refused(NotFound, kind="project", id="elsewhere")
    twice = VOTES.model_copy(update={"counts": (VOTES.counts[0], VOTES.counts[0])})
    two.when(twice, by=lin).refused(Malformed, field="counts")


def test_ballots_are_not_recorded_by_an_officer() -> None:
    ballot = ONLINE | {"kind": "ballot", "choices_at_most": 3}
    content = dongguan().model_dump() | {"tallies": [ballot, DONATED]}
    rules = Rules.model_validate(content)
    assert isinstance(rules.tally("online-vote"), BallotTally)
    given(a_programme(rules), a_presented_project()).when(record(reading_hour=1), by=lin).refused(
        Malformed, field="tally"
    )


def test_who_acts_for_an_applicant_does_not_record_their_counts() -> None:
    partial = also(lin, "applicant", "xingguang")
    given(two_presented()).when(VOTES, by=partial).refused(ConflictOfInterest, reason="acts for xingguang")
    given(two_presented()).when(record(reading_hour=300), by=partial).then(TallyRecorded)


def test_nothing_is_counted_before_the_call_nor_after_the_last_ranking_with_it() -> None:
    ranked = given(a_programme(dongguan()), put_all(VOTES, GIFTS), a_ranked_round())
    ranked.when(record(reading_hour=1), by=lin).refused(StageNotOpen, stage="assessment", now="notice")


# ── ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def put_all(*commands: RecordTally) -> Situation:
    return Situation("tallies", steps(*(put(command, by=lin) for command in commands)), two_presented())


def test_the_assessment_is_not_closed_before_every_tally_of_the_ranking_is_recorded() -> None:
    given(two_presented(), put(VOTES, by=lin)).when(CloseAssessment(round=ROUND), by=lin).refused(
        NotAnswered, field="tallies", missing="donations"
    )


def test_the_ranking_is_60_percent_panel_20_percent_donations_20_percent_votes() -> None:
    closed = given(put_all(VOTES, GIFTS), put(CloseAssessment(round=ROUND), by=lin))
    collected = closed.when(CollectScores(round=ROUND, projects=(PROJECT, OTHER)), by=STORY).then_once(ScoresCollected)
    entries = collected.round().entries
    assert {id_: entry.total for id_, entry in entries.items()} == {
        PROJECT: 8_400,  # 60 % of 90.00, 20 % of 75.00 (of the sum), 20 % of 75.00 (against the highest)
        OTHER: 7_300,  # 60 % of 80.00, 20 % of 25.00, 20 % of 100.00
    }
    assert entries[OTHER].score_of("online-vote") == 10_000


def test_what_was_counted_for_a_withdrawn_project_is_no_part_of_the_highest_count_nor_of_the_sum() -> None:
    out = put(WithdrawApplication(project=OTHER, reason="Our room burned down."), by=he)
    closing = given(put_all(VOTES, GIFTS), out).when(CloseAssessment(round=ROUND), by=lin)
    closed = closing.then_once(CountsDropped(projects=(OTHER,)), AssessmentClosed)
    collected = closed.when(CollectScores(round=ROUND, projects=(PROJECT, OTHER)), by=STORY).then(ScoresCollected)
    assert {id_: entry.total for id_, entry in collected.round().entries.items()} == {PROJECT: 9_400}  # 60 % of 90.00


def test_who_withdraws_when_the_assessment_is_closed_was_counted_and_the_points_stand() -> None:
    closed = put_all(VOTES, GIFTS), put(CloseAssessment(round=ROUND), by=lin)
    first = given(*closed, put(CollectScores(round=ROUND, projects=(PROJECT,)), by=STORY))
    later = first.when(WithdrawApplication(project=OTHER, reason="Our room burned down."), by=he)
    assert later.then(ApplicationWithdrawn, ApplicationLeft).round().tallies["online-vote"] == {
        PROJECT: 300,
        OTHER: 400,
    }


def test_who_was_counted_for_nothing_has_no_points_and_is_ranked_all_the_same() -> None:
    closed = given(put_all(record(other=400), GIFTS), put(CloseAssessment(round=ROUND), by=lin))
    collected = closed.when(CollectScores(round=ROUND, projects=(PROJECT,)), by=STORY).then(ScoresCollected)
    assert collected.round().entries[PROJECT].total == 6_900
