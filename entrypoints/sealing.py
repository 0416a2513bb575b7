"""Scores are sealed until their stage is concluded: others of the panel, and whoever applies, see them only then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.project import Project

SEALED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "ReviewSubmitted": ("scores", "comment"),
    "RoadshowScored": ("scores",),
}
"""Event → what of its payload is under seal."""


def is_sealed(name: str, author: str, project: Project, reader: str) -> bool:
    """Whether the scores of this event (by its stored name) are still under seal for the reader."""
    title = name.partition(".")[0]
    if title not in SEALED_FIELDS or author == reader or project.over:
        return False
    return project.review_score is None if title == "ReviewSubmitted" else not project.roadshow_over


def without_sealed(name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    hidden = SEALED_FIELDS[name.partition(".")[0]]
    return {key: value for key, value in payload.items() if key not in hidden}


def seal_state(state: dict[str, Any], now: Project, reader: str) -> dict[str, Any]:
    """The folded project as JSON, without the scores that are still under seal for the reader."""
    for panel, event in (("review", "ReviewSubmitted"), ("roadshow", "RoadshowScored")):
        scored = {
            author: scores if not is_sealed(event, author, now, reader) else None
            for author, scores in state[panel]["scored"].items()
        }
        state = {**state, panel: {**state[panel], "scored": scored}}
    return state
