"""Times as people read them: one zone for an installation, deadlines that end a day, and what people give as a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import bootstrap
from domain.errors import CallNotOpen
from entrypoints import local_time, wording
from tests.entrypoints.conftest import Line
from workers.processes import StackError

MIDNIGHT = datetime(2018, 4, 3, 16, tzinfo=UTC)
"""In Shanghai: the call's last day, the 3rd, is over."""


def test_times_are_shown_in_shanghai_whatever_the_machines_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANOPY_TIME_ZONE", raising=False)
    monkeypatch.setenv("TZ", "America/New_York")
    assert local_time.marked(datetime(2018, 3, 5, 1, 30, tzinfo=UTC)) == "2018-03-05 09:30 +08:00"


def test_another_zone_is_named_in_the_environment_and_has_its_own_offset_on_each_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CANOPY_TIME_ZONE", "Europe/Zurich")
    assert local_time.marked(datetime(2018, 3, 5, 1, 30, tzinfo=UTC)) == "2018-03-05 02:30 +01:00"
    assert local_time.marked(datetime(2018, 7, 5, 1, 30, tzinfo=UTC)) == "2018-07-05 03:30 +02:00"


@pytest.mark.parametrize("name", ["Nowhere/Land", "Asia", "../etc/passwd", "/etc/passwd"])
def test_a_zone_nobody_knows_is_said_at_once(name: str, monkeypatch: pytest.MonkeyPatch, canopy: Line) -> None:
    monkeypatch.setenv("CANOPY_TIME_ZONE", name)
    with pytest.raises(StackError):
        bootstrap.load()
    said = canopy("ask", "duties")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"CANOPY_TIME_ZONE: {name} is not a time zone of the IANA database\n"


def test_the_end_of_a_day_is_24_00_of_that_day_but_a_beginning_is_0_00_of_its_own() -> None:
    assert local_time.shown(MIDNIGHT, until=True) == "2018-04-03 24:00"
    assert local_time.shown(MIDNIGHT) == "2018-04-04 00:00"
    noon = datetime(2018, 4, 3, 4, tzinfo=UTC)
    assert local_time.shown(noon, until=True) == local_time.shown(noon) == "2018-04-03 12:00"


def test_a_sentence_says_the_last_day_of_a_call() -> None:
    refused = CallNotOpen(round="r", opens_at=datetime(2018, 3, 4, 16, tzinfo=UTC), closes_at=MIDNIGHT)
    assert "2018-03-05 00:00 至 2018-04-03 24:00" in wording.refusal(refused).zh
    assert "from 2018-03-05 00:00 to 2018-04-03 24:00" in wording.refusal(refused).en


def test_what_people_give_as_a_time_is_local_and_a_day_is_its_end() -> None:
    assert local_time.end_of("2018-04-03").isoformat() == "2018-04-03T23:59:59.999999+08:00"
    assert local_time.end_of("2018-04-03T09:00").isoformat() == "2018-04-03T09:00:00+08:00"
    assert local_time.end_of("2018-04-03T09:00Z").isoformat() == "2018-04-03T09:00:00+00:00"
    with pytest.raises(ValueError, match="Invalid isoformat"):
        local_time.end_of("soon")
