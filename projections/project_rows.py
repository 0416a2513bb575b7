"""What every row about a project says of it, in whatever read model the row is."""

from __future__ import annotations

from typing import Any

from domain.project import Project
from projections.read_model import Story


def named(story: Story) -> dict[str, Any]:
    """Which project it is; not whose, which a blind reviewer does not read."""
    project: Project = story.state
    return {
        "subject": story.stream,
        "project": project.id,
        "title": story.opening.title,
        "round": project.round,
        "programme": project.programme,
    }
