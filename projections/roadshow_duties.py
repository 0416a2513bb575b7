"""What waits for whom at a roadshow and until the assessment can be closed: sessions, slots, scores, tallies, the draw of ties.

A part of the duties (projections/duties.py): each is the kind, the role and the part it is about, and what else is known of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.project import Project
from domain.round import Round
from domain.rules.roadshow import RoadshowRules
from domain.rules.selection import RankingRules
from domain.rules.ties import DRAW
from domain.tally import tallies_missing
from projections.duty import Kind

Waiting = tuple[Kind, str, str, dict[str, Any]]


def of_project(project: Project) -> Iterator[Waiting]:
    """An invitation, then its slot, and the scores of whoever sits before it."""
    if project.stage != "roadshow":
        return
    now, slots = project.now, project.rules.stage(RoadshowRules, project.step).slots
    if not now.session:
        yield "invitation", "officer", "", {}
    elif slots is not None:
        yield "slot", "officer", "", {"due": now.due}
    if slots is None or now.on_stage:
        for person in now.panel.silent:
            yield "roadshow", "judge", "", {"person": person, "due": now.due}


def of_round(round_: Round) -> Iterator[Waiting]:
    """What is missing before the next ranking; when nothing is, the assessment is to be closed."""
    if round_.stage != "assessment":
        return
    missing = tallies_missing(round_)
    for tally in missing:
        if tally not in round_.votes:
            yield "tally", "officer", tally, {}
    uncommitted = DRAW in round_.ranking.ties and round_.step not in round_.commitments
    if uncommitted:
        yield "commitment", "officer", round_.step, {}
    if not missing and not uncommitted:
        yield "assessment", "officer", "", {}
    yield from _sessions(round_)


def _sessions(round_: Round) -> Iterator[Waiting]:
    rules = {rule.id: rule for rule in _roadshows_before(round_)}
    if set(rules) - {session.stage for session in round_.sessions.values()}:
        yield "session", "officer", "", {}
    for id_, session in round_.sessions.items():
        slots = rules[session.stage].slots if session.stage in rules else None
        if slots is not None and session.projects:
            if slots.drawn and not session.order:
                yield "draw", "officer", id_, {"due": session.starts_at}
            if session.present is None:
                yield "attendance", "officer", id_, {"due": session.starts_at}


def _roadshows_before(round_: Round) -> Iterator[RoadshowRules]:
    """The roadshows between the last ranking and the one that is being prepared."""
    rules = round_.rules
    for place in range(rules.place_of(round_.step) - 1, -1, -1):
        rule = rules.stages[place]
        if isinstance(rule, RankingRules):
            return
        if isinstance(rule, RoadshowRules):
            yield rule
