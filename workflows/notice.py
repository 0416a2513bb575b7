"""Public notice 公示: open it, tell the projects, wait for its last day and for the answers to objections."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.notice import OpenNotice

WAKES = frozenset({"ObjectionRaised", "ObjectionUpheld", "ObjectionDismissed", "RoundDeadlineExtended"})
"""An objection raised may have to be answered in time: the story then has another deadline."""


async def notice(story: Story, round_id: str) -> Standing:
    """Begin the working days, take the ranking over into every project, and wait until the notice can end."""
    if story.now.stage == "notice":
        await story.put(OpenNotice(round=round_id))
        await story.for_each("RecordSelection")
        await story.ask()
    return await story.through("notice")
