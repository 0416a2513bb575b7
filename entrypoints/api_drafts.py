"""Drafts of applications: saved half-filled, read by their author only, submitted when they are whole."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from domain import commands
from domain.errors import Malformed
from domain.person import Person
from entrypoints import drafts
from entrypoints.api_answers import Carried, Json, declines
from entrypoints.api_commands import respond
from entrypoints.api_requests import Caller, Key, OnBehalf, ProjectId, TheDesk, read_at_most

router = APIRouter(tags=["drafts"])


def applicant(person: Caller) -> Person:
    """Raises RoleMissing for people who do not apply."""
    drafts.admit(person)
    return person


async def draft_body(request: Request) -> bytes:
    return await read_at_most(request, drafts.MOST_BYTES)


Applicant = Annotated[Person, Depends(applicant)]
DraftBody = Annotated[bytes, Depends(draft_body)]


def _shown(draft: drafts.Draft) -> dict[str, Any]:
    return draft._asdict()


@router.get("/drafts", summary="The caller's drafts 我的草稿", responses=declines(401, 403, 503))
def listed(desk: TheDesk, person: Applicant) -> Response:
    return Json({"rows": [_shown(draft) for draft in desk.drafts.listed(person.id)]})


@router.put(
    "/drafts/{project}",
    summary="Save a draft 保存草稿",
    description="Any JSON object of at most 1 MB, in the place of what was there.",
    responses=declines(400, 401, 403, 413, 503),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
)
def save(desk: TheDesk, person: Applicant, project: ProjectId, content: DraftBody) -> Response:
    try:
        given = orjson.loads(content)
    except orjson.JSONDecodeError as broken:
        raise Malformed(field="draft", rule=f"Invalid JSON: {broken}") from broken
    if not isinstance(given, dict):
        raise Malformed(field="draft", rule="must be a JSON object")
    if b"\\u0000" in content:  # PostgreSQL keeps no NUL in text, not even escaped
        raise Malformed(field="draft", rule="must not have control characters")
    return Json(_shown(desk.drafts.save(person.id, project, given)))


@router.get("/drafts/{project}", summary="Read a draft 查看草稿", responses=declines(401, 403, 404, 503))
def read(desk: TheDesk, person: Applicant, project: ProjectId) -> Response:
    return Json(_shown(desk.drafts.read(person.id, project)))


@router.delete(
    "/drafts/{project}", summary="Throw a draft away 删除草稿", status_code=204, responses=declines(401, 403, 503)
)
def delete(desk: TheDesk, person: Applicant, project: ProjectId) -> Response:
    desk.drafts.delete(person.id, project)
    return Response(status_code=204)


@router.post(
    "/drafts/{project}/submit",
    summary="Submit a draft 提交草稿",
    description="Carries out SubmitApplication with the draft's content. The draft stays, and says when it was submitted.",
    status_code=201,
    responses={
        201: {"model": Carried},
        200: {"model": Carried},
        **declines(400, 401, 403, 404, 409, 422, 503),
    },
)
def submit(
    desk: TheDesk, person: Applicant, project: ProjectId, key: Key = None, on_behalf: OnBehalf = None
) -> Response:
    draft = desk.drafts.read(person.id, project)
    command = commands.parse("SubmitApplication", orjson.dumps({**draft.content, "project": project}))
    answer = respond(desk, person, command, key, on_behalf)
    desk.drafts.submitted(person.id, project)
    return answer
