"""Consent 同意变更: a change is made once everybody whose consent the rules want has given it; it is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from domain.change import (
    CHANGING,
    ChangeApproved,
    ChangeConsented,
    ChangeOverdue,
    ChangeRefused,
    ReportsMoved,
    end_of,
    moved,
)
from domain.errors import NotDue, SamePerson, StageNotOpen
from domain.kernel import Actor, Aggregate, Event, Role, Slug, Text, nothing
from domain.leading import led_by, must_be_free
from domain.person import Person, ProjectLed
from domain.progress import Change, Consenting
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject


class ChangeCommand(ProjectCommand):
    ROLES: ClassVar[tuple[Role, ...]] = ("officer", "approver")
    change: Slug

    def open(self, project: Project) -> Change:
        """The change, as long as it is not answered. Raises NotFound, StageNotOpen."""
        change = project.change(self.change)
        project.must_be(*CHANGING)
        if change.status != "requested":
            raise StageNotOpen(stage="change requested", now=f"change {change.status}")
        return change


class ApproveChange(ChangeCommand):
    """Consent to a change; with the last consent wanted it is made. An officer and an approver are two people.

    A new leader is told, and leads no other project that counts. Raises NotFound, StageNotOpen, SamePerson, AlreadyLeads.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Person)

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        return led_by(*states)

    def decide(
        self,
        project: Project,
        leaders: tuple[Person, ...],
        by: Actor,
        at: datetime,
        beside: Mapping[str, Aggregate] = nothing(),
    ) -> Iterator[Event]:
        if by.id in project.change(self.change).consents.values() and project.change(self.change).status == "approved":
            return
        change = self.open(project)
        role: Consenting = "approver" if by.role == "approver" else "officer"
        if change.consents.get(role) == by.id:
            return
        if by.id in change.consents.values():
            raise SamePerson(person=by.id, step="ApproveChange", earlier="ApproveChange")
        if role not in change.wanted or role in change.consents:
            raise StageNotOpen(stage="a consent that is wanted", now="consent given or not wanted")
        if change.diff.leader:
            must_be_free(project, leaders, beside)
        yield ChangeConsented(change=change.id, person=by.id, role=role)
        if {*change.consents, role} != set(change.wanted):
            return
        version = 1 + sum(each.status == "approved" for each in project.changes.values())
        yield ChangeApproved(change=change.id, version=version, diff=change.diff)
        end, was = change.diff.end, end_of(project)
        if end is not None and was is not None:
            yield ReportsMoved(change=change.id, reports=moved(project, end.now - was, at))
        if change.diff.leader:
            yield from (ProjectLed(project=project.id) for leader in leaders if project.id not in leader.leads)


class RefuseChange(ChangeCommand):
    """Say no to a change, with the reason. Raises NotFound, StageNotOpen."""

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.change(self.change).status == "refused":
            return
        change = self.open(project)
        yield ChangeRefused(change=change.id, refused_by=by.id, reason=self.reason)


class EscalateChange(StoryOfProject):
    """The days for an answer have passed. Raises NotFound, NotDue."""

    change: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        change = project.change(self.change)
        if project.stage not in CHANGING or change.status != "requested" or change.overdue:
            return
        if at < change.answer_by:
            raise NotDue(deadline="change", due=change.answer_by)
        yield ChangeOverdue(change=change.id, due=change.answer_by)
