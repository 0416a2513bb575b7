"""Seats on the panels of a project, as rows say them: which stage's they are, and whether their scores are waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from domain.assessment import Assessment
from domain.project import Project
from projections.project_rows import named
from projections.read_model import Story

Seats = Callable[[Project, str, Assessment], Iterator[dict[str, Any]]]
"""A project, the id of one of its stages and the review or roadshow there → what there is to say of each seat."""

Standing = Literal[
    "later",  # the project has not come to that stage yet
    "open",
    "done",
    "closed",  # the stage is over without their scores
]


def of_every_panel(story: Story, seats: Seats) -> Iterator[dict[str, Any]]:
    """The rows of all its panels, each with the project, the stage and its kind."""
    project: Project = story.state
    for step, assessment in project.assessments.items():
        kind = project.rules.stages[project.rules.place_of(step)].kind
        panel = named(story) | {"stage": step, "kind": kind}
        yield from (panel | seat for seat in seats(project, step, assessment))


def standing(project: Project, step: str, assessment: Assessment, person: str) -> Standing:
    """How far somebody has come who sits on the panel and is not recused."""
    if person in assessment.panel.scored:
        return "done"
    if project.over or assessment.over:
        return "closed"
    return "open" if project.step == step else "later"
