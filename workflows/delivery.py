"""Delivery 实施: reports and tranches side by side. Tranches wait for people only; reports are reminded and go overdue."""

from __future__ import annotations

from workflows.story import Standing, Story

WAKES = frozenset({"DeliveryCompleted", "DeadlineExtended"})


async def delivery(story: Story) -> Standing:
    """Keep the reports' dates until the last one is accepted."""
    return await story.through("delivery")
