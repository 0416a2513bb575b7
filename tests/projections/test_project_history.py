"""An auditor's timeline."""

from __future__ import annotations

import orjson
import pytest

from domain.errors import Malformed
from tests.controls import PROJECT, ROUND, on
from tests.projections.chronicle import chronicle
from tests.projections.conftest import Reader
from tests.projections.lives import objections_answered, the_whole_life


def test_every_event_of_the_projects_stream_is_there_in_order_with_its_envelope(reader: Reader) -> None:
    reader.told(the_whole_life())
    rows = [row for row in reader.rows("project_history", project=PROJECT) if row["stream"] == f"project:{PROJECT}"]
    wanted = [e for e in chronicle(the_whole_life()) if e.stream == f"project:{PROJECT}"]
    assert [(row["position"], row["name"], row["actor"], row["role"], row["version"]) for row in rows] == [
        (e.position, e.name, e.actor, e.role, e.version) for e in wanted
    ]
    assert [row["payload"] for row in rows] == [orjson.loads(e.raw) for e in wanted]
    assert rows[0]["recorded_at"] == on("03-10")
    assert rows[0]["command_id"]


def test_what_concerns_the_project_in_other_streams_is_there_too(reader: Reader) -> None:
    reader.told(the_whole_life())
    names = [row["name"] for row in reader.rows("project_history", project=PROJECT)]
    for elsewhere in ("FundsCommitted.v2", "FundsDisbursed.v2", "ApplicationEntered.v1", "RankingPublished.v2"):
        assert elsewhere in names


def test_objections_against_the_project_are_in_its_history(reader: Reader) -> None:
    reader.told(objections_answered())
    assert len(reader.rows("project_history", project=PROJECT, name="ObjectionRaised")) == 2


def test_a_round_has_the_history_of_all_that_belongs_to_it(reader: Reader) -> None:
    reader.told(the_whole_life())
    rows = reader.rows("project_history", round=ROUND, limit=500)
    assert {row["stream"] for row in rows} == {
        f"round:{ROUND}",
        f"project:{PROJECT}",
        "project:garden",
        "fund:welfare-2026",
        "organisation:qinghe",
        "organisation:xingguang",
    }


def test_it_is_narrowed_by_who_what_and_when(reader: Reader) -> None:
    reader.told(the_whole_life())
    assert {row["actor"] for row in reader.rows("project_history", actor="wang")} == {"wang"}
    assert {row["name"] for row in reader.rows("project_history", name="ReviewSubmitted.v2")} == {"ReviewSubmitted.v2"}
    day = reader.rows("project_history", project=PROJECT, since=on("04-15"), until=on("04-15", "23:00").isoformat())
    assert {row["name"] for row in day} == {"RoadshowScored.v2", "RoadshowConcluded.v2"}
    assert len(reader.rows("project_history", stream="person:li")) == 2


def test_pages_follow_each_other_without_gap(reader: Reader) -> None:
    reader.told(the_whole_life())
    first = reader.rows("project_history", limit=50)
    second = reader.rows("project_history", limit=50, after_key=first[-1]["key"])
    assert [row["position"] for row in (*first, *second)] == list(range(1, 101))


def test_an_event_nobody_knows_is_malformed(reader: Reader) -> None:
    with pytest.raises(Malformed) as caught:
        reader.rows("project_history", name="ReviewStolen")
    assert caught.value.fields["field"] == "name"
