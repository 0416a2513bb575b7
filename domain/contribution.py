"""Contribution 配套: the organisation records what a project has beside the award, an officer verifies it.

Only what is accepted counts (`Project.matched`). It does not go through a fund: nobody but the project has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from domain.errors import AlreadyExists, CurrencyMismatch, Malformed, NotFound, ReferenceUsed, SamePerson, StageNotOpen
from domain.kernel import Actor, Line, Money, PositiveSum, Role, Sha256, Slug, Text
from domain.project import Contribution, Project, ProjectCommand, ProjectEvent, Stage
from domain.rules.contribution import ContributionKind

HELD: tuple[Stage, ...] = (
    *("eligibility", "review", "roadshow", "selection", "notice"),
    *("agreement", "delivery", "evaluation", "settlement"),
)
"""While the project is not over."""
Hours = Annotated[int, Field(ge=1, le=1_000_000)]


class ContributionEvent(ProjectEvent):
    contribution: Slug


class ContributionRecorded(ContributionEvent):
    """`hours` where it is volunteers' time: the amount is what the programme says these are worth."""

    kind: ContributionKind
    amount: Money
    hours: int | None
    source: Line
    evidence_sha256: Sha256
    received_on: date
    recorded_by: Slug

    def apply(self, state: Project) -> Project:
        told = Contribution(
            self.kind, self.amount, self.hours, self.source, self.evidence_sha256, self.received_on, self.recorded_by
        )
        return replace(state, contributions=MappingProxyType({**state.contributions, self.contribution: told}))


class ContributionAccepted(ContributionEvent):
    """Verified: it counts."""

    amount: Money
    accepted_by: Slug

    def apply(self, state: Project) -> Project:
        return state.with_contribution(self.contribution, status="accepted")


class ContributionRefused(ContributionEvent):
    refused_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.with_contribution(self.contribution, status="refused")


class RecordContribution(ProjectCommand):
    """The organisation says what came in beside the award, with the SHA-256 of the document that proves it.

    In kind, an `amount` or volunteers' `hours`, which the programme values. One document proves one contribution.
    Raises NotFound, StageNotOpen, Malformed, CurrencyMismatch, ReferenceUsed, AlreadyExists.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    contribution: Slug
    kind: ContributionKind
    amount: PositiveSum | None = None
    hours: Annotated[Hours | None, Field(validate_default=True)] = None
    source: Line
    evidence_sha256: Sha256
    received_on: date

    @field_validator("hours")
    @classmethod
    def _either(cls, hours: int | None, info: ValidationInfo) -> int | None:
        if (hours is None) == (info.data.get("amount") is None):
            raise ValueError("must be given where no amount is, and only there")
        if hours is not None and info.data.get("kind") != "in-kind":
            raise ValueError("must be given only in kind")
        return hours

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*HELD)
        amount = self._worth(project)
        known = project.contributions.get(self.contribution)
        told = (self.kind, amount, self.hours, self.source, self.evidence_sha256, self.received_on)
        if known is not None:
            if told == (
                *(known.kind, known.amount, known.hours, known.source, known.evidence_sha256, known.received_on),
            ):
                return
            raise AlreadyExists(kind="contribution", id=self.contribution)
        if self.received_on > project.rules.calendar.day_of(at):
            raise Malformed(field="received_on", rule="must not lie in the future")
        if self.evidence_sha256 in {c.evidence_sha256 for c in project.contributions.values() if c.status != "refused"}:
            raise ReferenceUsed(reference=self.evidence_sha256)
        yield ContributionRecorded(
            contribution=self.contribution,
            kind=self.kind,
            amount=amount,
            hours=self.hours,
            source=self.source,
            evidence_sha256=self.evidence_sha256,
            received_on=self.received_on,
            recorded_by=by.id,
        )

    def _worth(self, project: Project) -> Money:
        """Raises Malformed (the programme gives hours no value), CurrencyMismatch."""
        currency = project.rules.currency
        if self.amount is not None:
            if self.amount.currency != currency:
                raise CurrencyMismatch(field="amount", currency=self.amount.currency, expected=currency)
            return self.amount
        rules = project.rules.contributions
        if rules is None or rules.hour_value is None:
            raise Malformed(field="hours", rule="must be left out: the programme gives an hour no value")
        return Money(currency=currency, minor=rules.hour_value.minor * (self.hours or 0))


_DONE = {"accepted": "contribution accepted", "refused": "contribution refused"}


class ContributionCommand(ProjectCommand):
    contribution: Slug

    def recorded(self, project: Project, status: str) -> Contribution | None:
        """The contribution as long as it waits; None where it has this status. Raises NotFound, StageNotOpen."""
        found = project.contributions.get(self.contribution)
        if found is not None and found.status == status:
            return None
        project.must_be(*HELD)
        if found is None:
            raise NotFound(kind="contribution", id=self.contribution)
        if found.status != "recorded":
            raise StageNotOpen(stage="contribution recorded", now=_DONE[found.status])
        return found


class AcceptContribution(ContributionCommand):
    """An officer has seen the proof: it counts. Raises NotFound, StageNotOpen, SamePerson (who recorded it)."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = self.recorded(project, "accepted")
        if found is None:
            return
        if found.recorded_by == by.id:
            raise SamePerson(person=by.id, step="AcceptContribution", earlier="RecordContribution")
        yield ContributionAccepted(contribution=self.contribution, amount=found.amount, accepted_by=by.id)


class RefuseContribution(ContributionCommand):
    """The proof does not hold: it does not count, and may be recorded again under another id. Raises NotFound, StageNotOpen."""

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if self.recorded(project, "refused") is not None:
            yield ContributionRefused(contribution=self.contribution, refused_by=by.id, reason=self.reason)
