"""Register 登记: what is on file about an organisation besides its registration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from domain.errors import NotFound
from domain.kernel import Actor, Aggregate, Command, Role, Slug, Text
from domain.organisation import (
    Affiliation,
    AffiliationRecorded,
    BanLifted,
    Organisation,
    OrganisationEvent,
    PlaceRecorded,
)
from domain.person import Person
from domain.rules.call import OrganisationGrade
from domain.rules.conflict import AffiliationKind


class RegisterCommand(Command):
    """An entry in the register, by an officer or a steward who does not act for the organisation."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Organisation,)
    ROLES: ClassVar[tuple[Role, ...]] = ("officer", "steward")
    organisation: Slug

    def scopes(self, state: Organisation) -> frozenset[str] | None:
        return None

    def organisations(self, state: Organisation) -> frozenset[str]:
        return frozenset({self.organisation})


def registered(organisation: Organisation) -> Organisation:
    """Raises NotFound."""
    if not organisation.exists:
        raise NotFound(kind="organisation", id=organisation.id)
    return organisation


class RecordAffiliation(RegisterCommand):
    """Record that somebody works for an organisation, sits on its board, owns a share, or is kin to one of its people.

    Both days are included; `until` is given once it has ended. Conflicts of interest are derived from this (C14: recusal looks
    back two years). Raises NotFound (organisation, person), Malformed.
    """

    person: Slug
    kind: AffiliationKind
    since: date
    until: date | None = None

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if until is not None and since is not None and until < since:
            raise ValueError(f"must not be before since, {since}")
        return until

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        return ((Person, self.person),)

    def decide(
        self, organisation: Organisation, by: Actor, at: datetime, beside: Mapping[str, Person]
    ) -> Iterator[OrganisationEvent]:
        registered(organisation)
        if not beside[Person.stream_of(self.person)].exists:
            raise NotFound(kind="person", id=self.person)
        if Affiliation(self.person, self.kind, self.since, self.until) not in organisation.affiliations:
            yield AffiliationRecorded(person=self.person, kind=self.kind, since=self.since, until=self.until)


class RecordGrade(RegisterCommand):
    """Record the grade (等级, 1A to 5A) an assessment gave, and its last day (C14: valid five years). Raises NotFound."""

    grade: OrganisationGrade
    valid_until: date

    def decide(self, organisation: Organisation, by: Actor, at: datetime) -> Iterator[OrganisationEvent]:
        yield from registered(organisation).graded(self.grade, self.valid_until)


class RecordPlace(RegisterCommand):
    """Record where an organisation works. Raises NotFound."""

    place: Slug

    def decide(self, organisation: Organisation, by: Actor, at: datetime) -> Iterator[OrganisationEvent]:
        registered(organisation)
        if organisation.place != self.place:
            yield PlaceRecorded(place=self.place)


class BanOrganisation(RegisterCommand):
    """Let an organisation not apply until after that day, with the reason. Raises NotFound.

    A ban is only ever made longer; to make it shorter, lift it first.
    """

    until: date
    reason: Text

    def decide(self, organisation: Organisation, by: Actor, at: datetime) -> Iterator[OrganisationEvent]:
        yield from registered(organisation).ban(until=self.until, reason=self.reason)


class LiftBan(RegisterCommand):
    """Let a banned organisation apply again, with the reason. Raises NotFound."""

    reason: Text

    def decide(self, organisation: Organisation, by: Actor, at: datetime) -> Iterator[OrganisationEvent]:
        if registered(organisation).banned_until is not None:
            yield BanLifted(reason=self.reason)
