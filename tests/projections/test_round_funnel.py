"""How many came to each stage of a round, and the money they stand for."""

from __future__ import annotations

from typing import Any

from tests.controls import ROUND
from tests.domain.test_stages import a_published_shortlist
from tests.projections.conftest import Reader
from tests.projections.lives import the_whole_life
from tests.situations import an_open_review, an_open_round


def funnel(reader: Reader, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {row["stage"]: tuple(row[column] for column in columns) for row in reader.rows("round_funnel", round=ROUND)}


def test_a_round_without_applications_shows_its_stages_empty(reader: Reader) -> None:
    reader.told(an_open_round())
    found = funnel(reader, "place", "came", "asked_fen")
    assert found["eligibility"] == (1, 0, 0)
    assert [*found] == [
        *("eligibility", "review", "roadshow", "selection", "notice"),
        *("agreement", "delivery", "evaluation", "settlement", "closed"),
    ]


def test_who_is_in_a_stage_came_to_it_and_to_those_before(reader: Reader) -> None:
    reader.told(an_open_review())
    found = funnel(reader, "came", "there", "ended")
    assert (found["eligibility"], found["review"], found["roadshow"]) == ((1, 0, 0), (1, 1, 0), (0, 0, 0))


def test_where_a_project_ended_is_where_it_was(reader: Reader) -> None:
    reader.told(the_whole_life())
    found = funnel(reader, "came", "there", "ended", "awarded_fen", "disbursed_fen")
    assert found["selection"] == (2, 0, 1, 3_000_000, 3_000_000), "the garden was not selected"
    assert found["closed"] == (1, 0, 1, 3_000_000, 3_000_000)


def test_a_programme_of_other_stages_has_another_funnel(reader: Reader) -> None:
    reader.told(a_published_shortlist())
    found = funnel(reader, "came", "there")
    assert [*found][:4] == ["preliminary", "finalists", "final", "selection"]
    assert (found["preliminary"], found["finalists"], found["final"]) == ((2, 0), (2, 2), (0, 0))
