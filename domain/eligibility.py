"""Eligibility 资格审查: the formal check, wherever it stands in a programme, answers every criterion.

That an application is returned for what it lacks is in completion.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, get_args

from domain.application import ApplicationRejected
from domain.errors import NotAnswered, NotDue, ReasonMissing, SamePerson, StageNotOpen
from domain.kernel import Actor, Frozen, Moment, Role, Slug
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.application import CheckRole, EligibilityRules


class Finding(Frozen):
    """One criterion of the formal check: met, or why not."""

    criterion: Slug
    met: bool
    reason: str = ""


class EligibilityOpened(ProjectEvent):
    """The project has come to a check that is not its first stage: the days for it begin."""

    stage: Slug
    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, eligibility_due=self.due, eligibility_overdue=False)


class EligibilityDecided(ProjectEvent):
    VERSION = 2
    EARLIER: ClassVar = {1: lambda payload: payload | {"stage": "eligibility"}}
    stage: Slug
    eligible: bool
    findings: tuple[Finding, ...]
    checked_by: Slug | None = None
    """None in what was recorded before checks told people apart."""

    def apply(self, state: Project) -> Project:
        checked = MappingProxyType({**state.checked_by, self.stage: self.checked_by or ""})
        decided = replace(state, checked_by=checked, eligibility_due=None, eligibility_overdue=False)
        return decided.onward() if self.eligible else decided


class EligibilityOverdue(ProjectEvent):
    """The officer's days for the formal check have passed; it is still to be done."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return replace(state, eligibility_overdue=True)


class OpenEligibility(StoryOfProject):
    """The project has come to a check: its days begin. Raises nothing: already open says nothing."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.unopened:
            rules = project.rules.stage(EligibilityRules, project.step)
            due = project.rules.calendar.after_working_days(at, rules.decide_within_working_days)
            yield EligibilityOpened(stage=rules.id, due=due)


class EligibilityCommand(ProjectCommand):
    """What only the role does that the programme names for the check; `stage` says which check, if there are several."""

    ROLES: ClassVar[tuple[Role, ...]] = get_args(CheckRole)
    stage: Slug | None = None

    def roles_in(self, state: Project) -> tuple[Role, ...]:
        checks = tuple(state.rules.each(EligibilityRules)) if state.exists else ()
        named = self.stage or (state.step if state.stage == "eligibility" else None)
        found = tuple(check.role for check in checks if named is None or check.id == named)
        return tuple(dict.fromkeys(found)) or self.ROLES

    def check_of(self, project: Project, by: Actor) -> EligibilityRules:
        """The check meant, open now. Raises NotFound, Malformed, StageNotOpen, SamePerson."""
        project.must_be("eligibility")
        rules = project.rules.meant(EligibilityRules, self.stage)
        project.must_be_at(rules, "eligibility")
        for earlier in rules.apart_from:
            if project.checked_by.get(earlier) == by.id:
                raise SamePerson(person=by.id, step=rules.id, earlier=earlier)
        return rules


class CheckEligibility(EligibilityCommand):
    """Answer every criterion; each one not met carries its reason. Not while the application is returned for completion.

    Raises NotFound, Malformed, StageNotOpen, SamePerson (made a check it is apart from), NotAnswered, ReasonMissing.
    """

    findings: tuple[Finding, ...]

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        rules = self.check_of(project, by)
        if project.completion is not None:
            raise StageNotOpen(stage="eligibility", now="return for completion")
        wanted = tuple(criterion.id for criterion in rules.criteria)
        given = tuple(finding.criterion for finding in self.findings)
        missing, unknown = set(wanted) - set(given), set(given) - set(wanted)
        if missing or unknown or len(given) != len(wanted):
            raise NotAnswered(field="findings", missing=tuple(sorted(missing)), unknown=tuple(sorted(unknown)))
        for finding in self.findings:
            if not finding.met and not finding.reason.strip():
                raise ReasonMissing(field=f"findings.{finding.criterion}.reason")
        eligible = all(finding.met for finding in self.findings)
        yield EligibilityDecided(stage=rules.id, eligible=eligible, findings=self.findings, checked_by=by.id)
        if not eligible:
            yield ApplicationRejected(outcome="ineligible")


class EscalateEligibility(StoryOfProject):
    """The days for the formal check have passed. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage != "eligibility" or project.eligibility_overdue or project.eligibility_due is None:
            return
        if at < project.eligibility_due:
            raise NotDue(deadline="eligibility", due=project.eligibility_due)
        yield EligibilityOverdue(due=project.eligibility_due)
