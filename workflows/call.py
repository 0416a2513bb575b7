"""Call 征集: opens and closes by the calendar."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset({"RoundOpened", "RoundDeadlineExtended"})


async def call(story: Story) -> Standing:
    """Wait for the call's first day, then for its last."""
    return await story.through("planned", "call")
