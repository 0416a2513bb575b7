"""Roadshow 路演: wait for the judges' scores; who is not scored in time was absent."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset({"RoadshowInvited", "DeadlineExtended", "RoadshowScheduled"})
"""A session that is set anew is the round's: its story tells the projects."""


async def roadshow(story: Story) -> Standing:
    """Wait for an invitation, then for the judges or the last day for scores."""
    return await story.through("roadshow")
