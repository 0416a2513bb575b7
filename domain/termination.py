"""Termination 终止: why a project ends before its time, and the organisation's own wish that it does (退出)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.errors import StageNotOpen
from domain.kernel import Actor, Money, Role, Text
from domain.progress import TerminationCause
from domain.project import Project, ProjectCommand, ProjectEvent
from domain.suspension import RUNNING


def without_settlement(payload: dict[str, Any]) -> dict[str, Any]:
    """A version 1 event's payload: what was paid stayed paid."""
    return payload | {"cause": "other", "spent": None, "to_return": None}


class ProjectTerminated(ProjectEvent):
    """The project is given up: what was promised goes back to the round, what was ordered back has come back or was waived.

    `spent` is what the bureau recognises of what was paid; `to_return` what had to come back. None where that was not said.
    """

    VERSION = 2
    EARLIER: ClassVar = {1: without_settlement}
    cause: TerminationCause
    reason: Text
    spent: Money | None
    to_return: Money | None

    def apply(self, state: Project) -> Project:
        return replace(state.ended("terminated"), termination=self.cause)


class WithdrawalRequested(ProjectEvent):
    """The organisation wishes to leave; an officer terminates the project, or does not consent."""

    reason: Text

    def apply(self, state: Project) -> Project:
        return replace(state, withdrawal=self.reason)


class WithdrawalRefused(ProjectEvent):
    reason: Text

    def apply(self, state: Project) -> Project:
        return replace(state, withdrawal="")


class RequestWithdrawal(ProjectCommand):
    """After the agreement, the organisation asks to be let go. Raises NotFound, StageNotOpen."""

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    reason: Text

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        if project.withdrawal != self.reason:
            yield WithdrawalRequested(reason=self.reason)


class RefuseWithdrawal(ProjectCommand):
    """Do not consent: the project goes on. Consent is given by terminating it. Raises NotFound, StageNotOpen."""

    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*RUNNING)
        if not project.withdrawal:
            raise StageNotOpen(stage="withdrawal asked for", now="no withdrawal asked for")
        yield WithdrawalRefused(reason=self.reason)
