"""Closing 结项: a round runs until its officer closes it."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset(
    {"ProjectTerminated", "RoundClosed", "ReservePromoted", "ReserveClosed", "AwardsResumed", "RoundDeadlineExtended"}
)


async def running(story: Story) -> Standing:
    """The round's projects live their own lives; the round waits to be closed, or for somebody to move up from the reserve."""
    return await story.through("running")
