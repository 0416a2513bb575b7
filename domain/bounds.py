"""Bounds 界限: what a value may be at all, in whatever field: it is stored as canonical JSON, read with psql, and reckoned with.

Checked where a command or a programme's file comes in. Events are not checked again: what is recorded is read for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import BaseModel

from domain.kernel import Money

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that deadlines can be reckoned from, and a few decades on."""
MOST = 2**53 - 1
"""The largest whole number that every reader of JSON reads as it is (RFC 8785)."""
MOST_MINOR = 10**13
"""Of money: a hundred thousand million yuan. So the sum of everything in one command is a number that can be stored."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""All but tab and line breaks, and what turns the direction of writing. PostgreSQL takes no text with the character 0."""
Path = tuple[str | int, ...]


def beyond(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Each value within this one that is out of bounds: where, and the rule it breaks."""
    rule = _broken(value)
    if rule:
        yield path, rule
    for key, part in _parts(value):
        yield from beyond(part, (*path, key))


def _broken(value: object) -> str:
    if isinstance(value, str) and _CONTROL.search(value):
        return "must not have control characters"
    if isinstance(value, Money) and abs(value.minor) > MOST_MINOR:
        return f"must be an amount of at most {MOST_MINOR // 100:,}"
    if isinstance(value, int) and abs(value) > MOST:
        return "must be a whole number of at most 15 digits"
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        return f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}"
    return ""


def _parts(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple | list | frozenset):
        yield from enumerate(value)
