"""Ties 同分: what decides between equal totals, in the order the rules name it; where nothing decides, the id.

A draw is one that anybody can check (`domain/drawing.py`): the commitment is published before the assessment is closed, the seed
with the ranking. The candidates are the projects that have a total; the salt is the round's and the ranking's id, with a slash
between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from domain.drawing import draw, verify
from domain.errors import AlreadyExists, Malformed, NotAnswered
from domain.kernel import Actor, Sha256, Slug
from domain.round import Entry, Round, RoundCommand, RoundEvent
from domain.rules.ties import DRAW, EARLIER_APPLICATION, SMALLER_ASK


class TieDrawCommitted(RoundEvent):
    """The commitment to the seed that will break this ranking's ties."""

    stage: Slug
    commitment: Sha256

    def apply(self, state: Round) -> Round:
        return replace(state, commitments=MappingProxyType({**state.commitments, self.stage: self.commitment}))


class CommitToTieDraw(RoundCommand):
    """Publish the commitment to a secret seed, before the assessment is closed; it cannot be changed.

    Each ranking has a seed of its own: that of an earlier one is public. Raises NotFound, StageNotOpen, Malformed (no ties are
    drawn, or it was committed to for another ranking), AlreadyExists (another one is published).
    """

    commitment: Sha256

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.exists and round_.commitments.get(round_.step) == self.commitment:
            return
        round_.must_be("assessment", "call")
        if DRAW not in round_.ranking.ties:
            raise Malformed(field="commitment", rule="must be given only where ties are drawn")
        if round_.step in round_.commitments:
            raise AlreadyExists(kind="commitment", id=round_.step)
        if self.commitment in round_.commitments.values():
            raise Malformed(field="commitment", rule="must be to another seed than that of an earlier ranking")
        yield TieDrawCommitted(stage=round_.step, commitment=self.commitment)


def must_be_committed(round_: Round) -> None:
    """Where ties are drawn, the commitment is published. Raises NotAnswered."""
    if DRAW in round_.ranking.ties and round_.step not in round_.commitments:
        raise NotAnswered(field="ties", missing=("commitment",))


def drawn_order(round_: Round, seed: str | None) -> tuple[str, ...]:
    """The order that breaks ties, from the revealed seed; empty where none is drawn. Raises Malformed, DrawNotProven."""
    if DRAW not in round_.ranking.ties:
        if seed is not None:
            raise Malformed(field="seed", rule="must be given only where ties are drawn")
        return ()
    if seed is None:
        raise Malformed(field="seed", rule="must be given: ties are drawn")
    candidates = [entry.project for entry in round_.entries.values() if entry.total is not None]
    salt = f"{round_.id}/{round_.step}"
    order = draw(seed, salt=salt, candidates=candidates)
    verify(round_.commitments[round_.step], seed, salt=salt, candidates=candidates, drawn=order)
    return order


def before_the_other(round_: Round, drawn: Sequence[str]) -> Callable[[Entry], tuple[int, ...]]:
    """A key for entries of equal totals: the smaller goes first.

    Scores are taken down in the order of the applications, so the entries' own order says who applied earlier.
    """
    applied = {project: place for place, project in enumerate(round_.entries)}
    lots = {project: place for place, project in enumerate(drawn)}

    def key(entry: Entry) -> tuple[int, ...]:
        return tuple(
            entry.ask.minor
            if tie == SMALLER_ASK
            else applied[entry.project]
            if tie == EARLIER_APPLICATION
            else lots[entry.project]
            if tie == DRAW
            else -(entry.score_of(tie) or 0)
            for tie in round_.ranking.ties
        )

    return key
