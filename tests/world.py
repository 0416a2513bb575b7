"""given / when / then, without a database: a world is every stream's state, and a clock.

    given(an_application(), a_panel(of=3)).when(SubmitReview(...), by=li).then(ReviewSubmitted(stage="review", ...))
    given(...).when(...).refused(NotOnPanel, person="wang")
    given(...).when(...).nothing_new()

What happened is kept as it would be stored: each event is written as canonical JSON and read back before it is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

import pytest

from domain.commands import decide
from domain.errors import Refusal
from domain.kernel import Actor, Aggregate, Command, Event, nothing
from domain.project import Project
from domain.round import Round
from domain.stored_form import event_from, payload_of
from domain.streams import subjects_of

EPOCH = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
"""A Monday morning, when nothing has happened yet."""

_A = TypeVar("_A", bound=Aggregate)


@dataclass(frozen=True)
class World:
    streams: Mapping[str, Aggregate] = field(default_factory=nothing)
    events: tuple[tuple[str, Event], ...] = ()
    """(stream, event) in the order of happening."""
    situations: frozenset[str] = frozenset()
    now: datetime = EPOCH

    def get(self, kind: type[_A], id_: str) -> _A:
        found = self.streams.get(kind.stream_of(id_))
        return found if isinstance(found, kind) else kind(id=id_)

    def state_of(self, blank: Aggregate) -> Aggregate:
        return self.streams.get(blank.stream_of(blank.id), blank)

    def at(self, moment: datetime) -> World:
        return replace(self, now=moment)

    def decided(self, command: Command, by: Actor) -> tuple[tuple[str, Event], ...]:
        """The (stream, event) pairs that follow from the command now. Raises Refused."""
        states = [self.state_of(blank) for blank in subjects_of(command, self.state_of)]
        named = (*command.beside(), *command.further(states))
        beside = {kind.stream_of(id_): self.get(kind, id_) for kind, id_ in named}
        _, events = decide(command, states, by, self.now, beside or None)
        return events

    def put(self, command: Command, *, by: Actor) -> World:
        """The world after the command. Raises Refused."""
        return self.with_events(*self.decided(command, by))

    def with_events(self, *events: tuple[str, Event]) -> World:
        streams = dict(self.streams)
        for stream, event in events:
            stored = event_from(event.stored_name(), payload_of(event))
            assert stored == event, "what is read back differs from what was written"
            state = streams.get(stream) or event.OF(id=stream.partition(":")[2])
            streams[stream] = stored.apply(state)
        return replace(self, streams=MappingProxyType(streams), events=(*self.events, *events))


@dataclass(frozen=True)
class Situation:
    """What has happened before; built on what came earlier, and played once however often it is named."""

    name: str
    play: Callable[[World], World]
    after: Callable[[World], World] | None = None

    def __call__(self, world: World) -> World:
        if self.name in world.situations:
            return world
        if self.after is not None:
            world = self.after(world)
        return replace(self.play(world), situations=world.situations | {self.name})


def put(command: Command, *, by: Actor, at: datetime | None = None) -> Callable[[World], World]:
    """One step of a situation: somebody does something, at that time or right after what came before."""

    def play(world: World) -> World:
        return world.at(at or world.now).put(command, by=by)

    return play


def steps(*plays: Callable[[World], World]) -> Callable[[World], World]:
    def play(world: World) -> World:
        for step in plays:
            world = step(world)
        return world

    return play


@dataclass(frozen=True)
class Given:
    world: World

    def when(self, command: Command, *, by: Actor, at: datetime | None = None) -> Answer:
        return Answer(self.world.at(at or self.world.now), command, by)

    def project(self, id_: str = "reading-hour") -> Project:
        return self.world.get(Project, id_)

    def round(self, id_: str = "spring-2026") -> Round:
        return self.world.get(Round, id_)


def given(*situations: Callable[[World], World]) -> Given:
    """What has happened; the clock stands where the last of it left it."""
    return Given(steps(*situations)(World()))


@dataclass(frozen=True)
class Answer:
    """What the domain answers to a command; asked anew by each of the three questions."""

    world: World
    command: Command
    by: Actor

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(event for _, event in self.world.decided(self.command, self.by))

    def then(self, *wanted: Event | type[Event]) -> Given:
        """Exactly these events, in this order; a class stands for any event of its kind."""
        found = self.events
        assert [type(event) for event in found] == [w if isinstance(w, type) else type(w) for w in wanted]
        for event, want in zip(found, wanted, strict=True):
            assert isinstance(want, type) or event == want
        return Given(self.world.put(self.command, by=self.by))

    def then_once(self, *wanted: Event | type[Event]) -> Given:
        """These events the first time, and none the second time."""
        after = self.then(*wanted)
        after.when(self.command, by=self.by).nothing_new()
        return after

    def nothing_new(self) -> Given:
        assert self.events == ()
        return Given(self.world)

    def refused(self, refusal: type[Refusal], **fields: Any) -> Given:
        """Refused with exactly this class; the fields named have these values."""
        with pytest.raises(refusal) as caught:
            self.world.decided(self.command, self.by)
        assert type(caught.value) is refusal
        assert {name: caught.value.fields[name] for name in fields} == fields
        return Given(self.world)
