"""Application 申请: the days for each formal check, and for what the applicant has to complete."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.eligibility import OpenEligibility

WAKES = frozenset(
    {
        "ApplicationSubmitted",
        "ApplicationWithdrawn",
        "EligibilityDecided",
        "ReturnedForCompletion",
        "ApplicationCompleted",
        "DeadlineExtended",
        "DeadlinesMoved",
    }
)


async def application(story: Story, project: str) -> Standing:
    """Open a check that is not the first stage, then wait for it; in silence, remind and lapse, or say so on record."""
    if story.now.unopened:
        await story.put(OpenEligibility(project=project))
    return await story.through("eligibility")
