"""What is read from the event store: the very bytes that were written, earlier versions as of today, streams and pages of them."""

from __future__ import annotations

from datetime import timedelta

import orjson
import psycopg
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.event_store import EventStore
from domain.kernel import EVENTS, SYSTEM, canonical
from domain.stored_form import payload_of
from tests.domain.errands import BeginErrand, EndErrand, Errand, Note, Noted, do

_LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
_NAMES = st.text(st.characters(max_codepoint=127), max_size=8)
_JSON = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4))


@given(_JSON)
def test_our_canonical_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ['木 \u2028 \x1f \x00 " \\ / \ue000 \U0001f333', "é e\u0301", " \t\n ", "\x7f\x80"])
def test_the_stored_bytes_are_the_written_bytes(trip: EventStore, database: str, text: str) -> None:
    trip.do(Note(errand="tea", text=text), by=SYSTEM, command_id="odd")
    written = payload_of(Noted(text=text))
    assert trip.recorded("errand:tea")[-1].raw == written
    with psycopg.connect(database) as auditor:
        query = "SELECT payload::text FROM canopy.events WHERE command_id = 'odd'"
        assert [row[0].encode() for row in auditor.execute(query)] == [written]
    assert trip.recorded("errand:tea")[-1].payload == orjson.loads(written)


def test_an_event_of_an_earlier_version_is_read_as_it_is_understood_today(trip: EventStore) -> None:
    trip.do(Note(errand="tea", text="three"), by=SYSTEM, command_id="old")

    class Later(Noted):
        VERSION = 2
        EARLIER = {1: lambda old: {"text": old["text"], "language": "en"}}  # noqa: RUF012  as in every event
        language: str

        def apply(self, state: Errand) -> Errand:
            return Noted(text=f"{self.text}/{self.language}").apply(state)

    EVENTS.pop("Later.v2")
    Later.__name__ = "Noted"
    EVENTS.pop("Noted.v1")
    EVENTS[Later.stored_name()] = Later
    try:
        assert trip.recorded("errand:tea")[-1].event == Later(text="three", language="en")
        with EventStore(trip.url) as fresh:
            assert fresh.load(Errand, "tea").notes == ("three/en",)
    finally:
        EVENTS.pop("Noted.v2")


def test_a_stream_is_replayed_to_a_version_or_to_a_moment(trip: EventStore) -> None:
    first, second = do(trip, Note(errand="tea", text="a"), Note(errand="tea", text="b"))
    names = [each.name for each in trip.recorded("errand:tea")]
    assert names == ["ErrandBegun.v1", "Noted.v1", "Noted.v1"]
    assert [each.version for each in trip.recorded("errand:tea", up_to=2)] == [1, 2]
    assert [each.version for each in trip.recorded("errand:tea", as_of=first.recorded_at)] == [1, 2]
    assert len(trip.recorded("errand:tea", as_of=second.recorded_at + timedelta(days=1))) == 3
    assert trip.recorded("errand:none") == []


def test_several_streams_are_read_in_one_round_trip(trip: EventStore) -> None:
    do(trip, BeginErrand(errand="rice", from_purse="red", town="wuxi"))
    with EventStore(trip.url) as other:
        known = other.load(Errand, "tea")
        do(trip, Note(errand="tea", text="green"))
        tea, never, rice = other.load_all(Errand, ("tea", "never", "rice"))
    assert tea == trip.load(Errand, "tea") != known
    assert (never.exists, rice.town) == (False, "wuxi")


def test_all_streams_are_read_in_order_a_page_at_a_time_and_by_name(trip: EventStore) -> None:
    do(trip, *(Note(errand="tea", text=str(number)) for number in range(5)))
    assert [each.position for each in trip.read(0, 4)] == [1, 2, 3, 4]
    assert [each.position for each in trip.read(4, 100)] == [5, 6, 7]
    assert [each.position for each in trip.read(0, 2, frozenset({"Noted.v1", "PurseFilled.v1"}))] == [1, 3]
    assert trip.head() == 7
    assert trip.read(7, 100) == []


def test_the_streams_of_a_correlation_and_the_open_ones_are_paged_through(trip: EventStore) -> None:
    for number in range(5):
        do(trip, BeginErrand(errand=f"e{number}", from_purse="red", town="suzhou" if number % 2 else "wuxi"))
    do(trip, EndErrand(errand="e1"), EndErrand(errand="e2"))
    assert trip.streams_with("suzhou", {"ErrandBegun.v1"}) == [("errand:tea", 2), ("errand:e1", 4), ("errand:e3", 6)]
    assert trip.streams_with("suzhou", {"ErrandBegun.v1"}, after=2, limit=1) == [("errand:e1", 4)]
    ended = frozenset({"ErrandEnded.v1", "PurseChanged.v1"})
    still = [
        ("errand:tea", "suzhou", 2),
        ("errand:e0", "wuxi", 3),
        ("errand:e3", "suzhou", 6),
        ("errand:e4", "wuxi", 7),
    ]
    assert trip.open_streams({"ErrandBegun.v1"}, ended) == still
    assert trip.open_streams({"ErrandBegun.v1"}, ended, after=2, limit=2) == still[1:3]
