"""Carrying out a command for a person, the same way for every entry point."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from domain.errors import CommandIdReused, Malformed, NotFound
from domain.event_store import Done, EventStore
from domain.kernel import COMMANDS, STORY, SYSTEM, Command

_OURS = {"story", "system"}
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def offered() -> dict[str, type[Command]]:
    """The commands people may give: not those only a story or the installation itself gives."""
    return {name: cls for name, cls in sorted(COMMANDS.items()) if not set(cls.ROLES) <= _OURS}


def carry_out(
    store: EventStore, command: Command, *, person: str, key: str | None = None, on_behalf: str | None = None
) -> Done:
    """Carry out a person's command; the same key again gives the first answer. Raises Refusal."""
    if person in {STORY.id, SYSTEM.id} or not _ID.fullmatch(person):
        # These names are the installation's own and act with its rights; no person has them, whatever a token says.
        raise NotFound(kind="person", id=person)
    if on_behalf is not None and not _ID.fullmatch(on_behalf):
        raise Malformed(field="On-Behalf-Of", rule="must be the id of a person or an organisation")
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed(field="Idempotency-Key", rule="must be 1 to 200 visible ASCII characters")
    # The person is part of the id, so that nobody's key can stand in the way of another's.
    command_id = f"person:{person}:{key}" if key is not None else f"once:{uuid4()}"
    try:
        return store.do(command, by=person, command_id=command_id, on_behalf=on_behalf)
    except CommandIdReused as reused:
        raise CommandIdReused(command_id=str(key)) from reused


def answer(done: Done) -> dict[str, Any]:
    """What came of a command, for programs."""
    return {
        "position": done.position,
        "positions": list(done.positions),
        "events": [event.stored_name() for event in done.events],
        "recorded_at": done.recorded_at,
    }
