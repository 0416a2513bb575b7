"""What the API answers with: JSON, and refusals with their status, in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from domain.errors import Malformed, NotFound, Refusal
from entrypoints import wording
from entrypoints.desk import Desk

STATUS: Mapping[str, int] = {
    "Malformed": 400,
    "Unknown": 401,
    "NotAllowed": 403,
    "NotFound": 404,
    "WrongMethod": 405,
    "NotNow": 409,
    "TooLarge": 413,
    "NotEnough": 422,
    "Unexpected": 500,
    "Busy": 503,
}
"""Group of refusals → status: the only place that knows transport codes."""
RETRY_AFTER_SECONDS = 1


class Json(Response):
    """A JSON answer, written as it is: no copying into models."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    raise TypeError(type(value).__name__)


class Carried(BaseModel):
    """What came of a command."""

    position: int = Field(description="ask with ?after= this position, and the answer knows of it")
    positions: list[int] = Field(description="where its events are recorded; none when all was so already")
    events: list[str] = Field(description="their names")
    recorded_at: str = Field(description="when, by the event store's clock")


class Declined(BaseModel):
    """A refusal."""

    code: str = Field(description="the refusal's name, for programs")
    group: str
    fields: dict[str, Any]
    zh: str
    en: str
    message: str = Field(description="zh or en, by Accept-Language")


class Asked(BaseModel):
    """A read model's rows."""

    rows: list[dict[str, Any]]
    position: int = Field(description="the last event the rows know of")


_MEANINGS = {
    400: "Malformed: the request cannot be read",
    401: "No token, or one that is not valid any more",
    403: "NotAllowed: the wrong person",
    404: "NotFound: no such thing",
    409: "NotNow: the wrong moment",
    413: "TooLarge",
    422: "NotEnough: quorum, money or evidence is missing",
    503: "Busy: try again after the seconds of Retry-After",
}


def declines(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of the refusals of a route."""
    return {status: {"model": Declined, "description": _MEANINGS[status]} for status in statuses}


def declined(request: Request, refused: Refusal) -> Response:
    """The answer to a refusal."""
    said = wording.refusal(refused, _people(request, refused))
    status = STATUS[refused.group]
    lang = wording.language(request.headers.get("accept-language"))
    headers: dict[str, str] = {"Content-Language": lang}
    if status == STATUS["Busy"]:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if status == STATUS["Unknown"]:
        headers["WWW-Authenticate"] = "Bearer"
    content = {
        "code": refused.code,
        "group": refused.group,
        "fields": refused.fields,
        "zh": said.zh,
        "en": said.en,
        "message": said.in_(lang),
    }
    return Json(content, status, headers)


def _people(request: Request, refused: Refusal) -> dict[str, str]:
    """The name of the person a refusal is about, when that can be known."""
    desk, person = request.app.state.desk, refused.fields.get("person")
    if person is None or not isinstance(desk, Desk):
        return {}
    try:
        return {person: desk.person(person).name}
    except NotFound:
        return {}


def malformed(errors: list[Any]) -> Malformed:
    """The first broken field of a request, of what FastAPI itself reads: the path, the query, the headers."""
    first = errors[0]
    where = [str(part) for part in first["loc"] if part not in {"query", "path", "header", "body"}]
    return Malformed(field=".".join(where) or str(first["loc"][0]), rule=str(first["msg"]))
