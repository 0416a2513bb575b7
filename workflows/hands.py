"""The hands of the stories: activities that put one command, ask one question, or page through a round's projects.

Every command they put carries an id made from what it is for (subject, command, the stream's version when it was wished), so a
retry after a crash writes nothing twice. Refusals are answers, not failures; only trouble with the database is retried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID, uuid5

from temporalio import activity

from domain import deadlines
from domain.application import ApplicationSubmitted
from domain.commands import parse
from domain.errors import Busy, Refusal
from domain.kernel import COMMANDS, STORY, Command, canonical
from domain.programme import Programme
from domain.project import Project
from domain.round import Round
from domain.store_clock import real_wait
from domain.stored_form import stored_names
from workflows.story import Errand, Page, Standing

_OURS = UUID("5b0c6d8e-2c3b-4f0e-9a51-7f2f0c3d9e10")
_PAGE = 200
_APPLIED = stored_names(ApplicationSubmitted)
_OVER = frozenset({"closed", "ended"})


class Store(Protocol):
    """What the hands need of the event store (`domain/event_store.py`)."""

    def do(self, command: Command, *, by: Any, command_id: str, causation: str | None = None) -> Any: ...
    def stand(self, of: Any, id_: str) -> tuple[int, Any]: ...
    def load_all(self, of: Any, ids: Iterable[str]) -> list[Any]: ...
    def reading(self) -> Any: ...
    def streams_with(
        self, correlation: str, names: Collection[str], *, after: int, limit: int
    ) -> Sequence[tuple[str, int]]: ...


def command_id(subject: str, errand: Errand) -> str:
    """The id of a story's command: the same wish has the same id, whoever retries it."""
    what = canonical([subject, errand.command, errand.content, errand.version])
    return str(uuid5(_OURS, what.decode()))


def errand(command: Command, version: int) -> Errand:
    return Errand(command=type(command).__name__, content=command.model_dump(mode="json"), version=version)


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
        refused = self._put(subject, errand)
        return self._standing(subject, refused=refused.code if refused is not None else "")

    @activity.defn(name="for_each")
    def for_each(self, subject: str, command: str, after: int, version: int = 0) -> Page:
        """Put a command for a page of the round's projects, in the order they applied; `version` is the round's at its beginning.

        A command on the round takes the whole page at once; one that asks for them is also told whose the projects are.
        """
        round_id = subject.partition(":")[2]
        found = self.store.streams_with(round_id, _APPLIED, after=after, limit=_PAGE)
        projects = [stream.partition(":")[2] for stream, _ in found]
        kind = COMMANDS[command]
        if kind.ON[0] is Round:
            content: dict[str, Any] = {"round": round_id, "projects": projects}
            if "applicants" in kind.model_fields:
                content["applicants"] = sorted({each.organisation for each in self.store.load_all(Project, projects)})
            if projects:
                self._put(subject, Errand(command=command, content=content, version=version))
        else:
            for project in projects:
                activity.heartbeat(project)
                self._put_for(subject, project, Errand(command=command, content={"project": project}, version=version))
        following = found[-1][1] if len(found) == _PAGE else None
        return Page(next=following, done=len(projects))

    def _put_for(self, subject: str, project: str, errand: Errand) -> None:
        """Put a command for one of many projects: a refusal does not stop the others, and is put on the project's record."""
        stream = f"project:{project}"
        cause = f"{subject}@{errand.version}"
        refused = self._put(stream, errand, cause)
        if refused is not None:
            content = {"project": project, "command": errand.command, "refusal": refused.code}
            if "project" in refused.fields:  # another one stands in the way
                content["because_of"] = refused.fields["project"]
            self._put(stream, Errand(command="RecordHoldUp", content=content, version=errand.version), cause)

    def _put(self, subject: str, errand: Errand, cause: str = "") -> Refusal | None:
        try:
            self.store.do(
                parse(errand.command, errand.content),
                by=STORY,
                command_id=command_id(subject, errand),
                causation=cause or (f"{subject}@{errand.version}" if errand.version else subject),
            )
        except Busy:
            raise  # Temporal tries again
        except Refusal as refusal:
            activity.logger.info("refused", extra={"command": errand.command, "subject": subject, "code": refusal.code})
            return refusal
        return None

    def _standing(self, subject: str, refused: str) -> Standing:
        kind, _, id_ = subject.partition(":")
        state: Project | Round
        version, state = self.store.stand(Project if kind == "project" else Round, id_)
        deadline = deadlines.next_of(state)
        chore = None
        if isinstance(state, Round) and state.exists:
            chore = deadlines.chore_of(state, self.store.stand(Programme, state.programme)[1])
        return Standing(
            stage=state.stage,
            step=state.step,
            outcome=getattr(state, "outcome", ""),
            over=state.stage in _OVER,
            unopened=getattr(state, "unopened", False),
            version=version,
            wait=real_wait(deadline.due, self.store.reading()) if deadline else None,
            due=deadline.due.isoformat(timespec="minutes") if deadline else "",
            deadline=errand(deadline.command, version) if deadline else None,
            chore=errand(chore.command, version) if chore else None,
            paged=chore.paged if chore else "",
            refused=refused,
        )
