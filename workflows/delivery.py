"""Delivery 实施: reports, the mid-term evaluation, visits and tranches side by side; all but the tranches have dates."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset(
    {
        "DeliveryCompleted",
        "DeadlineExtended",
        "MidTermOpened",
        "SelfAssessmentSubmitted",
        "MidTermFailed",
        "MidTermDeferred",
        "SecondChanceGranted",
        "VisitPlanned",
        "CoachingRecorded",
        "ChangeRequested",
        "ReportsMoved",
        "ReportReturned",
    }
)


async def delivery(story: Story) -> Standing:
    """Keep the dates of everything delivery has to show, until it is complete."""
    return await story.through("delivery")
