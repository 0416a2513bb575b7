"""Person 人: who acts, and in which roles. A role is granted for one scope (a programme, round, fund, organisation) or "*"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal

from domain.errors import AlreadyExists, NotFound
from domain.kernel import STORY, SYSTEM, Actor, Aggregate, Command, Event, Line, PersonalRole, Role, Slug, aggregate
from domain.streams import together

Scope = Slug | Literal["*"]


@aggregate
@dataclass(frozen=True, kw_only=True)
class Person(Aggregate):
    kind = "person"
    name: str = ""
    grants: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    leads: frozenset[str] = frozenset()
    """Projects that named them as their leader; whether they run, and still do so, the projects know."""

    @property
    def exists(self) -> bool:
        return bool(self.name)

    @property
    def actor(self) -> Actor:
        return Actor(id=self.id, grants=self.grants)


together(Person)(tuple)
"""A command about something else may be on people or on none, like an application on its leader."""


class PersonEvent(Event):
    OF = Person


class PersonRegistered(PersonEvent):
    name: Line

    def apply(self, state: Person) -> Person:
        return replace(state, name=self.name)


class RoleGranted(PersonEvent):
    role: Role
    scope: Scope

    def apply(self, state: Person) -> Person:
        return replace(state, grants=state.grants | {(self.role, self.scope)})


class RoleEnded(PersonEvent):
    role: Role
    scope: Scope
    reason: Line

    def apply(self, state: Person) -> Person:
        return replace(state, grants=state.grants - {(self.role, self.scope)})


class ProjectLed(PersonEvent):
    """A project was entered with them as its leader (项目负责人), or they were agreed to as its new one."""

    project: Slug

    def apply(self, state: Person) -> Person:
        return replace(state, leads=state.leads | {self.project})


class PersonCommand(Command):
    ON = (Person,)
    ROLES: ClassVar[tuple[Role, ...]] = ("steward",)
    person: Slug

    def scopes(self, state: Person) -> frozenset[str] | None:
        return None


class RegisterPerson(PersonCommand):
    """Make a person known. Raises AlreadyExists when the id belongs to somebody of another name."""

    ROLES = ("steward", "system")
    name: Line

    def decide(self, person: Person, by: Actor, at: datetime) -> Iterator[PersonEvent]:
        if person.name == self.name:
            return
        if person.exists or self.person in {STORY.id, SYSTEM.id}:
            raise AlreadyExists(kind="person", id=self.person)
        yield PersonRegistered(name=self.name)


class GrantRole(PersonCommand):
    """Give a person a role for one scope. Raises NotFound."""

    ROLES = ("steward", "system")
    role: PersonalRole
    scope: Scope

    def decide(self, person: Person, by: Actor, at: datetime) -> Iterator[PersonEvent]:
        if not person.exists:
            raise NotFound(kind="person", id=self.person)
        if (self.role, self.scope) not in person.grants:
            yield RoleGranted(role=self.role, scope=self.scope)


class EndRole(PersonCommand):
    """Take a role back, with a reason. Raises NotFound."""

    role: PersonalRole
    scope: Scope
    reason: Line

    def decide(self, person: Person, by: Actor, at: datetime) -> Iterator[PersonEvent]:
        if not person.exists:
            raise NotFound(kind="person", id=self.person)
        if (self.role, self.scope) in person.grants:
            yield RoleEnded(role=self.role, scope=self.scope, reason=self.reason)
