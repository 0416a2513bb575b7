"""One route per command that people may give, made from the command classes."""

from __future__ import annotations

from inspect import getdoc
from typing import Any

from fastapi import APIRouter, Response
from pydantic.json_schema import models_json_schema

from domain import commands
from domain.errors import NotFound
from domain.kernel import Command
from domain.person import Person
from entrypoints import wording
from entrypoints.api_answers import Carried, Json, declines
from entrypoints.api_requests import Body, Caller, Key, OnBehalf, TheDesk
from entrypoints.desk import Desk
from entrypoints.doing import answer, carry_out, offered

_REF = "#/components/schemas/{model}"


def routes() -> APIRouter:
    router = APIRouter()
    for name, cls in offered().items():
        _add(router, name, cls)
    # Last, so that it answers for whatever is no command people may give.
    router.add_api_route("/commands/{name}", _unknown, methods=["POST"], include_in_schema=False)
    return router


def _add(router: APIRouter, name: str, cls: type[Command]) -> None:
    def endpoint(desk: TheDesk, person: Caller, body: Body, key: Key = None, on_behalf: OnBehalf = None) -> Response:
        return respond(desk, person, commands.parse(name, body), key, on_behalf)

    title = wording.command_title(name)
    roles = ", ".join(f"{role} {wording.called('role', role).zh}" for role in cls.ROLES if role != "system")
    router.add_api_route(
        f"/commands/{name}",
        endpoint,
        methods=["POST"],
        name=name,
        operation_id=name,
        tags=[cls.__module__.rpartition(".")[2]],
        summary=f"{title.en} {title.zh}",
        description=f"{getdoc(cls) or ''}\n\nBy: {roles}.",
        status_code=201,
        response_class=Json,
        responses={
            201: {"model": Carried, "description": "Carried out"},
            200: {"model": Carried, "description": "Nothing new: it is so already, or the key's first answer again"},
            **declines(400, 401, 403, 404, 409, 413, 422, 503),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": _REF.format(model=name)}}},
            }
        },
    )


def _unknown(name: str, person: Caller) -> Response:  # noqa: ARG001  without a token not even this is answered
    raise NotFound(kind="command", id=name)


def respond(desk: Desk, person: Person, command: Command, key: str | None, on_behalf: str | None) -> Response:
    """Carry out a command and say what came of it. Raises Refusal."""
    done = carry_out(desk.store, command, person=person.id, key=key, on_behalf=on_behalf)
    return Json(answer(done), 201 if done.new and not done.repeated else 200)


def schemas() -> dict[str, Any]:
    """The commands' JSON schemas with everything they are made of."""
    _, top = models_json_schema([(cls, "validation") for cls in offered().values()], ref_template=_REF)
    found: dict[str, Any] = top["$defs"]
    found["Money"] = {
        "title": "Money",
        "description": "An amount: whole minor units (fen) of one currency; or written out.",
        "anyOf": [found["Money"], {"type": "string", "examples": ["CNY 50000.00"]}],
    }
    return found
