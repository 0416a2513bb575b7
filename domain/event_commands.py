"""Carrying out commands: recall or look, decide, append. Everybody else imports `EventStore` from `domain.event_store`.

A command is carried out in two round trips: one reads what is new on the streams it needs, one appends. What was read before
is kept (`Cache`), and canopy.append checks that no stream has moved on since; where all it needs is kept, one trip is enough.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
from psycopg_pool import PoolTimeout

from domain.commands import decide
from domain.errors import Busy, CommandIdReused, Refusal
from domain.event_cache import Known
from domain.event_reading import EventReader
from domain.event_statements import Connection, Look, Writing, append, listed, look
from domain.event_wish import Done, View, Wish, state_in
from domain.kernel import Actor, Aggregate, Command, Event
from domain.stored_form import payload_of
from domain.streams import subjects_of

ATTEMPTS = 10
IN_LINE_MILLISECONDS = 5_000
"""How long a process at the head of a line may do nothing before the server ends its connection and lets the next one in."""
_STAND_IN_LINE = "SELECT set_config('idle_session_timeout', %s, false), pg_advisory_lock(hashtextextended(%s, 0))"
_LEAVE_THE_LINE = "SELECT pg_advisory_unlock(hashtextextended(%s, 0)), set_config('idle_session_timeout', '0', false)"
_CHANCE = random.SystemRandom()
_AS_GOOD_AS_REAL = timedelta(milliseconds=500)


class EventStore(EventReader):
    """Carries out commands, and reads. One per process; any thread may use it."""

    _ahead: timedelta | None = None
    """How far the domain's clock was ahead of ours at the last look; None where it does not show real time."""
    _shown: datetime | None = None
    """What it showed at the last look, where it does not show real time."""
    _stands = False
    """Whether it showed the same at the look before that: somebody holds it."""
    _head = 0

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
        wish = Wish.of(command, by, command_id, on_behalf, causation)
        lost, queue = False, ""
        for attempt in range(ATTEMPTS):
            try:
                done = self._attempt(wish, queue)
            except PoolTimeout:
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError):
                # The server may have committed before the connection broke: then the next look finds the command id.
                if lost:
                    raise
                lost = True
                continue
            if isinstance(done, Done):
                return done
            queue = done
            time.sleep(_CHANCE.uniform(0, min(0.002 * 2**attempt, 0.1)))
        raise Busy(stream=command.ON[0].stream_of(command.subject), attempts=ATTEMPTS)

    def _attempt(self, wish: Wish, queue: str) -> Done | str:
        """One look, one decision, one append; when somebody else was faster, the stream to queue for before the next attempt.

        Who lost once waits in line for the shared stream (the last of the command's `ON`: a fund, an organisation), or on a busy
        one the slow would lose against the quick again and again; and canopy.append lets nobody write there past the line. It
        is PostgreSQL's, so it holds across processes.
        """
        connection = self._pool.getconn()  # not `with connection()`, which commits what commits itself
        try:
            if not queue:
                return self._first_try(connection, wish)
            connection.execute(_STAND_IN_LINE, (str(IN_LINE_MILLISECONDS), queue))
            try:
                return self._try(connection, wish)
            finally:
                connection.execute(_LEAVE_THE_LINE, (queue,))
        finally:
            self._pool.putconn(connection)

    def _first_try(self, connection: Connection, wish: Wish) -> Done | str:
        """Decide on kept states alone where they are all it needs. A no, and "already so", are said only after a look."""
        view, in_vain = self._recall(wish), 0
        if view is not None:
            with contextlib.suppress(Refusal):
                done = self._decided(connection, wish, view)
                if done is not None and done.new:
                    return done
                in_vain = int(done is None)
        tried = self._try(connection, wish)
        if isinstance(tried, Done) and in_vain:
            return replace(tried, round_trips=tried.round_trips + in_vain)
        return tried

    def _try(self, connection: Connection, wish: Wish) -> Done | str:
        view = self._look(connection, wish)
        if isinstance(view, Done):
            return view
        return self._decided(connection, wish, view) or view.line

    def _decided(self, connection: Connection, wish: Wish, view: View) -> Done | None:
        """What the decision comes to; None when somebody else was faster."""
        command, actor = wish.command, wish.admitted(view.streams)
        named = (*command.beside(), *command.further(view.subjects))
        beside = {of.stream_of(id_): state_in(view.streams, of(id=id_)) for of, id_ in named} or None
        acting, events = decide(command, view.subjects, actor, view.now, beside)
        if not events:
            return Done(view.head, view.now, new=False, round_trips=view.round_trips)
        return self._append(connection, wish, acting, view, events)

    def _recall(self, wish: Wish) -> View | None:
        """What a look would show if nothing has happened since; canopy.append checks that nothing has.

        None where a stream is not kept, the command reads further ones, or the domain's time is not known.
        """
        command, now = wish.command, self._guessed()
        if now is None or type(command).beside is not Command.beside:
            return None
        blanks = subjects_of(command, self._kept)
        known = [self._cache.get(blank) for blank in (*blanks, *([wish.person] if wish.person else []))]
        if not all(each.version for each in known):
            return None
        streams = {each.state.stream_of(each.state.id): each for each in known}
        subjects = [each.state for each in known[: len(blanks)]]
        if command.further(subjects):
            return None
        return View(now, self._head, streams, subjects, round_trips=0, recalled=True)

    def _guessed(self) -> datetime | None:
        """The domain's time, if it is real time or somebody holds the clock; canopy.append checks it."""
        ahead, shown = self._ahead, self._shown
        if ahead is not None:
            return datetime.now(UTC) + ahead
        return shown if self._stands else None

    def _look(self, connection: Connection, wish: Wish) -> View | Done:
        """The streams the command needs, as they are now; or the first answer to its id. Raises CommandIdReused."""
        command = wish.command
        sure: list[Aggregate] = [of(id=id_) for of, id_ in command.beside()]
        if wish.person is not None:
            sure.append(wish.person)
        # The states nearly always name the same other ids as when they were last read.
        subjects = subjects_of(command, self._kept)
        streams = self._known([*sure, *subjects])
        seen = look(connection, wish.command_id, listed(streams), listed(known.version for known in streams.values()))
        if seen.content_hash is not None:
            return self._first_answer(connection, wish, seen)
        self._catch_up(streams, seen.news)
        self._note(seen)
        streams, round_trips = self._corrected(connection, wish.command, streams, sure, subjects)
        states = [state_in(streams, blank) for blank in subjects]
        further = self._known([of(id=id_) for of, id_ in command.further(states)])
        unread = {stream: known for stream, known in further.items() if stream not in streams}
        if unread:
            self._read_news(connection, unread)
            streams, round_trips = streams | unread, round_trips + 1
        return View(seen.now, seen.head, streams, states, round_trips)

    def _note(self, seen: Look) -> None:
        """Remember the head and the time for the next command."""
        ahead = seen.now - datetime.now(UTC)
        real = abs(ahead) < _AS_GOOD_AS_REAL
        self._head, self._ahead = seen.head, ahead if real else None
        self._stands, self._shown = not real and seen.now == self._shown, None if real else seen.now

    def _corrected(
        self,
        connection: Connection,
        command: Command,
        streams: dict[str, Known],
        sure: list[Aggregate],
        subjects: list[Aggregate],
    ) -> tuple[dict[str, Known], int]:
        """The streams the command is on as the states name them now, `subjects` put right with them; and the round trips.

        Another one is read for each time that states just read name further ids: a project its round, the round its funds.
        """
        round_trips = 1
        while (now := subjects_of(command, partial(state_in, streams))) != subjects:
            subjects[:] = now
            needed = self._known([*sure, *subjects])
            unread = {stream: known for stream, known in needed.items() if stream not in streams}
            if unread:
                self._read_news(connection, unread)
                round_trips += 1
            # A wrong guess is left out, so that nobody's writing there hinders this command.
            streams = {stream: unread.get(stream) or streams[stream] for stream in needed}
        return streams, round_trips

    def _kept(self, blank: Aggregate) -> Aggregate:
        """The state as it was last read, which may be blank."""
        return self._cache.get(blank).state

    def _first_answer(self, connection: Connection, wish: Wish, seen: Look) -> Done:
        """What was said to this command id before. Raises CommandIdReused when it stood for something else then."""
        if seen.content_hash != wish.content_hash:
            raise CommandIdReused(command_id=wish.command_id)
        told = self._between(connection, seen.first, seen.last)
        events = tuple(each.event for each in told)
        return Done(
            seen.last, told[-1].recorded_at, range(seen.first, seen.last + 1), events, repeated=True, round_trips=2
        )

    def _append(
        self, connection: Connection, wish: Wish, acting: Actor, view: View, events: Sequence[tuple[str, Event]]
    ) -> Done | None:
        """Write the events, or nothing and None when one of the streams has moved on."""
        written: list[tuple[str, int, str, str]] = []
        after: dict[str, Known] = {}
        for stream, event in events:
            version, state = after.get(stream) or view.streams[stream]
            after[stream] = Known(version + 1, event.apply(state))
            written.append((stream, version + 1, event.stored_name(), payload_of(event).decode()))
        # Correlation is asked of the state after the events: before the first one it does not know its round.
        first_subject = view.subjects[0]
        main = after.get(first_subject.stream_of(first_subject.id))
        streams, versions, names, payloads = map(listed, zip(*written, strict=True))
        writing = Writing(
            command_id=wish.command_id,
            content_hash=wish.content_hash,
            at=view.now,
            actor=acting.id,
            role=acting.role,
            on_behalf=acting.on_behalf,
            correlation=wish.command.correlation(main.state if main else first_subject),
            causation=wish.causation,
            line=view.line,
            seen=view.head,
            recalled=view.recalled,
            read=listed(view.streams),
            expected=listed(known.version for known in view.streams.values()),
            streams=streams,
            versions=versions,
            names=names,
            payloads=payloads,
        )
        appended = append(connection, writing)
        if appended is None:
            return None
        self._cache.put(after)
        first, last, recorded_at = appended
        self._head = last
        return Done(
            last,
            recorded_at,
            range(first, last + 1),
            tuple(event for _, event in events),
            round_trips=view.round_trips + 1,
        )
