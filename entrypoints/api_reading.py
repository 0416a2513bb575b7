"""Asking read models, replaying a project, and whether we are well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from entrypoints import asking
from entrypoints.api_answers import Asked, Json, declines
from entrypoints.api_requests import Caller, ProjectId, TheDesk

router = APIRouter(tags=["reading"])
_WAIT_SECONDS = 5.0


class Page(BaseModel):
    """The parameters of every question that are not filters."""

    after: int | None = Field(
        default=None, ge=0, lt=2**63, description="wait, at most 5 s, until the read model knows of this position"
    )
    limit: int | None = Field(default=None, ge=1, le=500, description="rows at most; 100 when not given")
    after_key: str | None = Field(default=None, description="the `key` of the last row of the page before")


@router.get(
    "/ask/{name}",
    summary="Ask a read model 查询",
    description="Any other query parameter is a filter of the read model. Rows are limited to what the caller may see.",
    responses={200: {"model": Asked}, **declines(400, 401, 403, 404, 503)},
)
def ask(request: Request, desk: TheDesk, person: Caller, name: str, page: Annotated[Page, Query()]) -> Response:
    filters: dict[str, Any] = {key: value for key, value in request.query_params.items() if key != "after"}
    answer = asking.ask(desk, person, name, filters, after=page.after, timeout=_WAIT_SECONDS)
    return Json({"rows": answer.rows, "position": answer.position})


@router.get(
    "/replay/{project}",
    summary="Replay a project 回放",
    description="The project as it stood after position `at`, or as it was known at the moment `as_of`; with its history, and "
    "for those who read its round's history also what concerned it there (`stream` tells which is which).",
    responses=declines(400, 401, 403, 404, 503),
)
def replay(
    desk: TheDesk, person: Caller, project: ProjectId, at: int | None = None, as_of: AwareDatetime | None = None
) -> Response:
    found = asking.replay(desk, person, project, at=at, as_of=as_of)
    return Json(
        {"project": found.project.id, "state": found.state, "history": [asdict(line) for line in found.history]}
    )


@router.get("/health", summary="Is the service well? 健康", responses=declines(503))
def health(desk: TheDesk) -> Response:
    """Answers when the event store can be read."""
    desk.store.head()
    return Json({"status": "ok"})
