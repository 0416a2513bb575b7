"""How a roadshow goes, as everybody in the hall sees it."""

from __future__ import annotations

from typing import Any

from domain.application import WithdrawApplication
from domain.slot import CloseSlot, OpenSlot, RecordAbsence
from projections import roadshow_board
from tests.controls import PROJECT, ROUND, he, jin, lin, on, sun, wu, zhou
from tests.domain.selecting import board as members
from tests.domain.selecting import vote, with_approval
from tests.domain.test_claim import SPONSOR, claim, three_presented
from tests.domain.test_slot import OTHER, START, THIRD, a_drawn_session, a_planned_session, score, scored, three_invited
from tests.domain.test_stages import a_final
from tests.projections.conftest import Reader
from tests.situations import (
    a_presented_project,
    a_programme,
    a_ranked_round,
    a_ranking_to_approve,
    collected_scores,
)
from tests.world import Situation, put, steps


def board(reader: Reader, *columns: str, **filters: Any) -> dict[str, tuple[Any, ...]]:
    rows = reader.rows("roadshow_board", round=ROUND, **filters)
    return {row["project"]: tuple(row[column] for column in columns) for row in rows}


def a_day() -> Situation:
    """One presents and is scored, one does not come, one is on stage."""
    first = steps(
        put(OpenSlot(project=PROJECT), by=lin),
        *(put(score(90), by=judge) for judge in (sun, zhou, wu)),
        put(CloseSlot(project=PROJECT), by=lin),
    )
    second = steps(put(RecordAbsence(project=OTHER), by=lin), put(OpenSlot(project=THIRD), by=lin))
    return Situation("a day", steps(first, second, put(score(80, THIRD), by=sun)), a_drawn_session())


def test_a_session_without_projects_is_on_the_board(reader: Reader) -> None:
    row = reader.told(a_planned_session()).one("roadshow_board")
    assert (row["session"], row["venue"], row["starts_at"], row["project"]) == ("afternoon", "Room 1", START, None)


def test_before_the_draw_nobody_has_a_number(reader: Reader) -> None:
    reader.told(three_invited())
    nobody = ("invited", None, None, None)
    shown = board(reader, "status", "number", "slot_at", "judges_present")
    assert shown == dict.fromkeys((PROJECT, OTHER, THIRD), nobody)


def test_the_drawn_order_gives_each_project_its_number_and_time(reader: Reader) -> None:
    reader.told(a_drawn_session())
    rows = reader.rows("roadshow_board", session="afternoon")
    assert [(row["number"], row["slot_at"]) for row in rows] == [
        (1, on("04-15", "14:00")),
        (2, on("04-15", "14:15")),
        (3, on("04-15", "14:30")),
    ]
    assert {row["judges_present"] for row in rows} == {3}


def test_the_board_shows_who_is_on_stage_and_by_how_many_judges_they_are_scored(reader: Reader) -> None:
    reader.told(a_day())
    assert board(reader, "status", "scored", "judges") == {
        PROJECT: ("presented", 3, 3),
        OTHER: ("absent", 0, 3),
        THIRD: ("on_stage", 1, 3),
    }
    assert reader.one("roadshow_board", status="on_stage")["project"] == THIRD


def test_scores_are_shown_when_the_ranking_is_published_and_not_before(reader: Reader) -> None:
    seen = []
    presented = a_presented_project()
    for recorded in reader.step_by_step([roadshow_board.MODEL], presented, collected_scores(), a_ranked_round()):
        for row in reader.rows("roadshow_board", project=PROJECT):
            seen.append((row["score"], row["rank"], row["award_fen"]))
            assert (row["score"] is not None) == (row["rank"] is not None), recorded.name
    assert (seen[0], seen[-1]) == ((None, None, None), (9_000, 1, 3_000_000))


def test_a_claim_is_on_the_board_as_soon_as_it_is_made(reader: Reader) -> None:
    reader.told(three_presented(), put(claim(), by=jin))
    shown = board(reader, "sponsor", "claimed_fen", "award_fen")
    assert shown == {PROJECT: (None,) * 3, OTHER: (None,) * 3, THIRD: (SPONSOR, 2_000_000, None)}


def test_who_withdraws_is_shown_as_withdrawn(reader: Reader) -> None:
    gone = put(WithdrawApplication(project=OTHER, reason="x"), by=he)
    assert board(reader.told(scored(90), gone), "status")[OTHER] == ("withdrawn",)


def test_the_rank_on_the_shortlist_before_a_final_is_not_the_finals(reader: Reader) -> None:
    row = reader.told(a_final()).one("roadshow_board")
    assert (row["stage"], row["project"], row["number"], row["slot_at"], row["rank"]) == (
        "final",
        PROJECT,
        None,
        None,
        None,
    )


def test_an_award_is_shown_once_it_is_approved_and_not_when_it_is_refused(reader: Reader) -> None:
    """Who is ranked where is published; what the approvers make of it is not known yet."""
    to_approve = steps(a_programme(with_approval()), a_presented_project(), a_ranking_to_approve())
    votes = steps(put(vote("board"), by=members[0]), put(vote("board"), by=members[1]))
    shown = {}
    for recorded in reader.step_by_step([roadshow_board.MODEL], to_approve, votes):
        shown[recorded.name.partition(".")[0]] = board(reader, "rank", "award_fen").get(PROJECT)
    assert (shown["RankingPublished"], shown["AwardVoted"]) == ((1, None), (1, None))
    assert shown["AwardApproved"] == (1, 3_000_000)


def test_an_award_that_the_approvers_refuse_is_on_no_board(reader: Reader) -> None:
    against = steps(*(put(vote("board", "against", reason="No."), by=who) for who in members[:2]))
    reader.told(a_programme(with_approval()), a_presented_project(), a_ranking_to_approve(), against)
    assert board(reader, "rank", "award_fen") == {PROJECT: (1, None)}
