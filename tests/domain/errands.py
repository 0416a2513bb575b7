"""Two small aggregates for the tests of the event store: errands that spend coins out of purses.

Importing this leaves no trace in the lists of the real events and commands; `errands_known` puts them there for a while.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from domain.errors import FundExhausted, NotFound
from domain.event_store import Done, EventStore
from domain.kernel import AGGREGATES, COMMANDS, EVENTS, SYSTEM, Actor, Aggregate, Command, Event, Role, Slug


@dataclass(frozen=True, kw_only=True)
class Purse(Aggregate):
    kind = "purse"
    coins: int | None = None

    @property
    def exists(self) -> bool:
        return self.coins is not None


@dataclass(frozen=True, kw_only=True)
class Errand(Aggregate):
    kind = "errand"
    purse: str = ""
    town: str = ""
    spent: int = 0
    notes: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        return bool(self.purse)

    @property
    def correlation(self) -> str:
        return self.town


class PurseFilled(Event):
    OF = Purse
    coins: int

    def apply(self, state: Purse) -> Purse:
        return replace(state, coins=(state.coins or 0) + self.coins)


class CoinsTaken(Event):
    OF = Purse
    coins: int

    def apply(self, state: Purse) -> Purse:
        return replace(state, coins=(state.coins or 0) - self.coins)


class ErrandBegun(Event):
    OF = Errand
    purse: str
    town: str

    def apply(self, state: Errand) -> Errand:
        return replace(state, purse=self.purse, town=self.town)


class PurseChanged(Event):
    OF = Errand
    purse: str

    def apply(self, state: Errand) -> Errand:
        return replace(state, purse=self.purse)


class CoinsSpent(Event):
    OF = Errand
    coins: int

    def apply(self, state: Errand) -> Errand:
        return replace(state, spent=state.spent + self.coins)


class Noted(Event):
    OF = Errand
    text: str

    def apply(self, state: Errand) -> Errand:
        return replace(state, notes=(*state.notes, self.text))


class ErrandEnded(Event):
    OF = Errand

    def apply(self, state: Errand) -> Errand:
        return state


class Ours(Command):
    ROLES: ClassVar[tuple[Role, ...]] = ("system", "steward")

    def scopes(self, state: object) -> frozenset[str] | None:
        return None


class FillPurse(Ours):
    ON = (Purse,)
    purse: Slug
    coins: int

    def decide(self, purse: Purse, by: Actor, at: datetime) -> Iterator[Event]:
        yield PurseFilled(coins=self.coins)


class BeginErrand(Ours):
    ON = (Errand,)
    errand: Slug
    from_purse: Slug
    town: Slug

    def decide(self, errand: Errand, by: Actor, at: datetime) -> Iterator[Event]:
        if not errand.exists:
            yield ErrandBegun(purse=self.from_purse, town=self.town)


class ChangePurse(Ours):
    ON = (Errand,)
    errand: Slug
    to: Slug

    def decide(self, errand: Errand, by: Actor, at: datetime) -> Iterator[Event]:
        yield PurseChanged(purse=self.to)


class Spend(Ours):
    """On two streams: the purse is the one the errand names."""

    ON = (Errand, Purse)
    errand: Slug
    coins: int

    def decide(self, errand: Errand, purse: Purse, by: Actor, at: datetime) -> Iterator[Event]:
        if not errand.exists:
            raise NotFound(kind="errand", id=self.errand)
        yield CoinsSpent(coins=self.coins)
        if (purse.coins or 0) < self.coins:
            raise FundExhausted(fund=purse.id, asked=str(self.coins), available=str(purse.coins))
        yield CoinsTaken(coins=self.coins)


class Note(Ours):
    """So many events with this text."""

    ON = (Errand,)
    errand: Slug
    text: str
    times: int = 1

    def decide(self, errand: Errand, by: Actor, at: datetime) -> Iterator[Event]:
        for _ in range(self.times):
            yield Noted(text=self.text)


class NoteBeside(Ours):
    """Notes what another errand has spent."""

    ON = (Errand,)
    errand: Slug
    other: Slug

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Errand, self.other),)

    def decide(self, errand: Errand, by: Actor, at: datetime, beside: Mapping[str, Errand]) -> Iterator[Event]:
        yield Noted(text=str(beside[f"errand:{self.other}"].spent))


class NoteFurther(Ours):
    """Notes the coins in the purse that only the errand names."""

    ON = (Errand,)
    errand: Slug

    def further(self, states: Sequence[Errand]) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Purse, states[0].purse),)

    def decide(self, errand: Errand, by: Actor, at: datetime, beside: Mapping[str, Purse]) -> Iterator[Event]:
        yield Noted(text=str(beside[f"purse:{errand.purse}"].coins))


class EndErrand(Ours):
    ON = (Errand,)
    errand: Slug

    def decide(self, errand: Errand, by: Actor, at: datetime) -> Iterator[Event]:
        yield ErrandEnded()


_EVENTS: tuple[type[Event], ...] = (
    *(PurseFilled, CoinsTaken, ErrandBegun, PurseChanged, CoinsSpent, Noted, ErrandEnded),
)
_COMMANDS = (FillPurse, BeginErrand, ChangePurse, Spend, Note, NoteBeside, NoteFurther, EndErrand)


def _forget() -> None:
    for event in _EVENTS:
        EVENTS.pop(event.stored_name(), None)
    for command in _COMMANDS:
        COMMANDS.pop(command.__name__, None)
    for of in (Purse, Errand):
        AGGREGATES.pop(of.kind, None)


_forget()


@contextmanager
def errands_known() -> Iterator[None]:
    """While this lasts, errands and purses can be read back from the store."""
    EVENTS.update({event.stored_name(): event for event in _EVENTS})
    COMMANDS.update({command.__name__: command for command in _COMMANDS})
    AGGREGATES.update({of.kind: of for of in (Purse, Errand)})
    yield
    _forget()


def new_id() -> str:
    """A command id nobody used."""
    return str(uuid4())


def do(store: EventStore, *commands: object, by: str | Actor = SYSTEM) -> list[Done]:
    return [store.do(command, by=by, command_id=new_id()) for command in commands]  # type: ignore[arg-type]
