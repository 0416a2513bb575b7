"""Approval 审批: wait for the votes on every award; silence is reminded of and escalated, and never approves anything."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset({"ApprovalOpened", "ApprovalConcluded", "RoundDeadlineExtended"})


async def approval(story: Story) -> Standing:
    """A round waits for its approvers."""
    return await story.through("approval")
