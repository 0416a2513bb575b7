"""The HTTP API: commands in, answers out. What it means is decided in the domain; here is only how it travels."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import anyio.to_thread
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from psycopg import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import NotFound, Refusal
from entrypoints import api_commands, api_docs, api_drafts, api_reading
from entrypoints.api_answers import declined, malformed
from entrypoints.desk import Desk
from entrypoints.refusals import StoreAway, Unexpected, WrongMethod

_DESCRIPTION = """Canopy 林冠 runs public-benefit funding programmes. A command (POST) is a wish: carried out, it becomes events.
A question (GET) is answered from read models made of those events. Refusals come with their words in Chinese and English."""
_THREADS = 80  # questions may wait 5 s for their read model, and must not keep commands waiting
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
log = structlog.get_logger()


def make_app(open_desk: Callable[[], Desk]) -> FastAPI:
    """The application; `open_desk` is called when it starts, and the desk closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        app.state.desk = desk = open_desk()
        yield
        desk.close()

    app = FastAPI(
        title="Canopy 林冠", version="1", description=_DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.desk = None
    for router in (api_commands.routes(), api_reading.router, api_drafts.router, api_docs.router):
        app.include_router(router)
    app.add_middleware(RequestLog)
    _answer_troubles(app)
    _describe(app)
    return app


def _answer_troubles(app: FastAPI) -> None:
    """Whatever goes wrong is answered in one form."""

    @app.exception_handler(Refusal)
    def _refused(request: Request, refused: Refusal) -> Response:
        return declined(request, refused)

    @app.exception_handler(RequestValidationError)
    def _unreadable(request: Request, broken: RequestValidationError) -> Response:
        return declined(request, malformed(list(broken.errors())))

    @app.exception_handler(HTTPException)
    def _unrouted(request: Request, problem: HTTPException) -> Response:
        if problem.status_code == 405:
            return declined(request, WrongMethod(method=request.method))
        return declined(request, NotFound(kind="page", id=request.url.path))

    def away(request: Request, problem: Exception) -> Response:
        log.warning("database away", problem=str(problem))
        return declined(request, StoreAway())

    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(kind, away)


def _describe(app: FastAPI) -> None:
    """The OpenAPI description: FastAPI's, with the commands' own schemas."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            described["components"]["schemas"] |= api_commands.schemas()
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


class RequestLog:
    """One log line per request, with an id that the answer carries too; and an answer even to our own bugs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        answered: dict[str, int] = {}

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["status"] = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, send_marked)
            except Exception:
                log.exception("our own bug", path=scope["path"])
                if "status" in answered:
                    raise
                answer = declined(Request(scope), Unexpected(request=request_id))
                await answer(scope, receive, send_marked)
            finally:
                _log(scope, answered, time.perf_counter() - begun)


def _log(scope: MutableMapping[str, Any], answered: dict[str, int], seconds: float) -> None:
    log.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=answered.get("status"),
        person=scope.get("state", {}).get("person"),
        ms=round(seconds * 1000, 1),
    )
