"""Replay: a project as it stood at a position or a moment, folded from what was recorded by then; and what concerned it in
its round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel

from domain.commands import fold
from domain.errors import NotFound
from domain.event_store import EventStore, Recorded
from domain.kernel import Event
from domain.notice import NoticeConcluded, NoticeOpened
from domain.person import Person
from domain.project import Project
from domain.round import Round
from domain.round_extension import RoundDeadlineExtended
from domain.selection import RankingPublished

_PEOPLE = (
    *("person", "reviewer", "reviewers", "judge", "judges", "evaluator", "silent", "submitted_by", "signed_by"),
    *("requested_by", "verified_by", "approved_by", "refused_by", "paid_by", "raised_by"),
    *("voter", "officer", "experts", "declined_by"),
)
"""Fields of events that name people."""


def replay(
    store: EventStore, project: str, *, at: int | None = None, as_of: datetime | None = None
) -> tuple[Project, list[Recorded]]:
    """The project after the events up to that position, or as it was known at that moment. Raises NotFound."""
    blank = Project(id=project)
    recorded = store.recorded(blank.stream_of(project), as_of=as_of)
    if at is not None:
        recorded = [each for each in recorded if each.position <= at]
    if not recorded:
        raise NotFound(kind="project", id=project)
    state: Project = fold(blank, [each.event for each in recorded])
    return state, recorded


def of_the_round(
    store: EventStore, project: Project, *, at: int | None = None, as_of: datetime | None = None
) -> Iterator[tuple[Recorded, Event]]:
    """What concerned the project in its round: its line of the ranking, the notice it was in, objections to it."""
    ranked = False
    for each in store.recorded(Round.stream_of(project.round), as_of=as_of):
        if at is not None and each.position > at:
            return
        match each.event:
            case RankingPublished() as event:
                line = tuple(place for place in event.places if place.project == project.id)
                ranked = bool(line)
                if ranked:
                    yield each, event.model_copy(update={"places": line})
            case NoticeOpened() as event if event.awards and not _shows(event, project.id):
                pass
            case NoticeOpened() | NoticeConcluded() | RoundDeadlineExtended(deadline="notice") as event if ranked:
                yield each, event
            case event if getattr(event, "project", "") == project.id:  # a vote, an objection, moving up, …
                yield each, event


def _shows(notice: NoticeOpened, project: str) -> bool:
    return any(award.project == project for award in notice.awards)


def names(store: EventStore, told: Iterable[tuple[str, str | None, Event]]) -> dict[str, str]:
    """The names of everybody named by these (actor, on whose behalf, event), by id."""
    ids = {id_ for actor, on_behalf, event in told for id_ in (actor, on_behalf, *_named(event)) if id_}
    return {id_: name for id_ in sorted(ids) if (name := store.load(Person, id_).name)}


def _named(event: Event) -> Iterator[str]:
    for field in _PEOPLE:
        value = getattr(event, field, ())
        yield from (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()


def as_json(value: Any) -> Any:
    """A state as plain JSON: dataclasses and values to objects, sets to sorted lists."""
    return orjson.loads(orjson.dumps(value, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)
