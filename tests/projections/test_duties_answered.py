"""Whoever is shown a duty can do it: the command it names is accepted from them, at any moment of any life there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby

from domain.errors import ConflictOfInterest, Refusal
from domain.kernel import AGGREGATES, Event
from domain.project import Project
from domain.round import Round
from projections import duties
from projections.read_model import Story, Told
from tests.controls import tranches_of
from tests.delivering import a_late_report
from tests.domain.golden_events import LIVES as GOLDEN
from tests.domain.test_gate import AGREEMENT, INVOICE, REPORT
from tests.projections.chronicle import chronicle
from tests.projections.duty_answers import ANSWERS, Row, answer, somebody
from tests.projections.lives import LIVES
from tests.situations import a_concluded_agreement, a_programme
from tests.world import Situation, World, steps


def a_tranche_behind_an_invoice() -> Situation:
    both = ({"kind": "all", "of": [gate, INVOICE]} for gate in (AGREEMENT, REPORT))
    plan = steps(a_programme(tranches_of(*both)), a_concluded_agreement())
    return Situation("a tranche behind an invoice", lambda world: world, plan)


def a_report_that_failed() -> Situation:
    return a_late_report("fail")


SEEN: set[bytes] = set()
"""What happened until then, as a hash: lives begin alike, and each moment is tried once."""


def moments(life: object) -> Iterator[tuple[World, list[Row]]]:
    """After every command of a life, the world and the inbox of everybody in it."""
    situations = life if isinstance(life, tuple) else (life(),)  # type: ignore[operator]
    world, openings = World(), dict[str, Event]()
    rows, settled = dict[str, list[Row]](), dict[str, Row]()
    print_ = hashlib.sha256()
    for _, command in groupby(chronicle(*situations), key=lambda recorded: recorded.command_id):
        for recorded in command:
            kind, _, id_ = recorded.stream.partition(":")
            state = recorded.event.apply(world.streams.get(recorded.stream) or AGGREGATES[kind](id=id_))
            world = World(streams={**world.streams, recorded.stream: state}, now=recorded.recorded_at)
            print_.update(recorded.raw)
            if isinstance(state, Project | Round):
                told = Told(recorded)
                opening = openings.setdefault(recorded.stream, told.event)
                story = Story(recorded.stream, recorded.version, state, opening, told)
                rows[recorded.stream] = [*duties.tell(story, rows.get(recorded.stream, ()))]
                settled |= {row["subject"]: row for row in duties.progress(story, ())}
        if print_.digest() not in SEEN:
            SEEN.add(print_.digest())
            yield world, [row for each in rows.values() for row in each if is_shown(row, settled)]


def is_shown(row: Row, settled: dict[str, Row]) -> bool:
    """As the read model's question says: the last duties of a round wait for its projects."""
    waits_for = {"assessment": "assessed_at", "closing": "settled_at"}.get(row["kind"])
    return waits_for is None or all(each[waits_for] for each in settled.values() if each["round"] == row["round"])


def at_its_time(world: World, row: Row) -> World:
    """Judges know beforehand that they will score, and cannot before the session begins."""
    if row["kind"] != "roadshow":
        return world
    starts_at = world.get(Project, row["project"]).now.starts_at
    return world.at(max(world.now, starts_at)) if starts_at else world


def test_whoever_is_shown_a_duty_can_do_it() -> None:
    refused, met = list[str](), set[str]()
    for life in (*LIVES, a_tranche_behind_an_invoice, a_report_that_failed, *GOLDEN):
        for world, inbox in moments(life):
            for row in inbox:
                command = answer(world, row)
                if command is None:
                    continue
                met.add(row["kind"])
                try:
                    at_its_time(world, row).decided(command, somebody(row))
                except Refusal as refusal:
                    if row["kind"] == "review" and isinstance(refusal, ConflictOfInterest):
                        continue  # a tie recorded since: the panel hears of it when the reviewer tries
                    refused.append(f"{row['kind']} {row['part']} of {row['role']}: {refusal!r} at {world.now}")
    assert not refused, "\n".join(dict.fromkeys(refused))
    assert set(ANSWERS) - met == set()
