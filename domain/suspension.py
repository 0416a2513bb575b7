"""Suspension 暂停: no money moves until the project is resumed; what the organisation owes, it still owes, on the same dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

from domain.errors import StageNotOpen
from domain.kernel import Actor, Text
from domain.project import Project, ProjectCommand, ProjectEvent, Stage

RUNNING: tuple[Stage, ...] = ("delivery", "evaluation", "settlement")
"""After the agreement, before the end."""
Cause = Literal["officer", "mid_term_failed", "report_missing"]
REPORT_MISSING: Final = "report_missing"


class ProjectSuspended(ProjectEvent):
    """`cause` is who or what suspended it: an officer, with a reason, or what the rules say follows."""

    cause: Cause
    reason: str

    def apply(self, state: Project) -> Project:
        return replace(state, suspension=self.reason or self.cause, suspended_for=self.cause)


class ProjectResumed(ProjectEvent):
    """By an officer, with a reason; or since the missing reports have come, where the rules let that be enough."""

    cause: Literal["officer", "report_received"] = "officer"
    reason: str

    def apply(self, state: Project) -> Project:
        reports = {id_: replace(report, holds_up=False) for id_, report in state.reports.items()}
        return replace(state, suspension="", suspended_for="", reports=MappingProxyType(reports))


def resumes_by_itself(project: Project) -> bool:
    """Whether nobody but the organisation is waited for: it is suspended for reports whose rules let it go on with them."""
    held_up = tuple(report for report in project.reports.values() if report.holds_up)
    return (
        project.suspended_for == REPORT_MISSING
        and all(project.rules.report(report.id).resumed_when for report in held_up)
        and not any(report.status == "failed" for report in project.reports.values())
        and not (project.mid_term and project.mid_term.status == "failed")
    )


def resumed(project: Project) -> Iterator[ProjectEvent]:
    """What follows once every report it was suspended for has come, or is accepted, as the rules say."""
    enough = {"submitted": {"submitted", "accepted"}, "accepted": {"accepted"}}
    if resumes_by_itself(project) and all(
        report.status in enough[project.rules.report(report.id).resumed_when or "accepted"]
        for report in project.reports.values()
        if report.holds_up
    ):
        yield ProjectResumed(cause="report_received", reason="")


class SuspendProject(ProjectCommand):
    """Stop the money of a project: tranches are neither asked for nor paid. Raises NotFound, StageNotOpen.

    One that is suspended for a missing report, and would go on with it, stays suspended for this reason.
    """

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        if not project.suspended or resumes_by_itself(project):
            yield ProjectSuspended(cause="officer", reason=self.reason)


class ResumeProject(ProjectCommand):
    """Let a suspended project go on, with a reason.

    After a failed mid-term evaluation only a second chance does that; a failed report must be given a later date first.

    Raises NotFound, StageNotOpen.
    """

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        if not project.suspended:
            return
        if project.mid_term and project.mid_term.status == "failed":
            raise StageNotOpen(stage="mid-term self-assessment", now="mid-term failed")
        if any(report.status == "failed" for report in project.reports.values()):
            raise StageNotOpen(stage="report due", now="report failed")
        yield ProjectResumed(reason=self.reason)
