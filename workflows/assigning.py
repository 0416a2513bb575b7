"""Assigning reviewers 分配评审: list the applications that wait for a panel, and seat the panels that were planned or drawn."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Story

with workflow.unsafe.imports_passed_through():
    from domain.assigning import CompleteAssignment, CompleteListing

WAKES = frozenset({"AssignmentOpened", "AssignmentPlanned", "ReviewersDrawn"})


async def assigning(story: Story, round_id: str) -> None:
    """As often as an officer asks for it, while the round is assessed."""
    await story.through("assessment")
    while story.now.stage in ("listing", "assigning"):
        if story.now.stage == "listing":
            await story.for_each("ListApplications")
            await story.put(CompleteListing(round=round_id))
        else:
            await story.for_each("SeatReviewers")
            await story.put(CompleteAssignment(round=round_id))
        await story.through("assessment")
