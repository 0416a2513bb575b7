"""Suspension 暂停: no money moves until the project is resumed; what the organisation owes, it still owes, on the same dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from domain.errors import StageNotOpen
from domain.kernel import Actor, Text
from domain.project import Project, ProjectCommand, ProjectEvent, Stage

RUNNING: tuple[Stage, ...] = ("delivery", "evaluation", "settlement")
"""After the agreement, before the end."""
Cause = Literal["officer", "mid_term_failed", "report_missing"]


class ProjectSuspended(ProjectEvent):
    """`cause` is who or what suspended it: an officer, with a reason, or what the rules say follows."""

    cause: Cause
    reason: str

    def apply(self, state: Project) -> Project:
        return replace(state, suspension=self.reason or self.cause)


class ProjectResumed(ProjectEvent):
    reason: Text

    def apply(self, state: Project) -> Project:
        return replace(state, suspension="")


class SuspendProject(ProjectCommand):
    """Stop the money of a project: tranches are neither asked for nor paid. Raises NotFound, StageNotOpen."""

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        if not project.suspended:
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
