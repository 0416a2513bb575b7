"""Working days and deadlines, across holidays, make-up days, year ends and time zones."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendar import Calendar

ZONES = (
    "Asia/Shanghai",
    "UTC",
    "America/New_York",
    "America/Havana",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Europe/Berlin",
)
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    around = st.dates(date(2025, 12, 1), date(2026, 2, 28))
    return Calendar(
        time_zone=draw(st.sampled_from(ZONES)),
        holidays=tuple(draw(st.sets(around, max_size=20))),
        make_up_days=tuple(draw(st.sets(around, max_size=10))),
    )


moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 2, 28), timezones=st.just(UTC))  # noqa: DTZ001
counts = st.integers(min_value=0, max_value=40)


@given(calendars(), moments, counts)
def test_exactly_so_many_working_days_lie_between_a_moment_and_its_deadline(
    calendar: Calendar, moment: datetime, count: int
) -> None:
    due = calendar.after_working_days(moment, count)
    first, last = calendar.day_of(moment), calendar.day_of(due) - timedelta(days=1)
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(map(calendar.is_working_day, between)) == count
    assert count == 0 or calendar.is_working_day(last), "a deadline counted in working days falls on one"


@given(calendars(), moments, counts)
def test_the_hour_of_the_day_never_moves_a_deadline(calendar: Calendar, moment: datetime, count: int) -> None:
    morning = calendar.start_of(calendar.day_of(moment))
    assert calendar.after_working_days(morning, count) == calendar.after_working_days(moment, count)
    assert calendar.after_days(morning, count) == calendar.after_days(moment, count)


@given(calendars(), moments, counts)
def test_a_deadline_is_a_later_start_of_a_day_and_one_day_more_is_later_still(
    calendar: Calendar, moment: datetime, count: int
) -> None:
    for reckon in (calendar.after_days, calendar.after_working_days):
        due = reckon(moment, count)
        assert moment < due < reckon(moment, count + 1)
        assert due == calendar.start_of(calendar.day_of(due))


@given(calendars(), moments, counts)
def test_so_many_working_days_are_never_sooner_than_as_many_calendar_days(
    calendar: Calendar, moment: datetime, count: int
) -> None:
    assert calendar.after_working_days(moment, count) >= calendar.after_days(moment, count)


@given(calendars(), days)
def test_a_make_up_day_is_worked_and_a_holiday_is_not_unless_it_is_made_up(calendar: Calendar, day: date) -> None:
    for made_up in calendar.make_up_days:
        assert calendar.is_working_day(made_up)
    for holiday in set(calendar.holidays) - set(calendar.make_up_days):
        assert not calendar.is_working_day(holiday)
    if day not in (*calendar.holidays, *calendar.make_up_days):
        assert calendar.is_working_day(day) is (day.isoweekday() <= 5)


@given(st.sampled_from(ZONES), days)
def test_a_day_begins_where_the_day_before_ends_in_every_zone(zone: str, day: date) -> None:
    calendar = Calendar(time_zone=zone)
    start = calendar.start_of(day)
    assert calendar.end_of(day - timedelta(days=1)) == start
    assert calendar.day_of(start) == day
    assert calendar.day_of(start.astimezone(UTC) - timedelta(seconds=1)) == day - timedelta(days=1)


def test_five_working_days_over_the_spring_festival_and_its_make_up_saturday() -> None:
    festival = tuple(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23))
    calendar = Calendar(holidays=festival, make_up_days=(date(2026, 2, 14), date(2026, 2, 28)))
    thursday = datetime(2026, 2, 12, 4, tzinfo=UTC)
    # Friday 13, Saturday 14 (made up), Tuesday 24, Wednesday 25, Thursday 26.
    assert calendar.after_working_days(thursday, 5) == datetime.fromisoformat("2026-02-27T00:00:00+08:00")


def test_over_new_year_the_count_goes_on_in_the_next_year() -> None:
    calendar = Calendar(holidays=(date(2026, 1, 1), date(2026, 1, 2)))
    assert calendar.day_of(calendar.after_working_days(datetime(2025, 12, 31, tzinfo=UTC), 1)) == date(2026, 1, 6)


def test_late_evening_in_utc_is_already_the_next_day_in_china() -> None:
    evening = datetime(2026, 3, 20, 16, tzinfo=UTC)
    assert Calendar().day_of(evening) == date(2026, 3, 21)
    assert Calendar(time_zone="UTC").day_of(evening) == date(2026, 3, 20)


def test_an_hour_lost_or_won_in_spring_and_autumn_moves_no_day() -> None:
    calendar = Calendar(time_zone="Europe/Berlin")
    start = calendar.start_of(date(2026, 3, 29))
    assert calendar.end_of(date(2026, 3, 29)).astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize("zone", ["Asia/Fenghua", "", "../etc/passwd"])
def test_a_time_zone_is_one_of_the_iana_database(zone: str) -> None:
    with pytest.raises(ValidationError, match="IANA"):
        Calendar(time_zone=zone)
