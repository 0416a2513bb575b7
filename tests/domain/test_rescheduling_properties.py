"""Rescheduling, whatever the calendars: across holidays, make-up working days, year ends and time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, example
from hypothesis import given as whatever
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.rescheduling import kept
from tests.domain.test_calendar import ZONES, calendars

around_new_year = st.datetimes(datetime(2025, 12, 20), datetime(2026, 1, 20), timezones=st.just(UTC))  # noqa: DTZ001
around_summer_time = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 20), timezones=st.just(UTC))  # noqa: DTZ001
moments = st.one_of(around_new_year, around_summer_time)
counts = st.integers(min_value=1, max_value=30)


def working_days_left(calendar: Calendar, at: datetime, due: datetime) -> int:
    first, last = calendar.day_of(at), calendar.day_of(due - timedelta(microseconds=1))
    return sum(calendar.is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


@whatever(calendars(), calendars(), moments, counts, st.integers(0, 40))
def test_as_many_working_days_are_left_under_the_new_calendar(
    old: Calendar, other: Calendar, opened: datetime, count: int, hours: int
) -> None:
    new = Calendar(time_zone=old.time_zone, holidays=other.holidays, make_up_days=other.make_up_days)
    due = old.after_working_days(opened, count)
    at = opened + timedelta(hours=6 * hours)
    assume(at < due)
    moved = kept(old, new, due, at)
    assert working_days_left(new, at, moved) == working_days_left(old, at, due)
    assert new.is_working_day(new.day_of(moved - timedelta(microseconds=1)))
    assert moved > at, "nobody is late all at once"


@whatever(calendars(), moments, counts)
def test_the_same_calendar_moves_nothing(calendar: Calendar, at: datetime, count: int) -> None:
    due = calendar.after_working_days(at, count)
    assert kept(calendar, calendar, due, at) == due


@whatever(
    st.sampled_from(ZONES), moments, counts, st.sets(st.dates(date(2025, 12, 20), date(2026, 5, 30)), max_size=20)
)
@example("America/New_York", datetime(2026, 3, 6, 12, tzinfo=UTC), 3, {date(2026, 3, 9)})
@example("Pacific/Auckland", datetime(2026, 4, 2, 12, tzinfo=UTC), 3, {date(2026, 4, 6)})
def test_more_holidays_never_bring_a_deadline_forward(zone: str, at: datetime, count: int, more: set[date]) -> None:
    old, new = Calendar(time_zone=zone), Calendar(time_zone=zone, holidays=tuple(more))
    due = old.after_working_days(at, count)
    moved = kept(old, new, due, at)
    assert moved >= due
    assert moved == new.start_of(new.day_of(moved)), "still at the end of a day, whatever the hour does in spring"


@whatever(calendars(), moments, counts)
def test_there_and_back_is_where_it_was(calendar: Calendar, at: datetime, count: int) -> None:
    plain = Calendar(time_zone=calendar.time_zone)
    due = plain.after_working_days(at, count)
    assert kept(calendar, plain, kept(plain, calendar, due, at), at) == due


@whatever(calendars(), calendars(), moments)
def test_what_is_over_or_was_not_reckoned_in_working_days_stays(old: Calendar, new: Calendar, at: datetime) -> None:
    past = old.after_working_days(at, 1) - timedelta(days=30)
    assert kept(old, new, past, at) == past
    rest = next(
        old.day_of(at) + timedelta(days=n)
        for n in range(1, 60)
        if not old.is_working_day(old.day_of(at) + timedelta(days=n))
    )
    fixed = old.end_of(rest)
    assert kept(old, new, fixed, at) == fixed


def test_a_deadline_on_a_day_that_becomes_a_holiday_goes_to_the_next_working_day() -> None:
    """民法典 203: a last day that is a day of rest is followed by the day after it."""
    today = datetime.fromisoformat("2026-09-30T10:00:00+08:00")
    old, new = Calendar(), Calendar(holidays=(date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)))
    due = old.end_of(date(2026, 9, 30))
    assert kept(old, new, due, today) == old.end_of(date(2026, 10, 5))


def test_over_the_year_end_the_new_years_table_counts() -> None:
    old = Calendar(holidays=(date(2026, 1, 1),))
    new = Calendar(holidays=(date(2026, 1, 1), date(2026, 1, 2)), make_up_days=(date(2026, 1, 4),))
    at = datetime.fromisoformat("2025-12-30T12:00:00+08:00")
    due = old.after_working_days(at, 3)  # 31 December, 2 and 5 January
    assert old.day_of(due) == date(2026, 1, 6)
    assert kept(old, new, due, at) == new.end_of(date(2026, 1, 5))  # 31 December, Sunday the 4th, Monday the 5th
