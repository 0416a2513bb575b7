"""Round extension 批次延期: the call, a vote, an approval, a notice, an answer to an objection or a reserve gets more days.

An officer gives them, with a reason; what is over is not opened again, but who is late with an answer may get another day for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from domain.errors import StageNotOpen
from domain.extension import begun, later
from domain.kernel import Actor, Moment, Slug, Text
from domain.objection import found_in, with_objection
from domain.round import Round, RoundCommand, RoundEvent
from domain.rules.approval import ApprovalRules
from domain.rules.notice import NoticeRules
from domain.vote import ballot_rules

RoundDeadline = Literal["call-closes", "vote", "approval", "notice", "objection", "reserve"]
OF_SEVERAL: Mapping[RoundDeadline, str] = MappingProxyType({"vote": "tally", "objection": "objection"})
"""Deadlines of which there are several in a round, and what `part` names then."""


def _of_version_1(payload: dict[str, Any]) -> dict[str, Any]:
    """There was one of each kind, and none had a reminder."""
    return payload


class RoundDeadlineExtended(RoundEvent):
    """Until when something is taken or answered; `part` is the tally voted on, or the objection, which is to `project`.

    `remind_at` is set where a reminder lies ahead (again).
    """

    VERSION = 2
    EARLIER: ClassVar = {1: _of_version_1}
    deadline: RoundDeadline
    part: Slug | None = None
    project: Slug | None = None
    was: Moment
    due: Moment
    remind_at: Moment | None = None
    reason: Text

    def apply(self, state: Round) -> Round:
        fixed = replace(state, fixed=state.fixed | {self.deadline})
        match self.deadline:
            case "call-closes":
                return replace(state, closes_at=self.due, moving=True)
            case "vote":
                return replace(state, votes=MappingProxyType({**state.votes, str(self.part): self.due}))
            case "approval":
                return replace(fixed, approval_due=self.due, approval_remind_at=self.remind_at, approval_overdue=False)
            case "notice":
                return replace(fixed, notice_ends_at=self.due)
            case "objection":
                before = state.objections[str(self.part)]
                return with_objection(
                    state,
                    str(self.part),
                    answer_by=self.due,
                    remind_at=self.remind_at or before.remind_at,
                    reminded=before.reminded and self.remind_at is None,
                    overdue=False,
                )
            case "reserve":
                return replace(state, reserve_until=self.due)


class ExtendRoundDeadline(RoundCommand):
    """Take applications (call-closes), ballots (vote) or objections (notice) for longer, as long as the last day is not over.

    Or give the approvers, or who answers an objection, more days, also after they are over; or keep the reserve longer.

    `until` is the new last day, included, in the programme's time zone: later than the present one, by at most 365 days. `part`
    says which, for a vote (the tally) and for the answer to an objection (its id). The formal check of applications already in
    counts from the call's new end: its story tells them.

    Raises NotFound, StageNotOpen, Malformed, AboveLimit.
    """

    deadline: RoundDeadline
    part: Annotated[Slug | None, Field(validate_default=True)] = None
    until: date
    reason: Text

    @field_validator("part")
    @classmethod
    def _of_several(cls, part: str | None, info: ValidationInfo) -> str | None:
        if (info.data.get("deadline") in OF_SEVERAL) != (part is not None):
            raise ValueError("must be given where a round has several such deadlines, and only there")
        return part

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        was = self._present(round_, at)
        due = later(round_.rules.calendar, was, self.until, at)
        if due is None:
            return
        before = self._remind_before(round_)
        remind_at = None if before is None else due - timedelta(days=before)
        yield RoundDeadlineExtended(
            deadline=self.deadline,
            part=self.part,
            project=round_.objections[str(self.part)].project if self.deadline == "objection" else None,
            was=was,
            due=due,
            remind_at=remind_at if remind_at and remind_at > at else None,
            reason=self.reason,
        )

    def _present(self, round_: Round, at: datetime) -> datetime:
        """Raises NotFound, StageNotOpen: the stage has not come, or its days are over, or there is no such deadline."""
        match self.deadline:
            case "call-closes":
                round_.must_be("call", "planned")
                return not_over(begun(round_.closes_at), at, "call", "the call's days are over")
            case "vote":
                round_.must_be("assessment", "call")
                rule = ballot_rules(round_, str(self.part))
                return not_over(begun(round_.votes.get(rule.id)), at, "vote", "the vote's days are over")
            case "approval":
                round_.must_be("approval")
                return begun(round_.approval_due)
            case "notice":
                round_.must_be("notice")
                return not_over(begun(round_.notice_ends_at), at, "notice", "the notice's days are over")
            case "objection":
                round_.must_be("notice")
                found = found_in(round_, str(self.part))
                if found.answered:
                    raise StageNotOpen(stage="open objection", now="answered")
                return begun(found.answer_by)
            case "reserve":
                round_.must_be("running", "approval", "published", "notice", "award")
                return begun(None if round_.reserve_closed else round_.reserve_until)

    def _remind_before(self, round_: Round) -> int | None:
        """How many days before the new last day whoever is waited for is reminded; None: not at all."""
        if self.deadline == "approval":
            return round_.rules.meant(ApprovalRules, None).remind_before_days
        return round_.rules.meant(NoticeRules, None).remind_before_days if self.deadline == "objection" else None


def not_over(was: datetime, at: datetime, stage: str, now: str) -> datetime:
    """Raises StageNotOpen: the days are over, and what silence means is about to happen."""
    if at >= was:
        raise StageNotOpen(stage=stage, now=now)
    return was
