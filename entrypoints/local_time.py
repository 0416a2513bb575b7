"""Times as people read them: in one time zone for a whole installation, whatever the machine's.

A deadline is the first moment that is too late, mostly a midnight: people read it as 24:00 of the day before.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def zone() -> ZoneInfo:
    """Raises StackError when the environment names none that is known."""
    from bootstrap import time_zone

    return time_zone()


def shown(at: datetime, *, until: bool = False) -> str:
    """Day and time of day; `until` for the end of a time."""
    local = at.astimezone(zone())
    if until and local.time() == time.min:
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def offset(at: datetime) -> str:
    """How far from UTC the zone is then, like +08:00."""
    return at.astimezone(zone()).isoformat()[-6:]


def marked(at: datetime) -> str:
    """A time that stands alone, with its offset."""
    return f"{shown(at)} {offset(at)}"


def end_of(given: str) -> datetime:
    """A moment as people give it: without an offset it is local, and a day is its end. Raises ValueError."""
    found = datetime.fromisoformat(given)
    if len(given) == len("2018-03-05"):
        return datetime.combine(found, time.max, zone())
    return found if found.tzinfo is not None else found.replace(tzinfo=zone())
