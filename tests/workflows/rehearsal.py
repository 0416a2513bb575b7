"""A whole round played in memory: the real stories without Temporal, the real duties without a database.

A story's coroutine runs until it waits; it goes on when an event that wakes it was recorded, or when its time has come. So what is
never waited for, or never waited for any more, shows here as it would on the real stack, in milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from temporalio.testing import ActivityEnvironment

from domain.commands import parse
from domain.deadlines import next_of
from domain.errors import Refusal
from domain.kernel import AGGREGATES, Actor, Command, Event
from domain.person import Person
from domain.project import Project
from domain.round import Round
from domain.store_clock import Reading
from projections import duties
from projections.read_model import Row, Told
from projections.read_model import Story as ToldStory
from tests.world import World
from workers.waker import STARTED
from workflows.hands import Hands
from workflows.project import ProjectLife, ProjectSoFar
from workflows.round import RoundLife, RoundSoFar
from workflows.story import Errand, Page, Standing
from workflows.wakes import WAKES

_BEGUN = frozenset().union(*STARTED)
_ENDLESS = 400
_WAITS_FOR_ITS_ROUND = ("selection", "notice")
"""Stages in which a project has nothing to do itself."""


class Continued(Exception):
    """The story goes on as new, with this input."""

    def __init__(self, life: Any) -> None:
        super().__init__()
        self.life = life


class Pause:
    """What a story in memory waits at: for a wake, or for so long."""

    def __init__(self, wait: timedelta | None) -> None:
        self.wait = wait

    def __await__(self) -> Generator[Pause, bool, bool]:
        return (yield self)


class InMemory:
    """Before a story in the order of its classes: the same chapters, without a server."""

    hands: Hands
    subject: str
    now: Standing
    wakes: int
    _heard: int

    async def ask(self) -> Standing:
        self._heard = self.wakes
        self.now = self.hands.standing(self.subject)
        return self.now

    async def put_errand(self, errand: Errand) -> Standing:
        self._heard = self.wakes
        self.now = self.hands.put(self.subject, errand)
        return self.now

    async def woken_or(self, wait: timedelta | None, *, summary: str) -> bool:
        return self.wakes > self._heard or await Pause(wait)

    async def for_each(self, command: str) -> None:
        after: int | None = 0
        version = self.now.version
        while after is not None:
            page: Page = ActivityEnvironment().run(self.hands.for_each, self.subject, command, after, version)
            after = page.next

    def next_chapter(self, life: Any, chapter: str) -> None:
        if not self.now.over:
            raise Continued(life.model_copy(update={"chapter": chapter}))


class ProjectInMemory(InMemory, ProjectLife):
    pass


class RoundInMemory(InMemory, RoundLife):
    pass


class Running:
    """A story on its way: `due` is when its time comes, None while only people are waited for."""

    def __init__(self, hands: Hands, stream: str) -> None:
        kind, _, id_ = stream.partition(":")
        self.hands, self.stream, self.over = hands, stream, False
        self.due: datetime | None = None
        self.begin(ProjectSoFar(project=id_) if kind == "project" else RoundSoFar(round=id_))

    def begin(self, life: Any) -> None:
        kind = ProjectInMemory if isinstance(life, ProjectSoFar) else RoundInMemory
        self.story = kind(life)
        self.story.hands = self.hands
        self.coroutine = self.story.run(life)
        self.go_on(answer=None)

    def go_on(self, *, answer: bool | None) -> None:
        try:
            pause = self.coroutine.send(answer)
        except StopIteration:
            self.over, self.due = True, None
        except Continued as continued:
            self.begin(continued.life)
        else:
            now = self.hands.store.reading().now
            self.due = None if pause.wait is None else now + pause.wait


class Rehearsal:
    """The event store, the read model of duties and every story, over one world. It is its own `stage` and `store`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hands = Hands(self)
        self.running: dict[str, Running] = {}
        self.told: dict[str, ToldStory] = {}
        self.done: set[str] = set()
        self.woken: dict[str, None] = {}

    @property
    def store(self) -> Rehearsal:
        return self

    # ── what the hands and the answers ask of a store ────────────────────────────────────────────────────────────────

    def now(self) -> datetime:
        return self.world.now

    def reading(self) -> Reading:
        return Reading(self.world.now, self.world.now)

    def load(self, kind: Any, id_: str) -> Any:
        return self.world.get(kind, id_)

    def load_all(self, kind: Any, ids: Iterable[str]) -> list[Any]:
        return [self.load(kind, id_) for id_ in ids]

    def stand(self, kind: Any, id_: str) -> tuple[int, Any]:
        story = self.told.get(kind.stream_of(id_))
        return (story.version if story else 0), self.world.get(kind, id_)

    def streams_with(
        self, correlation: str, names: Collection[str], *, after: int, limit: int
    ) -> list[tuple[str, int]]:
        found = [
            (stream, place)
            for place, (stream, event) in enumerate(self.world.events, start=1)
            if place > after and event.stored_name() in names and self.world.streams[stream].correlation == correlation
        ]
        return found[:limit]

    def do(self, command: Command, *, by: Any, command_id: str = "", causation: str | None = None) -> None:
        if command_id and command_id in self.done:
            return
        actor = by if isinstance(by, Actor) else self.world.get(Person, by).actor
        happened = self.world.decided(command, actor)
        self.world = self.world.with_events(*happened)
        if happened:
            self.done.add(command_id)
        for stream, event in happened:
            self._tell(stream, event)

    def _tell(self, stream: str, event: Event) -> None:
        kind = stream.partition(":")[0]
        if kind not in {"project", "round"}:
            return
        told = Told(SimpleNamespace(recorded_at=self.world.now, stream=stream))  # type: ignore[arg-type]
        told._event = event
        story = self.told.get(stream)
        if story is None:
            story = ToldStory(stream, 0, AGGREGATES[kind](id=stream.partition(":")[2]), event, told)
            self.told[stream] = story
        story.state, story.version, story.last = event.apply(story.state), story.version + 1, told
        for table, tell in duties.MODEL.tells.items():
            story.rows[table] = tell(story, story.rows.get(table, ()))
        if event.stored_name() in _BEGUN or type(event).__name__ in WAKES:
            self.woken[stream] = None

    # ── playing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def say(self, who: Any, command: str, content: dict[str, Any]) -> Refusal | None:
        """Give a command as the API does; the refusal, if it is refused."""
        try:
            self.do(parse(command, content), by=who)
        except Refusal as refusal:
            return refusal
        return None

    def rest(self) -> None:
        """Every story that was woken, or whose time has come, goes on, until none is.

        What a deadline means is never refused when its time has come.
        """
        for _ in range(_ENDLESS):
            late = next((s for s in self.running.values() if s.due is not None and s.due <= self.world.now), None)
            if self.woken:
                stream = next(iter(self.woken))
                del self.woken[stream]
                self._wake(stream)
            elif late is not None:
                wish = late.story.now.deadline
                late.go_on(answer=False)
                refused = late.story.now.refused
                assert late.over or not refused, f"{late.stream}: {wish} is due, and refused: {refused}"
            else:
                return
        raise AssertionError("stories go on for ever")

    def _wake(self, stream: str) -> None:
        running = self.running.get(stream)
        if running is None:
            self.running[stream] = Running(self.hands, stream)
        elif not running.over:
            running.story.wakes += 1
            running.go_on(answer=True)

    def next_moment(self) -> datetime | None:
        return min((story.due for story in self.running.values() if story.due is not None), default=None)

    def move_to(self, at: datetime) -> None:
        """Time passes."""
        self.world = self.world.at(max(at, self.world.now))
        self.rest()

    # ── what there is to see ─────────────────────────────────────────────────────────────────────────────────────────

    def projects(self) -> list[Project]:
        return [state for state in self.world.streams.values() if isinstance(state, Project)]

    def rounds(self) -> list[Round]:
        return [state for state in self.world.streams.values() if isinstance(state, Round)]

    def duties(self) -> list[Row]:
        """As people are shown them: closing an assessment or a round waits for the projects."""
        waiting = {"assessment": "assessed_at", "closing": "settled_at"}
        progress = [row for story in self.told.values() for row in story.rows["progress"]]
        return [
            row
            for row in self.all_duties()
            if not any(each[waiting[row["kind"]]] is None for each in progress if row["kind"] in waiting)
        ]

    def all_duties(self) -> Iterator[Row]:
        for story in self.told.values():
            yield from story.rows["duties"]

    def in_limbo(self) -> list[str]:
        """Projects and rounds that are not over, and nobody has to do anything about, and no time will come for."""
        rows = list(self.all_duties())
        busy = {row["subject"] for row in rows} | {f"project:{row.get('project')}" for row in rows}
        busy |= {stream for stream, running in self.running.items() if running.due is not None}
        rounds = [f"{r.stream_of(r.id)} in {r.stage} {r.step}" for r in self.rounds() if r.stage != "closed"]
        projects = [f"{p.stream_of(p.id)} in {p.stage} {p.step}" for p in self.projects() if not p.over]
        waits = {
            p.stream_of(p.id): Round.stream_of(p.round) for p in self.projects() if p.stage in _WAITS_FOR_ITS_ROUND
        }
        streams = [(each.partition(" ")[0], each) for each in (*rounds, *projects)]
        return [each for stream, each in streams if not {stream, waits.get(stream, stream)} & busy]

    def untimed(self) -> list[str]:
        """Deadlines that the domain has and no story waits for."""
        deadlines = {p.stream_of(p.id): next_of(p) for p in self.projects()}
        deadlines |= {r.stream_of(r.id): next_of(r) for r in self.rounds()}
        found = []
        for stream, deadline in deadlines.items():
            story = self.running.get(stream)
            if deadline and (story is None or story.due is None or story.due > max(deadline.due, self.now())):
                found.append(f"{stream}: {deadline}")
        return found
