"""Which streams a command is on, how decide is given them, and for which of them each event is.

Most kinds come one to a command. Of a kind named in TOGETHER there may be several (the funds behind one round): where such a kind
is not the command's first, decide is given all of them as one value, and its events say for which stream they are (`To`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from domain.kernel import Aggregate, Command, Event

_C = TypeVar("_C", bound=Callable[..., Any])


class To(NamedTuple):
    """An event for one of several streams of its kind."""

    stream: str
    event: Event


TOGETHER: dict[type[Aggregate], Callable[[tuple[Any, ...]], Any]] = {}
"""Kind of which a command may be on several → what makes one value of their states."""


def together(kind: type[Aggregate]) -> Callable[[_C], _C]:
    """Make a class known as what several streams of this kind are given as."""

    def known(cls: _C) -> _C:
        TOGETHER[kind] = cls
        return cls

    return known


def named(kind: type[Aggregate], where: object) -> tuple[str, ...]:
    """The ids of this kind that a command or a state names: `funds`, else `fund`."""
    found = (kind in TOGETHER and getattr(where, f"{kind.kind}s", None)) or getattr(where, kind.kind, None) or ()
    return (found,) if isinstance(found, str) else tuple(found)


def subjects_of(command: Command, state_of: Callable[[Aggregate], Aggregate]) -> list[Aggregate]:
    """A blank state for every stream the command is on, in the order of `ON`.

    The first one's id is the command's. The others' are found on the command, else on the states before them, the nearest
    first; where nobody names one it is unknown, or of a kind that comes together there is none.
    """
    blanks = [command.ON[0](id=command.subject)]
    if len(command.ON) == 1:
        return blanks
    before = [state_of(blanks[0])]
    for kind in command.ON[1:]:
        ids = next(filter(None, (named(kind, where) for where in (command, *reversed(before)))), ())
        found = [kind(id=id_) for id_ in ids or (() if kind in TOGETHER else ("",))]
        blanks += found
        before += [state_of(blank) for blank in found]
    return blanks


def given(command: Command, states: Sequence[Aggregate]) -> Iterator[Any]:
    """What decide is given for the states of `subjects_of`."""
    yield states[0]
    for kind in command.ON[1:]:
        of_kind = tuple(state for state in states[1:] if type(state) is kind)
        yield TOGETHER[kind](of_kind) if kind in TOGETHER else of_kind[0]


def addressed(states: Sequence[Aggregate], happened: Iterator[Event | To]) -> Iterator[tuple[str, Event]]:
    """Each event with its stream: the one it says, else the only one of its kind."""
    own: Mapping[type[Aggregate], str] = {type(state): state.stream_of(state.id) for state in states}
    for each in happened:
        yield (each.stream, each.event) if isinstance(each, To) else (own[each.OF], each)
