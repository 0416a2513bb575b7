"""Approval 审批: before it goes further, every award is voted on, by the matrix of its amount. Silence is never consent.

Here is how an approval opens, is reminded of, escalated and concluded; the votes are in voting.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.errors import NotDue
from domain.kernel import Actor, Moment, Slug
from domain.places import Approval
from domain.ranking import standing
from domain.round import Round, RoundEvent, StoryOfRound
from domain.rules.approval import ApprovalRules
from domain.rules.notice import NoticeRules


class ApprovalOpened(RoundEvent):
    """These awards can be voted on. `due` is when the result is expected; None where the rules set no days."""

    projects: tuple[Slug, ...]
    due: Moment | None = None
    remind_at: Moment | None = None

    def apply(self, state: Round) -> Round:
        # What an officer fixed for an approval before, before the reserve moved up, is not fixed for this one.
        return replace(
            state,
            approval_due=self.due,
            approval_remind_at=self.remind_at,
            approval_overdue=False,
            fixed=state.fixed - {"approval"},
        )


class AwardApproved(RoundEvent):
    """Every step of the award's tier has passed."""

    project: Slug

    def apply(self, state: Round) -> Round:
        return with_approval(state, self.project, replace(state.approvals[self.project], decided=True))


class ApprovalRefused(RoundEvent):
    """A step cannot pass any more: the award falls away. `reasons` are those of the votes against."""

    project: Slug
    step: Slug
    reasons: tuple[str, ...]

    def apply(self, state: Round) -> Round:
        decided = with_approval(state, self.project, replace(state.approvals[self.project], decided=True))
        return replace(decided, vacated=MappingProxyType({**state.vacated, self.project: "approval_refused"}))


class ApprovalConcluded(RoundEvent):
    """Every award is approved or refused: the public notice follows, or the awards themselves."""

    approved: int

    def apply(self, state: Round) -> Round:
        return after_approval(state)


class ApprovalReminded(RoundEvent):
    """`projects` are those not decided."""

    projects: tuple[Slug, ...]
    due: Moment

    def apply(self, state: Round) -> Round:
        return replace(state, approval_remind_at=None)


class ApprovalOverdue(RoundEvent):
    """The days for the result have passed: the officer is called. Nothing is approved by that."""

    projects: tuple[Slug, ...]
    due: Moment

    def apply(self, state: Round) -> Round:
        return replace(state, approval_overdue=True)


def with_approval(state: Round, project: str, approval: Approval) -> Round:
    return replace(state, approvals=MappingProxyType({**state.approvals, project: approval}))


def undecided(round_: Round) -> tuple[str, ...]:
    """The projects whose award is still voted on."""
    return tuple(
        project
        for project, approval in round_.approvals.items()
        if not approval.decided and project not in round_.vacated
    )


def awaiting_approval(state: Round) -> Round:
    """The round with a vote open on every award that has none; past the approval where there is nothing to vote on."""
    rules = state.rules.meant(ApprovalRules, None)
    new = {
        place.project: Approval(rules.tier_for(place.award))
        for place in standing(state)
        if place.project not in state.approvals
    }
    if not new:
        return after_approval(state)
    return replace(state, stage="approval", approvals=MappingProxyType({**state.approvals, **new}))


def after_approval(state: Round) -> Round:
    """The public notice, where there is something to show that was not shown; else every project is told."""
    return (
        replace(state, stage="notice", notice_ends_at=None) if to_be_shown(state) else replace(state, stage="published")
    )


def to_be_shown(state: Round) -> bool:
    """Whether a public notice follows: for the first awards always, after a change where the rules say so."""
    notice = next(state.rules.each(NoticeRules), None)
    if notice is None or not any(place.project not in state.shown for place in standing(state)):
        return False
    return not state.notices or bool(notice.again_after_change)


def opening(round_: Round, at: datetime) -> Iterator[RoundEvent]:
    """The approval opens with its days, when the round has come to it."""
    if round_.stage != "approval":
        return
    rules = round_.rules.meant(ApprovalRules, None)
    due = remind_at = None
    if rules.result_within_working_days is not None:
        due = round_.rules.calendar.after_working_days(at, rules.result_within_working_days)
        if rules.remind_before_days is not None:
            remind_at = due - timedelta(days=rules.remind_before_days)
    yield ApprovalOpened(
        projects=undecided(round_), due=due, remind_at=remind_at if remind_at and remind_at > at else None
    )


class RemindApproval(StoryOfRound):
    """The result is due soon. Raises NotDue."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        due, remind_at = round_.approval_due, round_.approval_remind_at
        if round_.stage != "approval" or due is None or remind_at is None:
            return
        if at < remind_at:
            raise NotDue(deadline="approval-reminder", due=remind_at)
        yield ApprovalReminded(projects=undecided(round_), due=due)


class EscalateApproval(StoryOfRound):
    """The days for the result have passed, and it is still to be decided. Raises NotDue."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "approval" or round_.approval_due is None or round_.approval_overdue:
            return
        if at < round_.approval_due:
            raise NotDue(deadline="approval", due=round_.approval_due)
        yield ApprovalOverdue(projects=undecided(round_), due=round_.approval_due)
