"""The domain's clock. It shows real time, unless a demonstration holds it or lets it run: the one place where time is skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

READING = """SELECT clock_timestamp(), canopy.now(), from_domain, from_real, to_domain, to_real, then_rate
    FROM (VALUES (1)) AS always LEFT JOIN canopy.clock ON true"""


class TimeGoesBackwards(ValueError):
    """The clock would show less than it has shown already, or than what was recorded."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The domain's time moves evenly between two moments while real time does; then it stands still, or runs on."""

    from_domain: datetime
    from_real: datetime
    to_domain: datetime
    to_real: datetime
    runs_on: bool

    def at(self, real: datetime) -> datetime:
        """The domain's time at a real time."""
        if real >= self.to_real:
            return self.to_domain + (real - self.to_real) if self.runs_on else self.to_domain
        if real <= self.from_real:
            return self.from_domain
        share = (real - self.from_real) / (self.to_real - self.from_real)
        return self.from_domain + (self.to_domain - self.from_domain) * share


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock showed (`now`) at a real moment (`real`), and how it is set; None where it shows real time."""

    real: datetime
    now: datetime
    setting: Setting | None = None

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> Reading:
        real, now, from_domain, from_real, to_domain, to_real, then_rate = row
        if from_domain is None:
            return cls(real, now)
        return cls(real, now, Setting(from_domain, from_real, to_domain, to_real, then_rate == 1))


def real_wait(due: datetime, reading: Reading) -> timedelta | None:
    """How long in real time until the domain's clock reaches `due`: zero when it has, None when it never will by itself."""
    if due <= reading.now:
        return timedelta(0)
    setting = reading.setting
    if setting is None:
        return due - reading.now
    if due <= setting.to_domain:  # still ahead, so the clock is moving there
        share = (due - setting.from_domain) / (setting.to_domain - setting.from_domain)
        return max(setting.from_real + (setting.to_real - setting.from_real) * share - reading.real, timedelta(0))
    if setting.runs_on:
        return max(setting.to_real + (due - setting.to_domain) - reading.real, timedelta(0))
    return None


class StoreClock:
    """Sets the clock; `url` is the owner's, the app role may only read it. Everybody who waits is told of a change."""

    def __init__(self, url: str) -> None:
        self._url = url

    def hold(self, at: datetime) -> None:
        """Show this moment and stand still. Raises TimeGoesBackwards."""
        self.run_until(at, timedelta(0))

    def run_until(self, at: datetime, over: timedelta) -> None:
        """Move evenly from what the clock shows to `at`, taking `over` of real time, then stand still.

        Raises TimeGoesBackwards.
        """
        with psycopg.connect(self._url) as connection:
            shown, earliest = self._shown(connection)
            start = at if over <= timedelta(0) else shown.now
            if at < start or (earliest is not None and at < earliest):
                raise TimeGoesBackwards(f"{at.isoformat()} is before {(earliest or start).isoformat()}")
            self._set(connection, Setting(start, shown.real, at, shown.real + max(over, timedelta(0)), runs_on=False))

    def run_on(self) -> None:
        """Go on from what the clock shows, at normal speed."""
        with psycopg.connect(self._url) as connection:
            shown, _ = self._shown(connection)
            self._set(connection, Setting(shown.now, shown.real, shown.now, shown.real, runs_on=True))

    def release(self) -> None:
        """Show real time again. Raises TimeGoesBackwards when something was recorded at a later time than that."""
        with psycopg.connect(self._url) as connection:
            shown, earliest = self._shown(connection)
            last = connection.execute("SELECT recorded_at FROM canopy.head WHERE position > 0").fetchone()
            if earliest is not None and last is not None and last[0] > shown.real:
                raise TimeGoesBackwards(f"something was recorded at {last[0].isoformat()}")
            connection.execute("DELETE FROM canopy.clock")
            connection.execute("SELECT pg_notify('canopy_clock', '')")

    def _shown(self, connection: psycopg.Connection) -> tuple[Reading, datetime | None]:
        """What the clock shows, and the moment it must not go behind: none while nothing was recorded.

        Locks the head, so that nothing is recorded while the clock is changed.
        """
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        head = connection.execute(
            "SELECT position, nullif(recorded_at, '-infinity') FROM canopy.head FOR UPDATE"
        ).fetchone()
        shown = Reading.from_row(connection.execute(READING).fetchall()[0])
        if head is None or head[0] == 0:
            return shown, None
        return shown, max(shown.now, head[1])

    def _set(self, connection: psycopg.Connection, setting: Setting) -> None:
        connection.execute("DELETE FROM canopy.clock")
        connection.execute(
            "INSERT INTO canopy.clock (from_domain, from_real, to_domain, to_real, then_rate) VALUES (%s, %s, %s, %s, %s)",
            (setting.from_domain, setting.from_real, setting.to_domain, setting.to_real, int(setting.runs_on)),
        )
        connection.execute("SELECT pg_notify('canopy_clock', '')")
