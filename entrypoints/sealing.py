"""Scores are sealed until their stage is concluded: others of the panel, and whoever applies, see them only then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.project import Project

SEALED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "ReviewSubmitted": ("scores", "comment"),
    "RoadshowScored": ("scores",),
    "MidTermAssessed": ("scores", "opinion"),
    "MoreReviewersCalled": ("spread", "deviation"),  # with one's own score, they tell the other's
}
"""Event → what of its payload is under seal."""


_ONLY_STAGE = {"ReviewSubmitted": "review", "RoadshowScored": "roadshow"}
"""The stage of an event's first version, which names none."""


def is_sealed(name: str, payload: Mapping[str, Any], author: str, project: Project, reader: str) -> bool:
    """Whether the scores of this event (by its stored name) are still under seal for the reader."""
    title = name.partition(".")[0]
    if title not in SEALED_FIELDS or author == reader or project.over:
        return False
    if title == "MidTermAssessed":
        return mid_term_goes_on(project)
    return not project.assessment(payload.get("stage") or _ONLY_STAGE[title]).over


def mid_term_goes_on(project: Project) -> bool:
    """Somebody has scored at mid-term, and others of the panel have still to."""
    return project.mid_term is not None and project.mid_term.status == "review"


def without_sealed(name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    hidden = SEALED_FIELDS[name.partition(".")[0]]
    return {key: value for key, value in payload.items() if key not in hidden}


def seal_state(state: dict[str, Any], now: Project, reader: str) -> dict[str, Any]:
    """The folded project as JSON, without the scores that are still under seal for the reader."""
    assessments = {}
    for step, assessment in state["assessments"].items():
        open_to_all = now.over or now.assessment(step).over
        sealed = {
            part: {
                author: said if open_to_all or author == reader else None
                for author, said in assessment["panel"][part].items()
            }
            for part in ("scored", "comments")
        }
        assessments[step] = {**assessment, "panel": {**assessment["panel"], **sealed}}
    mid_term = state["mid_term"]
    if mid_term and mid_term_goes_on(now):
        mine = {author: said if author == reader else None for author, said in mid_term["scored"].items()}
        mid_term = {**mid_term, "scored": mine}
    return {**state, "assessments": assessments, "mid_term": mid_term}
