"""Which streams have a story that should be running: what the waker starts again must be what the domain says is not over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.deadlines import Deadline, of_project, of_round
from domain.kernel import AGGREGATES, EVENTS, Event
from domain.project import Project
from domain.round import Round
from domain.stored_form import stored_names
from tests.domain.golden_events import LIVES
from tests.world import given
from workers.waker import ENDED, STARTED
from workflows.wakes import WAKES


def test_a_story_is_missed_from_the_events_that_begin_a_stream_to_those_that_end_it() -> None:
    begun, ended = set[type[Event]](), set[type[Event]]()
    for life in LIVES:
        states: dict[str, Project | Round] = {}
        for stream, event in given(*life).world.events:
            kind, _, id_ = stream.partition(":")
            if kind not in {"project", "round"}:
                continue
            before = states.get(stream) or AGGREGATES[kind](id=id_)
            after = states[stream] = event.apply(before)
            if not before.exists:
                begun.add(type(event))
            if after.stage in {"closed", "ended"} and before.stage not in {"closed", "ended"}:  # type: ignore[attr-defined]
                ended.add(type(event))
    assert stored_names(*begun) == frozenset().union(*STARTED)
    assert stored_names(*ended) == ENDED


PUT_BY_THE_STORY = {
    *("CallOpened", "EligibilityOpened", "EvaluationOpened", "NoticeOpened"),
    *("ReviewOpened", "ReviewExtended", "MoreReviewersCalled", "ClosingDutiesBegun"),
}
"""It asks for the next deadline after each of its own commands."""


def test_whatever_begins_a_deadline_wakes_the_story_that_has_to_wait_for_it() -> None:
    """Otherwise it would go on waiting for the deadline after that, for months perhaps."""
    unheard = set[str]()
    for life in LIVES:
        states: dict[str, Project | Round] = {}
        for stream, event in given(*life).world.events:
            kind, _, id_ = stream.partition(":")
            if kind in {"project", "round"}:
                before = states.get(stream) or AGGREGATES[kind](id=id_)
                after = states[stream] = event.apply(before)
                known = {*open_deadlines(before)} if before.exists else set()
                if {*open_deadlines(after)} - known:
                    unheard.add(type(event).__name__)
    concluded_with_the_agreement = {"MidTermPlanned", "VisitsDemanded"}
    assert unheard - WAKES - PUT_BY_THE_STORY == concluded_with_the_agreement


def open_deadlines(state: Any) -> Iterator[Deadline]:
    return of_project(state) if isinstance(state, Project) else of_round(state)


def test_chapters_wait_for_events_that_exist() -> None:
    assert {event.__name__ for event in EVENTS.values()} >= WAKES
