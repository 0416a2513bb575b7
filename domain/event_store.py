"""The event store's door: load, decide, append, replay. The only file that imports `eventsourcing`.

A command is carried out in two round trips: one reads what is new on the streams it needs, one appends. What was read before
is kept (`Cache`), and canopy.append checks that no stream has moved on since.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from domain.commands import decide
from domain.errors import Busy, CommandIdReused, NotFound
from domain.event_cache import Known
from domain.event_reading import LIST, NEWS, Connection, EventReader, Recorded, listed
from domain.event_schema import APP_ROLE, RoleUnavailable, app_url, migrate
from domain.kernel import STORY, SYSTEM, Actor, Aggregate, Command, Event, canonical, payload_of
from domain.person import Person
from domain.store_clock import Reading, StoreClock, TimeGoesBackwards, real_wait

__all__ = [
    "APP_ROLE",
    "Done",
    "EventStore",
    "Reading",
    "Recorded",
    "RoleUnavailable",
    "StoreClock",
    "TimeGoesBackwards",
    "app_url",
    "migrate",
    "real_wait",
]

ATTEMPTS = 10
_ITSELF = {STORY.id: STORY, SYSTEM.id: SYSTEM}
_LOOK = f"""
    SELECT 0 AS slot, 0 AS version, NULL AS name, NULL::json AS payload,
        canopy.now(), head.position, content_hash, first, commands.position, commands.recorded_at
    FROM canopy.head LEFT JOIN canopy.commands ON command_id = %s
    UNION ALL SELECT news.*, NULL, NULL, NULL, NULL, NULL, NULL FROM ({NEWS}) AS news
    ORDER BY slot, version""".encode()
APPEND = f"""
    SELECT outcome, first, position, recorded_at FROM canopy.append(
        %s, %s, %s, %s, %s, %s, %s, %s, {LIST}, {LIST}::int[], {LIST}, {LIST}::int[], {LIST}, {LIST})""".encode()


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
class _Wish:
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
    ) -> _Wish:
        if isinstance(by, Actor):
            actor, on_behalf = _ITSELF.get(by.id, Actor(id=by.id)), on_behalf or by.on_behalf
        else:  # the installation acts only by its own code: its name in a request is anybody's word
            actor = STORY if by == STORY.id else Actor(id=by)
        content = [type(command).__name__, command.model_dump(mode="json"), actor.id, on_behalf]
        return cls(
            command,
            replace(actor, on_behalf=on_behalf),
            None if actor.grants else Person(id=actor.id),
            command_id,
            causation,
            hashlib.sha256(canonical(content)).digest(),
        )

    def admitted(self, streams: dict[str, Known]) -> Actor:
        """The actor with the roles they hold. Raises NotFound for a person nobody registered."""
        if self.person is None:
            return self.actor
        person: Any = _state(streams, self.person)
        if not person.exists:
            raise NotFound(kind="person", id=self.actor.id)
        return replace(self.actor, grants=person.grants)


@dataclass(slots=True)
class _View:
    """What a decision is made on: the domain's time, and the streams read, by name."""

    now: datetime
    head: int
    streams: dict[str, Known]
    subjects: list[Aggregate]
    round_trips: int


def _state(streams: dict[str, Known], blank: Aggregate) -> Aggregate:
    """The stream's state; the blank itself where nobody knows its id yet."""
    known = streams.get(blank.stream_of(blank.id))
    return blank if known is None else known.state


def _others(command: Command, main: Aggregate) -> list[Aggregate]:
    """The further aggregates a command is on, blank: their ids are on the command, else on the main state, else unknown."""
    return [of(id=str(getattr(command, of.kind, None) or getattr(main, of.kind, None) or "")) for of in command.ON[1:]]


class EventStore(EventReader):
    """Carries out commands, and reads. One per process; any thread may use it."""

    def do(
        self,
        command: Command,
        *,
        by: str | Actor,
        command_id: str,
        on_behalf: str | None = None,
        causation: str | None = None,
    ) -> Done:
        """Carry out a command, once however often it is asked for under the same command id.

        Raises Refused as the command's decide does, NotFound for a person nobody registered, CommandIdReused, and Busy when
        the streams kept moving. Raises psycopg.OperationalError when the database cannot be reached: ask again.
        """
        wish = _Wish.of(command, by, command_id, on_behalf, causation)
        lost = False
        for attempt in range(ATTEMPTS):
            try:
                with self._pool.connection() as connection:
                    done = self._attempt(connection, wish)
            except PoolTimeout:
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError):
                # The server may have committed before the connection broke: then the next look finds the command id.
                if lost:
                    raise
                lost = True
                continue
            if done is not None:
                return done
            time.sleep(random.uniform(0, min(0.002 * 2**attempt, 0.1)))  # noqa: S311  apart, not secret
        raise Busy(stream=command.ON[0].stream_of(command.subject), attempts=ATTEMPTS)

    def _attempt(self, connection: Connection, wish: _Wish) -> Done | None:
        """One look, one decision, one append; None when somebody else was faster."""
        view = self._look(connection, wish)
        if isinstance(view, Done):
            return view
        actor = wish.admitted(view.streams)
        beside = None
        if type(wish.command).beside is not Command.beside:
            beside = {of.stream_of(id_): _state(view.streams, of(id=id_)) for of, id_ in wish.command.beside()}
        acting, events = decide(wish.command, view.subjects, actor, view.now, beside)
        if not events:
            return Done(view.head, view.now, new=False, round_trips=view.round_trips)
        return self._append(connection, wish, acting, view, events)

    def _look(self, connection: Connection, wish: _Wish) -> _View | Done:
        """The streams the command needs, as they are now; or the first answer to its id. Raises CommandIdReused."""
        command = wish.command
        main = command.ON[0](id=command.subject)
        sure = [main, *(of(id=id_) for of, id_ in command.beside()), *([wish.person] if wish.person else [])]
        # The main state nearly always names the same other ids as when it was last read.
        streams = self._known([*sure, *_others(command, self._cache.get(main).state)])
        asked = (wish.command_id, listed(streams), listed(known.version for known in streams.values()))
        (_, _, _, _, now, head, *before), *news = connection.execute(_LOOK, asked, binary=True).fetchall()
        if before[0] is not None:
            return self._first_answer(connection, wish, before)
        self._catch_up(streams, news)
        others = _others(command, _state(streams, main))
        needed = self._known([*sure, *others])
        unread = {stream: known for stream, known in needed.items() if stream not in streams}
        if unread:
            self._read_news(connection, unread)
        # A wrong guess is left out, so that nobody's writing there hinders this command.
        streams = {stream: unread.get(stream) or streams[stream] for stream in needed}
        subjects = [_state(streams, blank) for blank in (main, *others)]
        return _View(now, head, streams, subjects, 2 if unread else 1)

    def _first_answer(self, connection: Connection, wish: _Wish, before: Sequence[Any]) -> Done:
        """What was said to this command id before. Raises CommandIdReused when it stood for something else then."""
        content_hash, first, last, recorded_at = before
        if content_hash != wish.content_hash:
            raise CommandIdReused(command_id=wish.command_id)
        events = tuple(each.event for each in self._between(connection, first, last))
        return Done(last, recorded_at, range(first, last + 1), events, repeated=True, round_trips=2)

    def _append(
        self, connection: Connection, wish: _Wish, acting: Actor, view: _View, events: Sequence[Event]
    ) -> Done | None:
        """Write the events, or nothing and None when one of the streams has moved on."""
        stream_of = {type(state): state.stream_of(state.id) for state in view.subjects}
        written: list[tuple[str, int, str, str]] = []
        after: dict[str, Known] = {}
        for event in events:
            stream = stream_of[event.OF]
            version, state = after.get(stream) or view.streams[stream]
            after[stream] = Known(version + 1, event.apply(state))
            written.append((stream, version + 1, event.stored_name(), payload_of(event).decode()))
        # Correlation is asked of the state after the events: before the first one it does not know its round.
        main = after.get(stream_of[wish.command.ON[0]])
        correlation = wish.command.correlation(main.state if main else view.subjects[0])
        row = connection.execute(
            APPEND,
            (
                *(wish.command_id, wish.content_hash, view.now, acting.id, acting.role, acting.on_behalf),
                *(correlation, wish.causation),
                *(listed(view.streams), listed(known.version for known in view.streams.values())),
                *map(listed, zip(*written, strict=True)),
            ),
            binary=True,
        ).fetchall()[0]
        outcome, first, last, recorded_at = row
        if outcome != "written":
            return None
        self._cache.put(after)
        return Done(last, recorded_at, range(first, last + 1), tuple(events), round_trips=view.round_trips + 1)
