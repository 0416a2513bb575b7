"""Programme 资助计划: published versions of rules. A version, once published, never changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from domain.calendar import Calendar
from domain.errors import Malformed, NotFound
from domain.kernel import Aggregate, Command, Event, Role, Slug, aggregate
from domain.rules import Rules
from domain.rules.earlier import quoting_format_1
from domain.rules.quoted import QuotedRules


@aggregate
@dataclass(frozen=True, kw_only=True)
class Programme(Aggregate):
    kind = "programme"
    versions: tuple[Rules, ...] = ()
    calendar: Calendar | None = None
    """The last one published by itself; it is in force until the programme is published again with its own."""
    calendar_of: int = 0
    """The version it was published for."""

    @property
    def exists(self) -> bool:
        return bool(self.versions)

    @property
    def rules(self) -> Rules:
        """The newest published rules. Raises NotFound."""
        if not self.versions:
            raise NotFound(kind="programme", id=self.id)
        rules = self.versions[-1]
        if self.calendar is None or self.calendar_of < len(self.versions):
            return rules
        return rules.model_copy(update={"calendar": self.calendar})

    def with_calendar(self, calendar: Calendar) -> Programme:
        return replace(self, calendar=calendar, calendar_of=len(self.versions))


class ProgrammePublished(Event):
    OF = Programme
    VERSION = 2
    EARLIER: ClassVar = {1: quoting_format_1}
    rules_version: int
    rules: QuotedRules

    def apply(self, state: Programme) -> Programme:
        return replace(state, versions=(*state.versions, self.rules))


class PublishProgramme(Command):
    """Publish a programme's rules; the same rules again say nothing new. Raises Malformed when the ids differ."""

    ON = (Programme,)
    ROLES: ClassVar[tuple[Role, ...]] = ("steward",)
    programme: Slug
    rules: Rules

    def decide(self, programme: Programme, by: object, at: datetime) -> Iterator[Event]:
        if self.rules.id != self.programme:
            raise Malformed(field="rules.id", rule=f"must be {self.programme}")
        if programme.exists and programme.rules == self.rules:
            return
        yield ProgrammePublished(rules_version=len(programme.versions) + 1, rules=self.rules)
