"""Clawback 追回: remind of each instalment, put on record which is overdue, until the money is back or waived."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset({"ClawbackOrdered", "ProjectTerminated"})


async def clawback(story: Story) -> Standing:
    """Wait for the last repayment."""
    return await story.through("clawback")
