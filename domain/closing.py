"""Closing 结项: a settled project is closed; a round is closed when none of its money is outstanding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.errors import MoneyOutstanding
from domain.fund import AllocationReturned, Fund
from domain.kernel import Actor, Aggregate, Event
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.round import Round, RoundCommand, RoundEvent


class ProjectClosed(ProjectEvent):
    grade: str

    def apply(self, state: Project) -> Project:
        return replace(state, stage="closed", outcome="closed")


class RoundClosed(RoundEvent):
    def apply(self, state: Round) -> Round:
        return replace(state, stage="closed")


class CloseProject(StoryOfProject):
    """Evaluated, and every tranche paid or forfeited."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage == "settlement" and all(t.status in {"paid", "forfeited"} for t in project.tranches.values()):
            yield ProjectClosed(grade=project.grade)


class CloseRound(RoundCommand):
    """End a round: nothing promised is unpaid; what was not used goes back to the fund, with its purpose.

    Raises NotFound, StageNotOpen, MoneyOutstanding.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round, Fund)

    def decide(self, round_: Round, fund: Fund, by: Actor, at: datetime) -> Iterator[Event]:
        if round_.stage == "closed":
            return
        round_.must_be("running")
        outstanding = fund.outstanding_in(round_.id)
        if outstanding:
            raise MoneyOutstanding(outstanding=str(fund.money(outstanding)))
        yield RoundClosed()
        left = fund.free_in(round_.id)
        if left:
            yield AllocationReturned(round=round_.id, amount=fund.money(left))
