"""The stored form of an event: its name with its version, and canonical JSON; earlier versions are read as of today."""

from __future__ import annotations

import orjson

from domain.kernel import EVENTS, Event, canonical


def stored_names(*events: type[Event]) -> frozenset[str]:
    """The stored names of these events, in every version there was: what readers look for."""
    return frozenset(f"{event.__name__}.v{v}" for event in events for v in (event.VERSION, *event.EARLIER))


def payload_of(event: Event) -> bytes:
    """The bytes that are stored and hashed. Times become ISO 8601 with their offset."""
    return canonical(event.model_dump(mode="json"))


def event_from(name: str, payload: bytes | str) -> Event:
    """Read a stored event, upcast when it was written under an earlier version. KeyError for a name nobody knows."""
    cls = EVENTS.get(name)
    if cls is not None:
        return cls.model_validate_json(payload)
    title, _, version = name.rpartition(".v")
    for cls in EVENTS.values():
        if cls.__name__ == title and int(version) in cls.EARLIER:
            return cls.model_validate(cls.EARLIER[int(version)](orjson.loads(payload)))
    raise KeyError(name)
