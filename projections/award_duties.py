"""What waits for whom between the ranking and the running projects: votes, objections, the reserve, awards that were held up.

A part of the duties (projections/duties.py): each is the kind, the role and the part it is about, and what else is known of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.approval import undecided
from domain.project import PAYING, Project
from domain.ranking import reserve
from domain.round import Round
from domain.sponsored import refundable, unpaid
from projections.duty import Kind

Waiting = tuple[Kind, str, str, dict[str, Any]]


def of_project(project: Project) -> Iterator[Waiting]:
    """What the round's story could not do with the project, as long as it stands where it stood; a sponsor's money."""
    if project.held_up and project.held_up[0] == project.stage:
        yield "grant", "officer", project.held_up[1], {}
    if project.stage in {"notice", "agreement", *PAYING} and unpaid(project).minor:
        yield "pledge", "funder", "", {"person": project.claimed_by or None}
        yield "sponsorship", "trustee", "", {}
    if refundable(project).minor:
        yield "refund", "trustee", "", {}


def of_round(round_: Round) -> Iterator[Waiting]:
    match round_.stage:
        case "selection":
            yield "ranking", "officer", "", {}
        case "approval":
            yield from _votes(round_)
        case "notice":
            yield from _objections(round_)
        case "running" if reserve(round_):
            yield "reserve", "officer", "", {"due": round_.reserve_until}
        case "running":
            yield "closing", "officer", "", {}


def _votes(round_: Round) -> Iterator[Waiting]:
    """Of everybody by name who has not voted in the present step, or of whoever may vote there."""
    for project in undecided(round_):
        approval = round_.approvals[project]
        voted = approval.of_step(approval.step.id)
        for person in approval.step.of or (None,):
            if person is None or person not in voted:
                part = f"{project}/{approval.step.id}"
                yield "vote", "approver", part, {"person": person, "project": project, "due": round_.approval_due}


def _objections(round_: Round) -> Iterator[Waiting]:
    """Of the officer assigned, else of any."""
    for id_ in round_.open_objections:
        found = round_.objections[id_]
        due = found.answer_by or round_.notice_ends_at
        yield "objection", "officer", id_, {"person": found.assigned or None, "project": found.project, "due": due}
