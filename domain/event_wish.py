"""What is asked of the event store and what it answers: a command with everything around it, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.errors import NotFound
from domain.event_cache import Known
from domain.kernel import STORY, SYSTEM, Actor, Aggregate, Command, Event, canonical
from domain.person import Person

_ITSELF = {STORY.id: STORY, SYSTEM.id: SYSTEM}


@dataclass(frozen=True, slots=True)
class Done:
    """What carrying out a command came to.

    `position` is what a reader must have reached to see it: of the last event, or the head where all was so already.
    `new` says whether there are events; `repeated` that this is the first answer to a command id used before.
    """

    position: int
    recorded_at: datetime
    positions: range = range(0)
    events: tuple[Event, ...] = ()
    new: bool = True
    repeated: bool = False
    round_trips: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A command with all that stays the same from attempt to attempt. `person` is whose roles to load, if anybody's."""

    command: Command
    actor: Actor
    person: Person | None
    command_id: str
    causation: str | None
    content_hash: bytes

    @classmethod
    def of(
        cls, command: Command, by: str | Actor, command_id: str, on_behalf: str | None, causation: str | None
    ) -> Wish:
        if isinstance(by, Actor):
            actor, on_behalf = _ITSELF.get(by.id, Actor(id=by.id)), on_behalf or by.on_behalf
        else:  # the installation acts only by its own code: its name in a request is anybody's word
            actor = STORY if by == STORY.id else Actor(id=by)
        content = [type(command).__name__, command.model_dump(mode="json"), actor.id, on_behalf]
        return cls(
            command,
            actor if on_behalf is None else replace(actor, on_behalf=on_behalf),
            None if actor.grants else Person(id=actor.id),
            command_id,
            causation,
            hashlib.sha256(canonical(content)).digest(),
        )

    def admitted(self, streams: Mapping[str, Known]) -> Actor:
        """The actor with the roles they hold. Raises NotFound for a person nobody registered."""
        if self.person is None:
            return self.actor
        person: Any = state_in(streams, self.person)
        if not person.exists:
            raise NotFound(kind="person", id=self.actor.id)
        return replace(self.actor, grants=person.grants)


@dataclass(slots=True)
class View:
    """What a decision is made on: the domain's time, and the streams read, by name."""

    now: datetime
    head: int
    streams: dict[str, Known]
    subjects: list[Aggregate]
    round_trips: int
    recalled: bool = False

    @property
    def line(self) -> str:
        """The stream that many commands share, where those who lost a race stand in line."""
        shared = self.subjects[-1]
        return shared.stream_of(shared.id)


def state_in(streams: Mapping[str, Known], blank: Aggregate) -> Aggregate:
    """The stream's state; the blank itself where nobody knows its id yet."""
    known = streams.get(blank.stream_of(blank.id))
    return blank if known is None else known.state
