"""Selection 遴选: gather the scores page by page, wait for the ranking, tell every project its place."""

from __future__ import annotations

from temporalio import workflow

from workflows.assigning import assigning
from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.result import CompletePlaces
    from domain.selection import CompleteScores

WAKES = frozenset({"AssessmentClosed", "RankingPublished", "ProjectShortlisted", "ProjectNotSelected", "VoteOpened"})


async def selection(story: Story) -> Standing:
    """A project waits for its round: the ranking, the notice, the award."""
    return await story.through("selection", "notice")


async def assessment(story: Story, round_id: str) -> Standing:
    """A round assigns reviewers, waits until its officer ends what comes before a ranking, and takes down every project's scores.

    When the ranking is published without a public notice, every project is told at once. After a shortlist it all begins again.
    """
    while True:
        await assigning(story, round_id)
        if story.now.stage == "ranking":
            await story.for_each("CollectScores")
            await story.put(CompleteScores(round=round_id))
        await story.through("ranking", "selection")
        if story.now.stage != "published":
            return story.now
        await places(story, round_id)


async def places(story: Story, round_id: str) -> Standing:
    """Tell every project its place, where no public notice comes in between; also when somebody moved up from the reserve."""
    if story.now.stage == "published":
        await story.for_each("RecordSelection")
        await story.put(CompletePlaces(round=round_id))
    return story.now
