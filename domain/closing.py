"""Closing 结项: a settled project is closed; a round is closed when none of its money is outstanding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.errors import MoneyOutstanding, ReserveOpen
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Text
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.ranking import reserve
from domain.round import Round, RoundCommand, RoundEvent
from domain.streams import To


class ProjectClosed(ProjectEvent):
    grade: str

    def apply(self, state: Project) -> Project:
        return replace(state, stage="closed", outcome="closed")


class ProjectTerminated(ProjectEvent):
    """The project is given up: what was paid stays paid, what was promised goes back to the round."""

    reason: Text

    def apply(self, state: Project) -> Project:
        return state.ended("terminated")


class RoundClosed(RoundEvent):
    def apply(self, state: Round) -> Round:
        return replace(state, stage="closed")


class CloseProject(StoryOfProject):
    """Evaluated where the programme has an evaluation, and every tranche paid or forfeited."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage == "settlement" and project.paid_up:
            yield ProjectClosed(grade=project.grade)


class TerminateProject(ProjectCommand):
    """Give up a project that does not deliver, so that its round can be closed; it cannot be undone.

    Raises NotFound, StageNotOpen.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    reason: Text

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if project.outcome == "terminated":
            return
        project.must_be("delivery", "evaluation", "settlement")
        yield ProjectTerminated(reason=self.reason)
        yield from funds.release(project.round, project.id)


class CloseRound(RoundCommand):
    """End a round: nothing promised is unpaid; what was not used goes back to the fund, with its purpose.

    Raises NotFound, StageNotOpen, ReserveOpen, MoneyOutstanding.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round, Fund)

    def decide(self, round_: Round, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if round_.stage == "closed":
            return
        round_.must_be("running")
        waiting = len(reserve(round_))
        if waiting:
            raise ReserveOpen(waiting=waiting)
        outstanding = funds.outstanding_in(round_.id)
        if outstanding:
            raise MoneyOutstanding(outstanding=str(funds.money(outstanding)))
        yield RoundClosed()
        yield from funds.end(round_.id, always=round_.rules.returned_to == "round")
