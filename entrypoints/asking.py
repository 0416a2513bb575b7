"""Asking and replaying for a person: the rows they may see, with words, and with what is sealed left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Busy, Malformed, NotFound
from domain.event_store import EventStore, Recorded
from domain.kernel import EVERYWHERE, Event, canonical
from domain.person import Person
from domain.project import Project
from domain.round import Round
from domain.selection import RankingPublished
from domain.stored_form import event_from
from entrypoints import replaying, wording
from entrypoints.blinding import Blindfold
from entrypoints.desk import Desk
from entrypoints.reading_rights import RIGHTS, Gaze
from entrypoints.refusals import MayNotRead, StillReading
from entrypoints.sealing import is_sealed, seal_state, without_sealed
from projections import READ_MODELS
from projections.views import Answer, Views

HISTORY, SCORES = "project_history", "review_scores"
FILTERS = {model.name: frozenset(model.question.filters) for model in READ_MODELS}
_MOST_ROWS = 500
_USUAL_ROWS = 100


def ask(
    desk: Desk, person: Person, name: str, filters: Mapping[str, Any], *, after: int | None = None, timeout: float = 5.0
) -> Answer:
    """The rows of a read model that the person may see. Raises NotFound, MayNotRead, Malformed, StillReading."""
    if name not in RIGHTS:
        raise NotFound(kind="read model", id=name)
    gaze = Gaze(desk.store, person, name)
    if not gaze.reaches:
        raise MayNotRead(person=person.id, what=name)
    # Someone who sees a few projects only would have the whole history searched for them.
    if name == HISTORY and not gaze.is_wide and not {"project", "stream"} & set(filters):
        raise MayNotRead(person=person.id, what=name)
    try:
        answer = _seen(desk.views, gaze, filters, after, timeout)
    except Busy as busy:
        raise StillReading(what=name, after=after) from busy
    if name != HISTORY:
        return Answer([_unnamed(gaze, row) for row in answer.rows], answer.position)
    rows = with_words(desk.store, answer.rows, lambda row: _is_hidden(gaze, row), gaze.blindfold)
    return Answer(list(rows), answer.position)


def _seen(views: Views, gaze: Gaze, filters: Mapping[str, Any], after: int | None, timeout: float) -> Answer:
    """Page by page until there are as many rows of the person's as were asked for."""
    if gaze.sees_everything:
        return views.ask(gaze.model, filters, after=after, timeout=timeout)
    limit = _limit(filters.get("limit"))
    asked = {**_narrowed(gaze), **filters, "limit": _MOST_ROWS}
    rows: list[dict[str, Any]] = []
    position = None
    while True:
        page = views.ask(gaze.model, asked, after=after, timeout=timeout)
        position = page.position if position is None else min(position, page.position)
        rows += [row for row in page.rows if gaze.roles_for(row)]
        if len(rows) >= limit or len(page.rows) < _MOST_ROWS:
            return Answer(rows[:limit], position)
        asked["after_key"] = page.rows[-1]["key"]


def _narrowed(gaze: Gaze) -> dict[str, Any]:
    """A filter that leaves out much of what the person does not see anyway."""
    known = FILTERS[gaze.model]
    organisations = [scope for role, scope in gaze.person.grants if role == "applicant"]
    if set(gaze.reaches.values()) == {"self"} and "person" in known:
        return {"person": gaze.person.id}
    if set(gaze.reaches.values()) == {"own"} and len(organisations) == 1 and "organisation" in known:
        return {} if organisations == [EVERYWHERE] else {"organisation": organisations[0]}
    return {}


def _limit(given: Any) -> int:
    try:
        limit = _USUAL_ROWS if given is None else int(given)
    except ValueError as wrong:
        raise Malformed(field="limit", rule="must be a whole number") from wrong
    if not 1 <= limit <= _MOST_ROWS:
        raise Malformed(field="limit", rule=f"must be from 1 to {_MOST_ROWS}")
    return limit


def _is_hidden(gaze: Gaze, row: Mapping[str, Any]) -> bool:
    """Whether the event in this row is still under seal for the person."""
    kind, _, id_ = row["stream"].partition(":")
    if kind != "project" or gaze.opens_seals_of(row):
        return False
    return is_sealed(row["name"], row["payload"], row["actor"], gaze.project(id_), gaze.person.id)


def _unnamed(gaze: Gaze, row: dict[str, Any]) -> dict[str, Any]:
    blindfold = gaze.blindfold(row)
    if gaze.model == SCORES and not row["concluded"] and row["person"] != gaze.person.id and gaze.is_concerned(row):
        row = row | {"raw": None, "normalised": None}
    return row if blindfold is None else dict(blindfold.over(row))


def _nobody_blind(row: Mapping[str, Any]) -> Blindfold | None:  # noqa: ARG001
    return None


def _nothing_hidden(row: Mapping[str, Any]) -> bool:  # noqa: ARG001
    return False


def with_words(
    store: EventStore,
    rows: Sequence[Mapping[str, Any]],
    is_hidden: Callable[[Mapping[str, Any]], bool] = _nothing_hidden,
    blindfold_of: Callable[[Mapping[str, Any]], Blindfold | None] = _nobody_blind,
) -> Iterator[dict[str, Any]]:
    """Rows of the history, each with its sentence in both languages; those hidden without what is under seal."""
    told = [(row, event_from(row["name"], canonical(row["payload"]))) for row in rows]
    people = replaying.names(store, ((row["actor"], row["on_behalf"], event) for row, event in told))
    for row, event in told:
        sealed, blindfold = is_hidden(row), blindfold_of(row)
        actor = row["actor"] if blindfold is None else blindfold.actor(row["actor"], row["role"])
        said = said_of(event, actor, row["on_behalf"], people, form="sealed" if sealed else "", blindfold=blindfold)
        payload = without_sealed(row["name"], row["payload"]) if sealed else row["payload"]
        yield {
            **row,
            "actor": actor,
            "payload": payload if blindfold is None else blindfold.over(payload),
            "actor_name": people.get(actor),
            "sealed": sealed,
            "zh": said.zh,
            "en": said.en,
        }


def said_of(
    event: Event,
    actor: str,
    on_behalf: str | None,
    people: Mapping[str, str],
    *,
    form: wording.Form = "",
    blindfold: Blindfold | None = None,
) -> wording.Said:
    """The sentence of an event, as it is understood today."""
    payload = event.model_dump(mode="json")
    if blindfold is not None:
        payload = blindfold.over(payload)
    if form == "line":
        (payload,) = payload["places"]
    return wording.event(event.stored_name(), payload, wording.Who(actor, on_behalf), people, form=form)


@dataclass(frozen=True)
class Line:
    """One event of a replay: of the project's own stream, or of its round's where that concerned the project."""

    position: int
    stream: str
    version: int
    name: str
    recorded_at: datetime
    actor: str
    actor_name: str | None
    role: str
    on_behalf: str | None
    command_id: str
    causation: str | None
    zh: str
    en: str
    sealed: bool
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Replayed:
    """A project as it stood then: the state for people (`project`) and for programs (`state`), and its history."""

    project: Project
    state: dict[str, Any]
    history: tuple[Line, ...]


def replay(
    desk: Desk, person: Person, project: str, *, at: int | None = None, as_of: datetime | None = None
) -> Replayed:
    """A project as it stood, as far as the person may see it. Raises NotFound, MayNotRead."""
    gaze = Gaze(desk.store, person, HISTORY)
    row = {"stream": Project.stream_of(project), "correlation": gaze.project(project).round}
    if not gaze.reaches or (gaze.project(project).exists and not gaze.roles_for(row)):
        raise MayNotRead(person=person.id, what=HISTORY, of=project)
    round_ = {"stream": Round.stream_of(row["correlation"]), "correlation": row["correlation"]}
    reader = None if gaze.opens_seals_of(row) else person.id
    with_round = bool(gaze.roles_for(round_))
    return unsealed(
        desk.store, project, reader, at=at, as_of=as_of, with_round=with_round, blindfold=gaze.blindfold(row)
    )


def unsealed(
    store: EventStore,
    project: str,
    reader: str | None,
    *,
    at: int | None = None,
    as_of: datetime | None = None,
    with_round: bool = True,
    blindfold: Blindfold | None = None,
) -> Replayed:
    """A replay for a reader of whom seals are kept; for None, who owns the installation, everything. Raises NotFound.

    With a blindfold, `state` and `history` do not tell whose project it is.
    """
    state, recorded = replaying.replay(store, project, at=at, as_of=as_of)
    now = store.load(Project, project)
    told = [(each, each.event) for each in recorded]
    if with_round:
        told += replaying.of_the_round(store, state, at=at, as_of=as_of)
        told.sort(key=lambda line: line[0].position)
    people = replaying.names(store, ((each.actor, each.on_behalf, event) for each, event in told))
    history = tuple(
        _line(
            each,
            event,
            people,
            sealed=reader is not None and is_sealed(each.name, each.payload, each.actor, now, reader),
            blindfold=blindfold,
        )
        for each, event in told
    )
    folded: dict[str, Any] = replaying.as_json(state)
    shown = folded if reader is None else seal_state(folded, now, reader)
    return Replayed(state, shown if blindfold is None else blindfold.over(shown), history)


def _line(
    each: Recorded, event: Event, people: Mapping[str, str], *, sealed: bool, blindfold: Blindfold | None
) -> Line:
    payload: Mapping[str, Any] = each.payload
    form: wording.Form = "sealed" if sealed else ""
    if sealed:
        payload = without_sealed(each.name, payload)
    if isinstance(event, RankingPublished):
        form, payload = "line", event.model_dump(mode="json")
    actor = each.actor if blindfold is None else blindfold.actor(each.actor, each.role)
    said = said_of(event, actor, each.on_behalf, people, form=form, blindfold=blindfold)
    return Line(
        each.position,
        each.stream,
        each.version,
        each.name,
        each.recorded_at,
        actor,
        people.get(actor),
        each.role,
        each.on_behalf,
        each.command_id,
        each.causation,
        said.zh,
        said.en,
        sealed,
        payload if blindfold is None else blindfold.over(payload),
    )
