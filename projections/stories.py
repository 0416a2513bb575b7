"""Telling stories: the streams of projects, rounds and funds are folded as the domain folds them, event by event.

A read model about what stands open asks the domain's own state, so it cannot disagree with the domain. A stream's rows follow
from that stream's events alone; what is kept in memory here is only to be quick, and may be forgotten at any time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from domain.event_store import EventStore, Recorded
from domain.kernel import AGGREGATES
from projections.read_model import Batch, ReadModel, Row, Story, Told

KEPT = 10_000
"""How many stories are kept in memory."""
_TOLD = {"project", "round", "fund"}

Rewritten = dict[str, dict[str, Sequence[Row]]]


class Stories:
    """The stories of some read models, as they stand at `position`."""

    def __init__(self, store: EventStore, models: Iterable[ReadModel], position: int) -> None:
        self._store = store
        self.models = tuple(models)
        self.position = position
        self._known: OrderedDict[str, Story] = OrderedDict()
        self._failures: dict[str, Exception] = {}
        self._tells = [(model, table, tell) for model in self.models for table, tell in model.tells.items()]
        assert len({table for _, table, _ in self._tells}) == len(self._tells), "two tables of stories have one name"

    def read_on(self, events: Sequence[Recorded], until: int) -> Batch:
        """Fold the next events; `until` is the position they reach to."""
        told = [Told(recorded) for recorded in events]
        before: Rewritten = {table: {} for _, table, _ in self._tells}
        if self._tells:
            for each in told:
                if each.recorded.stream.partition(":")[0] in _TOLD:
                    self._tell(each, before)
        self.position = until
        rewritten: Rewritten = {table: {} for table in before}
        for table, streams in before.items():
            for stream, rows in streams.items():
                now = self._known[stream].rows[table]
                if now != rows:
                    rewritten[table][stream] = now
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return Batch(told, rewritten, self._failures)

    def _tell(self, told: Told, before: Rewritten) -> None:
        recorded = told.recorded
        story = self._known.get(recorded.stream)
        if story is None and recorded.version > 1:
            for earlier in self._store.recorded(recorded.stream, up_to=recorded.version - 1):
                story = self._fold(story, Told(earlier))
        if story is not None:
            for table, rows in story.rows.items():
                before[table].setdefault(recorded.stream, rows)
        story = self._fold(story, told)
        for table in story.rows:
            before[table].setdefault(recorded.stream, ())
        self._known[recorded.stream] = story
        self._known.move_to_end(recorded.stream)

    def _fold(self, story: Story | None, told: Told) -> Story:
        recorded, event = told.recorded, told.event
        if story is None:
            kind, _, id_ = recorded.stream.partition(":")
            state = event.apply(AGGREGATES[kind](id=id_))
            story = Story(recorded.stream, recorded.version, state, event, told)
        else:
            assert recorded.version == story.version + 1, (
                f"{recorded.stream}: an event is missing before {recorded.version}"
            )
            story.state, story.version, story.last = event.apply(story.state), recorded.version, told
        for model, table, tell in self._tells:
            rows = story.rows.get(table, ())
            if recorded.name in model.reads:
                try:
                    rows = tell(story, rows)
                except Exception as failure:  # noqa: BLE001  the other read models go on; this one raises it when it takes
                    self._failures.setdefault(model.name, failure)
            story.rows[table] = rows
        return story
