"""Selection 遴选: gather the scores page by page, wait for the ranking, tell every project its place."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.selection import CompleteScores

WAKES = frozenset({"AssessmentClosed", "RankingPublished", "ProjectNotSelected"})


async def selection(story: Story) -> Standing:
    """A project waits for its round: the ranking, the notice, the award."""
    return await story.through("selection", "notice")


async def assessment(story: Story, round_id: str) -> Standing:
    """A round waits until its officer ends reviewing and roadshow, then takes down every project's scores."""
    await story.through("assessment")
    if story.now.stage == "ranking":
        await story.for_each("CollectScores")
        await story.put(CompleteScores(round=round_id))
    return await story.through("ranking", "selection")
