"""What panels make people do: requests for recusal to answer, reviewers to find; and whom a late request makes late."""

from __future__ import annotations

from domain.assigning import CompleteAssignment
from domain.kernel import STORY
from domain.review import ConcludeReview
from tests.controls import PROJECT, ROUND, lin, on
from tests.domain.test_dispersion import called, dispersed, three
from tests.domain.test_panel import replace
from tests.domain.test_recusal import a_request, decide, on_request
from tests.domain.test_reviewer_draw import DRAW, committed
from tests.projections.conftest import Reader
from tests.situations import a_programme, an_open_review
from tests.world import put


def test_a_request_for_recusal_waits_for_the_officer_until_its_deadline(reader: Reader) -> None:
    row = reader.told(a_programme(on_request()), a_request()).one("duties", kind="recusal")
    assert (row["role"], row["part"], row["due"]) == ("officer", "wang", on("03-27", "00:00"))
    late = reader.one("deadlines", kind="GrantUnansweredRecusal")
    assert (late["due"], late["late_roles"], late["late_persons"]) == (on("03-27", "00:00"), ["officer"], [])


def test_an_answered_request_waits_for_nobody(reader: Reader) -> None:
    reader.told(a_programme(on_request()), a_request(), put(decide(granted=False), by=lin))
    assert reader.rows("duties", kind="recusal") == []
    assert reader.rows("deadlines", kind="GrantUnansweredRecusal") == []


def test_one_more_reviewer_is_for_the_officer_to_find(reader: Reader) -> None:
    row = reader.told(dispersed(range_at_most=30), three(90, 80, 50), called).one("duties", kind="panel")
    assert (row["role"], row["due"]) == ("officer", on("04-02", "00:00"))


def test_a_replacement_answers_the_call_for_one(reader: Reader) -> None:
    extended = put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-07"))
    replaced = put(replace(), by=lin, at=on("04-08"))
    assert reader.told(an_open_review(), extended, replaced).rows("duties", role="officer", project=PROJECT) == []
    assert {row["person"] for row in reader.rows("duties", kind="review")} == {"li", "zhao", "qian"}


def test_a_draw_that_was_committed_to_waits_for_its_officer_when_the_call_is_over(reader: Reader) -> None:
    row = reader.told(committed()).one("duties", kind="reviewer_draw")
    assert (row["role"], row["part"], row["subject"]) == ("officer", "review", f"round:{ROUND}")


def test_a_revealed_draw_waits_for_nobody(reader: Reader) -> None:
    done = put(CompleteAssignment(round=ROUND), by=STORY)
    assert reader.told(committed(), put(DRAW, by=lin), done).rows("duties", kind="reviewer_draw") == []
