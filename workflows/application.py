"""Application 申请: the officer's days for the formal check."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset({"ApplicationSubmitted", "ApplicationWithdrawn", "EligibilityDecided", "DeadlineExtended"})


async def application(story: Story) -> Standing:
    """Wait for the formal check; when its days pass, say so on record and go on waiting."""
    return await story.through("eligibility")
