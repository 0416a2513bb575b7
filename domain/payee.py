"""Payee 收款人: once a tranche was paid, the later ones go to the same payee, unless a change is agreed to (C1).

The rule set 善荷计划 pays the team that implements a project when the winner does not: both say so in writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.errors import NotFound, ReasonMissing, SamePerson
from domain.kernel import Actor, Line, Role, Sha256, Slug, Text
from domain.project import PAYING, Project, ProjectCommand, ProjectEvent
from domain.tranche import TrancheRefused
from domain.tranche_chain import PayeeChange


class PayeeChangeRequested(ProjectEvent):
    """`consent_sha256` is the written consent of who was to be paid until now."""

    payee: Line
    reason: Text
    consent_sha256: Sha256
    requested_by: Slug

    def apply(self, state: Project) -> Project:
        change = PayeeChange(payee=self.payee, consent_sha256=self.consent_sha256, requested_by=self.requested_by)
        return replace(state, payee_change=change)


class PayeeChanged(ProjectEvent):
    """From now on tranches go to another payee; those on their way are sent back, but for open payment orders."""

    payee: Line
    agreed_by: Slug

    def apply(self, state: Project) -> Project:
        change = replace(state.payee_change, answer="agreed") if state.payee_change else None
        return replace(state, payee=self.payee, payee_agreed_by=self.agreed_by, payee_change=change)


class PayeeChangeDeclined(ProjectEvent):
    payee: Line
    declined_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        change = replace(state.payee_change, answer="declined") if state.payee_change else None
        return replace(state, payee_change=change)


class ChangePayee(ProjectCommand):
    """The organisation asks that later tranches go to another payee; an officer answers. Another wish replaces this one.

    Raises NotFound, StageNotOpen.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    payee: Line
    reason: Text
    consent_sha256: Sha256

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*PAYING)
        asked = project.payee_change
        if asked and (asked.payee, asked.consent_sha256) == (self.payee, self.consent_sha256):
            return
        yield PayeeChangeRequested(
            payee=self.payee, reason=self.reason, consent_sha256=self.consent_sha256, requested_by=by.id
        )


class AnswerPayeeChange(ProjectCommand):
    """An officer agrees to the change that was asked for, or declines it with a reason.

    Once agreed, what is requested but not paid is sent back, so that the whole chain looks at the new payee. An open payment
    order stays: the bank may have carried it out already. Whoever agreed does not pay.

    Raises NotFound, StageNotOpen, SamePerson, ReasonMissing.
    """

    payee: Line
    agreed: bool
    reason: str = ""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*PAYING)
        asked = project.payee_change
        if asked is None or asked.payee != self.payee:
            raise NotFound(kind="payee change", id=self.payee)
        if asked.answer == ("agreed" if self.agreed else "declined"):
            return
        if asked.answer:
            raise NotFound(kind="payee change", id=self.payee)
        if asked.requested_by == by.id:
            raise SamePerson(person=by.id, step="AnswerPayeeChange", earlier="ChangePayee")
        if self.agreed:
            yield from self._agreed(project, by)
            return
        if not self.reason.strip():
            raise ReasonMissing(field="reason")
        yield PayeeChangeDeclined(payee=self.payee, declined_by=by.id, reason=self.reason)

    def _agreed(self, project: Project, by: Actor) -> Iterator[ProjectEvent]:
        yield PayeeChanged(payee=self.payee, agreed_by=by.id)
        for tranche in project.tranches.values():
            if tranche.underway and tranche.status != "ordered":
                yield TrancheRefused(tranche=tranche.id, refused_by=by.id, reason=f"payee changed to {self.payee}")
