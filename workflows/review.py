"""Review 评审: open the panel's days, remind, extend, conclude or lapse."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.review import ConcludeReview, OpenReview

WAKES = frozenset({"QuorumReached", "DeadlineExtended", "RecusalAsked"})


async def review(story: Story, project: str) -> Standing:
    """Open the stage and wait for everybody's scores or the deadline; what either means, the domain knows."""
    if story.now.stage == "review":
        await story.put(OpenReview(project=project))
    if story.now.stage == "review":
        # Reviewers may have been quicker than the opening: then there is nothing left to wait for.
        await story.put(ConcludeReview(project=project))
    return await story.through("review", woken=ConcludeReview(project=project))
