"""Agreement 协议: grant the awards page by page; each project has its days to sign, or the award lapses."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.agreement import CompleteAwards

WAKES = frozenset(
    {
        *("AwardGranted", "AwardRefused", "AwardDeclined", "AwardRevoked", "HonourConferred"),
        *("AgreementConcluded", "DeadlineExtended"),
    }
)


async def agreement(story: Story) -> Standing:
    """A project waits for both signatures or the last day for them."""
    return await story.through("agreement")


async def awards(story: Story, round_id: str) -> Standing:
    """A round promises the published awards from its fund, project by project."""
    if story.now.stage == "award":
        await story.for_each("GrantAward")
        await story.put(CompleteAwards(round=round_id))
    return await story.through("award")
