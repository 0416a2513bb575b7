"""Carrying out a wish, purely: who may, what follows. The event store adds loading and appending around it.

Importing this module makes every command and event known (`COMMANDS`, `EVENTS`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain import (
    assigning,
    claim,
    closing,
    contribution,
    deadlines,
    extension,
    optimisation,
    panel,
    payee,
    payment,
    programme,
    receipt,
    refund,
    register,
    report_return,
    result,
    round_extension,
    round_opening,
    slot,
    tranche,
    voting,
)
from domain.bounds import beyond
from domain.errors import ConflictOfInterest, Malformed, NotFound, RoleMissing
from domain.kernel import COMMANDS, Actor, Aggregate, Command, Event
from domain.streams import addressed, given

TOPICS = (
    assigning,
    claim,
    closing,
    contribution,
    deadlines,
    extension,
    optimisation,
    panel,
    payee,
    payment,
    programme,
    receipt,
    refund,
    register,
    report_return,
    result,
    round_extension,
    round_opening,
    slot,
    tranche,
    voting,
)
"""Together these import every topic, so that `COMMANDS` and `EVENTS` are complete."""


def parse(name: str, content: Mapping[str, Any] | bytes | str) -> Command:
    """The command of that name with that content. Raises NotFound, Malformed (the first broken field and its rule)."""
    cls = COMMANDS.get(name)
    if cls is None:
        raise NotFound(kind="command", id=name)
    try:
        command = cls.model_validate_json(content) if isinstance(content, bytes | str) else cls.model_validate(content)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        raise Malformed(field=".".join(str(part) for part in first["loc"]) or name, rule=str(first["msg"])) from exc
    for path, rule in beyond(command):
        raise Malformed(field=".".join(map(str, path)), rule=rule)
    return command


def admit(command: Command, state: Aggregate, by: Actor) -> Actor:
    """The actor in the first role that admits them. Raises RoleMissing, ConflictOfInterest."""
    scopes = command.scopes(state)
    roles = command.roles_in(state)
    for role in roles:
        if by.holds(role, scopes):
            return impartial(command, state, by.acting_as(role))
    raise RoleMissing(person=by.id, roles=roles, command=type(command).__name__)


def impartial(command: Command, state: Aggregate, by: Actor) -> Actor:
    """The same actor, unless they would decide about a project of their own or of their organisation's.

    Raises ConflictOfInterest.
    """
    if by.role != "applicant":
        if by.id in command.interested(state):
            raise ConflictOfInterest(person=by.id, reason="own_project")
        for organisation in sorted(command.organisations(state)):
            if by.belongs_to(organisation):
                raise ConflictOfInterest(person=by.id, reason=f"acts for {organisation}")
    return by


def decide(
    command: Command,
    states: Sequence[Aggregate],
    by: Actor,
    at: datetime,
    beside: Mapping[str, Aggregate] | None = None,
) -> tuple[Actor, tuple[tuple[str, Event], ...]]:
    """What follows from the wish: the actor as admitted and the new events, none when it is already so. Raises Refused.

    `states` are those of `subjects_of`; each event comes with the name of its stream.
    """
    acting = admit(command, states[0], by)
    more = {} if beside is None else {"beside": beside}
    return acting, tuple(addressed(states, command.decide(*given(command, states), by=acting, at=at, **more)))


def fold(state: Any, events: Sequence[Event]) -> Any:
    """The state after the events, in order."""
    for event in events:
        state = event.apply(state)
    return state
