"""Organisation 社会组织: who applies. Its stream counts its projects, so one organisation cannot slip past the call's limit.

What else the register has about it (people, grade, place, bans) is entered by the commands in register.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from domain.errors import AlreadyExists
from domain.kernel import Actor, Aggregate, Command, Event, Line, Role, Slug, Text, aggregate
from domain.rules.call import OrganisationGrade
from domain.rules.conflict import AffiliationKind

CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NP-RT-UW-Y]{18}$")]
"""统一社会信用代码, 18 characters (GB 32100-2015); its check digit is the register's business."""


REGISTERED = ("name", "type", "credit_code", "registered_on")
"""What makes two registrations the same."""


@dataclass(frozen=True)
class Affiliation:
    """隶属关系: a person belongs to the organisation, or did: both days included, `until` None while it lasts."""

    person: str
    kind: AffiliationKind
    since: date
    until: date | None = None

    def held_after(self, day: date) -> bool:
        """Whether it lasts, or ended on that day or later: what a recusal that looks back so far asks."""
        return self.until is None or self.until >= day


@aggregate
@dataclass(frozen=True, kw_only=True)
class Organisation(Aggregate):
    kind = "organisation"
    name: str = ""
    type: str = ""
    registered_on: date | None = None
    registration: str = ""
    """Fingerprint of what it was registered with."""
    entered: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(round, project) for every application not withdrawn."""
    affiliations: tuple[Affiliation, ...] = ()
    grade: str = ""
    graded_until: date | None = None
    place: str = ""
    banned_until: date | None = None
    ban_reason: str = ""

    @property
    def exists(self) -> bool:
        return bool(self.name)

    def projects_in(self, round_id: str) -> int:
        return sum(1 for where, _ in self.entered if where == round_id)

    def affiliations_of(self, person: str, *, since: date) -> tuple[Affiliation, ...]:
        """How this person belongs to it, or still did on that day or later."""
        return tuple(each for each in self.affiliations if each.person == person and each.held_after(since))

    def graded_on(self, day: date) -> bool:
        return self.graded_until is not None and day <= self.graded_until

    def graded(self, grade: OrganisationGrade, until: date) -> Iterator[GradeRecorded]:
        """That grade until the end of that day; nothing where it is on the register already."""
        if (self.grade, self.graded_until) != (grade, until):
            yield GradeRecorded(grade=grade, valid_until=until)

    def banned_on(self, day: date) -> bool:
        return self.banned_until is not None and day <= self.banned_until

    def ban(self, *, until: date, reason: str) -> Iterator[OrganisationBanned]:
        """No application until the end of that day; nothing where a ban lasts as long already.

        For n years, `until` is `calendar.years_after(day, n)` (C3: three years after a breach).
        """
        if self.banned_until is None or self.banned_until < until:
            yield OrganisationBanned(until=until, reason=reason)


class OrganisationEvent(Event):
    OF = Organisation


class OrganisationRegistered(OrganisationEvent):
    name: Line
    type: Slug
    credit_code: CreditCode
    registered_on: date

    def apply(self, state: Organisation) -> Organisation:
        return replace(
            state,
            name=self.name,
            type=self.type,
            registered_on=self.registered_on,
            registration=self.fingerprint(*REGISTERED),
        )


class ApplicationEntered(OrganisationEvent):
    round: Slug
    project: Slug

    def apply(self, state: Organisation) -> Organisation:
        return replace(state, entered=state.entered | {(self.round, self.project)})


class ApplicationLeft(OrganisationEvent):
    """A withdrawn application no longer counts against the call's limit."""

    round: Slug
    project: Slug

    def apply(self, state: Organisation) -> Organisation:
        return replace(state, entered=state.entered - {(self.round, self.project)})


class AffiliationRecorded(OrganisationEvent):
    """Recorded again for the same person, kind and first day, it replaces what was recorded: so an end is added."""

    person: Slug
    kind: AffiliationKind
    since: date
    until: date | None = None

    def apply(self, state: Organisation) -> Organisation:
        new = Affiliation(self.person, self.kind, self.since, self.until)
        same = (new.person, new.kind, new.since)
        others = (each for each in state.affiliations if (each.person, each.kind, each.since) != same)
        return replace(state, affiliations=(*others, new))


class GradeRecorded(OrganisationEvent):
    """Its 评估等级, and the last day on which it is valid."""

    grade: OrganisationGrade
    valid_until: date

    def apply(self, state: Organisation) -> Organisation:
        return replace(state, grade=self.grade, graded_until=self.valid_until)


class PlaceRecorded(OrganisationEvent):
    """Where it works: a district, town or community."""

    place: Slug

    def apply(self, state: Organisation) -> Organisation:
        return replace(state, place=self.place)


class OrganisationBanned(OrganisationEvent):
    """It may not apply until after that day."""

    until: date
    reason: Text

    def apply(self, state: Organisation) -> Organisation:
        return replace(state, banned_until=self.until, ban_reason=self.reason)


class BanLifted(OrganisationEvent):
    reason: Text

    def apply(self, state: Organisation) -> Organisation:
        return replace(state, banned_until=None, ban_reason="")


class RegisterOrganisation(Command):
    """File an organisation (登记). Raises AlreadyExists when it was filed otherwise, or the id is another one's."""

    ON = (Organisation,)
    ROLES: ClassVar[tuple[Role, ...]] = ("officer", "steward")
    organisation: Slug
    name: Line
    type: Slug
    credit_code: CreditCode
    registered_on: date

    def scopes(self, state: Organisation) -> frozenset[str] | None:
        return None

    def decide(self, organisation: Organisation, by: Actor, at: datetime) -> Iterator[OrganisationEvent]:
        if organisation.exists:
            if organisation.registration == self.fingerprint(*REGISTERED):
                return
            raise AlreadyExists(kind="organisation", id=self.organisation)
        yield OrganisationRegistered(
            name=self.name, type=self.type, credit_code=self.credit_code, registered_on=self.registered_on
        )
