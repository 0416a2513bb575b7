"""Working days and deadlines: the one place that reckons with dates.

A programme's calendar (time zone, public holidays, make-up working days) is published with its rules, so a deadline reckoned once
is an event's field and never moves by itself. Deadlines fall at the end of their day, programme time.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator

from domain.kernel import Frozen

SATURDAY = 5


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where it has no such day (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the 28th for a 29 February that year does not have (民法典 202)."""
    return months_after(day, 12 * years)


class Calendar(Frozen):
    """When people work: holidays on weekdays, make-up working days (调休) on weekends."""

    time_zone: str = "Asia/Shanghai"
    holidays: tuple[date, ...] = ()
    make_up_days: tuple[date, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise ValueError(f"{name} is not a time zone of the IANA database") from exc
        return name

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(0), ZoneInfo(self.time_zone))

    def end_of(self, day: date) -> datetime:
        """The first moment after the day: something due "by the 5th" is late from the 6th, 00:00, programme time."""
        return self.start_of(day + timedelta(days=1))

    def is_working_day(self, day: date) -> bool:
        if day in self.make_up_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def days_later(self, moment: datetime, days: int) -> datetime:
        """The beginning of the day so many days after (or before) that of a deadline; no hour lost or won moves it.

        What was stored has an offset and no time zone: a timedelta added to it would be hours, not days.
        """
        return self.start_of(self.day_of(moment) + timedelta(days=days))

    def days_between(self, earlier: datetime, later: datetime) -> int:
        """How many days, programme time, the later one's day is after the other's."""
        return (self.day_of(later) - self.day_of(earlier)).days

    def after_days(self, moment: datetime, days: int) -> datetime:
        """The end of the n-th calendar day after the moment's own day."""
        return self.end_of(self.day_of(moment) + timedelta(days=days))

    def after_working_days(self, moment: datetime, days: int) -> datetime:
        """The end of the n-th working day after the moment's own day, which is not counted (民法典 201)."""
        day = self.day_of(moment)
        left = days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return self.end_of(day)
