"""The hands of the stories: activities that put one command, ask one question, or page through a round's projects.

Every command they put carries an id made from what it is for (subject, command, the stream's version when it was wished), so a
retry after a crash writes nothing twice. Refusals are answers, not failures; only trouble with the database is retried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol
from uuid import UUID, uuid5

from temporalio import activity

from domain import deadlines
from domain.application import ApplicationSubmitted
from domain.commands import parse
from domain.errors import Busy, Refusal
from domain.kernel import STORY, Command, canonical, stored_names
from domain.project import Project
from domain.round import Round
from domain.store_clock import real_wait
from workflows.story import Errand, Page, Standing

_OURS = UUID("5b0c6d8e-2c3b-4f0e-9a51-7f2f0c3d9e10")
_PAGE = 200
_APPLIED = stored_names(ApplicationSubmitted)
_OVER = frozenset({"closed", "ended"})


class Store(Protocol):
    """What the hands need of the event store (`domain/event_store.py`)."""

    def do(self, command: Command, *, by: Any, command_id: str, causation: str | None = None) -> Any: ...
    def stand(self, of: Any, id_: str) -> tuple[int, Any]: ...
    def reading(self) -> Any: ...
    def streams_with(
        self, correlation: str, names: Collection[str], *, after: int, limit: int
    ) -> Sequence[tuple[str, int]]: ...


def command_id(subject: str, errand: Errand) -> str:
    """The id of a story's command: the same wish has the same id, whoever retries it."""
    what = canonical([subject, errand.command, errand.content, errand.version])
    return str(uuid5(_OURS, what.decode()))


class Hands:
    """The activities, joined with a store by `workers/stories.py`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def all(self) -> list[Callable[..., Any]]:
        return [self.standing, self.put, self.for_each]

    @activity.defn(name="standing")
    def standing(self, subject: str) -> Standing:
        """How a project or round stands and what it waits for."""
        return self._standing(subject, refused="")

    @activity.defn(name="put")
    def put(self, subject: str, errand: Errand) -> Standing:
        """Carry out a story's command; a refusal is given back as its code."""
        return self._standing(subject, refused=self._put(subject, errand))

    @activity.defn(name="for_each")
    def for_each(self, subject: str, command: str, after: int) -> Page:
        """Put a command for a page of the round's projects, in the order they applied."""
        round_id = subject.partition(":")[2]
        found = self.store.streams_with(round_id, _APPLIED, after=after, limit=_PAGE)
        projects = [stream.partition(":")[2] for stream, _ in found]
        if command == "CollectScores":
            if projects:
                self._put(subject, Errand(command=command, content={"round": round_id, "projects": projects}))
        else:
            for project in projects:
                activity.heartbeat(project)
                self._put(f"project:{project}", Errand(command=command, content={"project": project}))
        following = found[-1][1] if len(found) == _PAGE else None
        return Page(next=following, done=len(projects))

    def _put(self, subject: str, errand: Errand) -> str:
        try:
            self.store.do(
                parse(errand.command, errand.content),
                by=STORY,
                command_id=command_id(subject, errand),
                causation=f"{subject}@{errand.version}" if errand.version else subject,
            )
        except Busy:
            raise  # Temporal tries again
        except Refusal as refusal:
            activity.logger.info("refused", extra={"command": errand.command, "subject": subject, "code": refusal.code})
            return refusal.code
        return ""

    def _standing(self, subject: str, refused: str) -> Standing:
        kind, _, id_ = subject.partition(":")
        state: Project | Round
        version, state = self.store.stand(Project if kind == "project" else Round, id_)
        deadline = deadlines.next_of(state)
        return Standing(
            stage=state.stage,
            step=state.step,
            outcome=getattr(state, "outcome", ""),
            over=state.stage in _OVER,
            unopened=getattr(state, "unopened", False),
            version=version,
            wait=real_wait(deadline.due, self.store.reading()) if deadline else None,
            due=deadline.due.isoformat(timespec="minutes") if deadline else "",
            deadline=Errand(
                command=type(deadline.command).__name__,
                content=deadline.command.model_dump(mode="json"),
                version=version,
            )
            if deadline
            else None,
            refused=refused,
        )
