"""The domain's clock shows real time, or what a demonstration made it show; it never goes back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.event_store import EventStore, Reading, StoreClock, TimeGoesBackwards, real_wait
from domain.kernel import SYSTEM
from domain.store_clock import Setting
from tests.domain.errands import FillPurse, new_id

SPRING = datetime(2025, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(database: str) -> StoreClock:
    return StoreClock(database)


def record(store: EventStore) -> datetime:
    return store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id=new_id()).recorded_at


def test_the_clock_shows_real_time_unless_it_is_set(store: EventStore) -> None:
    assert abs(store.now() - datetime.now(UTC)) < 5 * SECOND
    assert store.reading().setting is None
    assert abs(record(store) - datetime.now(UTC)) < 5 * SECOND


def test_a_held_clock_stands_still_and_events_are_recorded_at_its_time(store: EventStore, clock: StoreClock) -> None:
    clock.hold(SPRING)
    assert [store.now(), record(store), record(store)] == [SPRING] * 3
    clock.hold(SPRING + 30 * DAY)
    assert record(store) == SPRING + 30 * DAY


def test_a_clock_runs_evenly_to_a_moment_and_then_stands_still(store: EventStore, clock: StoreClock) -> None:
    clock.hold(SPRING)
    record(store)
    clock.run_until(SPRING + 10 * DAY, SECOND)
    seen = [store.now()]
    while seen[-1] < SPRING + 10 * DAY:
        time.sleep(0.05)
        seen.append(store.now())
    assert seen == sorted(seen)
    assert len({moment for moment in seen if SPRING < moment < SPRING + 10 * DAY}) > 5
    assert store.now() == SPRING + 10 * DAY


def test_a_clock_runs_on_at_normal_speed_from_what_it_shows(store: EventStore, clock: StoreClock) -> None:
    clock.hold(SPRING)
    clock.run_on()
    first = store.now()
    time.sleep(0.2)
    assert 0.2 * SECOND <= store.now() - first < 5 * SECOND
    assert SPRING <= first < SPRING + 5 * SECOND


def test_time_never_goes_back(store: EventStore, clock: StoreClock) -> None:
    clock.hold(SPRING)
    record(store)
    with pytest.raises(TimeGoesBackwards):
        clock.hold(SPRING - SECOND)
    with pytest.raises(TimeGoesBackwards):
        clock.run_until(SPRING - SECOND, SECOND)
    clock.hold(datetime.now(UTC) + DAY)
    record(store)
    with pytest.raises(TimeGoesBackwards):
        clock.release()
    assert store.reading().setting is not None


def test_a_clock_is_released_where_nothing_was_recorded_later(store: EventStore, clock: StoreClock) -> None:
    clock.hold(SPRING)
    record(store)
    clock.release()
    assert abs(store.now() - datetime.now(UTC)) < 5 * SECOND
    with pytest.raises(TimeGoesBackwards):
        clock.hold(SPRING + DAY)  # real time has been shown


def test_events_keep_the_order_of_time_when_somebody_decided_before_the_clock_was_moved(
    store: EventStore, clock: StoreClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.hold(SPRING)
    append = EventStore._append

    def late(*arguments: object) -> object:
        monkeypatch.undo()
        clock.hold(SPRING + DAY)
        record(store)
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "_append", late)
    store.do(FillPurse(purse="blue", coins=1), by=SYSTEM, command_id="late")
    assert [each.recorded_at for each in store.read(0, 9)] == [SPRING + DAY] * 2


def test_only_the_owner_sets_the_clock(store: EventStore) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        StoreClock(store.url).hold(SPRING)


def test_those_who_wait_are_told_that_the_clock_was_changed(store: EventStore, clock: StoreClock) -> None:
    store.wait_for_hint(0, 5)  # listening begins with a hint
    heard = store.heard
    clock.hold(SPRING)
    store.wait_for_hint(heard, 5)
    assert store.heard > heard


# ── How long to wait in real time ────────────────────────────────────────────────────────────────────────────────────

REAL = datetime(2026, 1, 1, tzinfo=UTC)
MOVING = Setting(SPRING, REAL, SPRING + 10 * DAY, REAL + 10 * SECOND, runs_on=False)


def test_the_wait_on_real_time_is_the_time_until_then() -> None:
    reading = Reading(REAL, REAL)
    assert real_wait(REAL + DAY, reading) == DAY
    assert real_wait(REAL, reading) == real_wait(REAL - DAY, reading) == timedelta(0)


def test_a_held_clock_never_gets_there_by_itself() -> None:
    held = Reading(REAL, SPRING, Setting(SPRING, REAL, SPRING, REAL, runs_on=False))
    assert real_wait(SPRING, held) == timedelta(0)
    assert real_wait(SPRING + SECOND, held) is None


def test_a_moving_clock_gets_there_in_proportion() -> None:
    reading = Reading(REAL, SPRING, MOVING)
    assert real_wait(SPRING + 5 * DAY, reading) == 5 * SECOND
    assert real_wait(SPRING + 10 * DAY, reading) == 10 * SECOND
    assert real_wait(SPRING + 11 * DAY, reading) is None
    onward = Setting(SPRING, REAL, SPRING + 10 * DAY, REAL + 10 * SECOND, runs_on=True)
    assert real_wait(SPRING + 11 * DAY, Reading(REAL, SPRING, onward)) == DAY + 10 * SECOND


_SPANS = st.timedeltas(timedelta(0), timedelta(days=400))


@given(_SPANS, _SPANS, _SPANS, st.timedeltas(timedelta(microseconds=1), timedelta(days=400)), st.booleans())
def test_after_the_wait_the_clock_shows_what_was_waited_for(
    ahead: timedelta, passed: timedelta, domain: timedelta, real: timedelta, runs_on: bool
) -> None:
    setting = Setting(SPRING, REAL, SPRING + domain, REAL + real, runs_on)
    due, moment = SPRING + ahead, REAL + passed
    wait = real_wait(due, Reading(moment, setting.at(moment), setting))
    if wait is None:
        assert not runs_on
        assert setting.at(moment + timedelta(days=4_000)) < due
    else:
        # The shortest wait there is, give or take the microsecond that a datetime is made of.
        slack = max(domain / real, 1.0) * timedelta(microseconds=2)
        assert setting.at(moment + wait) >= due - slack
        assert wait == timedelta(0) or setting.at(moment + wait - timedelta(microseconds=2)) <= due + slack


@pytest.mark.usefixtures("store_url")
def test_python_and_sql_tell_the_same_time(database: str) -> None:
    with psycopg.connect(database) as owner:
        for seconds in (-5, 0, 1, 3.333333, 9.999999, 10, 500):
            for runs_on in (False, True):
                setting = Setting(SPRING, REAL, SPRING + 10 * DAY, REAL + 10 * SECOND, runs_on)
                row = (setting.from_domain, setting.from_real, setting.to_domain, setting.to_real, int(runs_on))
                moment = REAL + seconds * SECOND
                query = "SELECT canopy.domain_time(ROW(true, %s, %s, %s, %s, %s)::canopy.clock, %s)"
                told = owner.execute(query, (*row, moment)).fetchone()
                assert told is not None
                assert abs(told[0] - setting.at(moment)) <= timedelta(microseconds=2)
