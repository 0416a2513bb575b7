"""What public notices show, and how the objections to it stand."""

from __future__ import annotations

from tests.controls import PROJECT, answer, extend_round, lin, on
from tests.projections.conftest import Reader
from tests.situations import a_passed_notice, a_ranked_round, an_objection, an_open_notice
from tests.world import put


def test_nothing_is_shown_before_the_notice_is_opened(reader: Reader) -> None:
    assert reader.told(a_ranked_round()).rows("notice_board") == []


def test_an_award_is_shown_until_the_end_of_the_notices_days(reader: Reader) -> None:
    row = reader.told(an_open_notice()).one("notice_board", project=PROJECT)
    assert (row["notice"], row["award_fen"], row["objection"]) == (1, 3_000_000, None)
    assert (row["opened_at"], row["ends_at"], row["concluded_at"]) == (on("04-17"), on("04-25", "00:00"), None)


def test_who_objected_is_not_public(reader: Reader) -> None:
    row = reader.told(an_objection()).one("notice_board")
    assert (row["objection"], row["status"], row["raised_at"]) == ("objection-1", "open", on("04-20"))
    assert "fang" not in str(row)
    assert "already paid" not in str(row)


def test_an_answer_is_shown_with_its_reason(reader: Reader) -> None:
    row = reader.told(an_objection(), put(answer(upheld=True), by=lin)).one("notice_board", status="upheld")
    assert row["reason"] == "Looked into."


def test_a_longer_notice_ends_later(reader: Reader) -> None:
    row = reader.told(an_open_notice(), put(extend_round("notice", "04-30"), by=lin)).one("notice_board")
    assert row["ends_at"] == on("05-01", "00:00")


def test_a_notice_that_is_over_says_since_when(reader: Reader) -> None:
    row = reader.told(a_passed_notice()).one("notice_board")
    assert row["concluded_at"] == on("04-25")
