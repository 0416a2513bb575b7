"""What every route asks of a request: who is there, and what they sent, within bounds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.errors import NotFound
from domain.person import Person
from entrypoints import tokens
from entrypoints.desk import Desk
from entrypoints.refusals import TokenInvalid, TokenMissing, TooLarge

MOST_BYTES = 4_000_000
_BEARER = HTTPBearer(auto_error=False, description="A token from `canopy token PERSON`.")


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]


def caller(
    request: Request, desk: TheDesk, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Person:
    """Who asks. Raises TokenMissing, TokenInvalid, TokenExpired."""
    if bearer is None:
        raise TokenMissing
    person = tokens.person_of(desk.token_key, bearer.credentials)
    request.state.person = person
    try:
        return desk.person(person)
    except NotFound as nobody:  # the event store was begun anew since the token was made
        raise TokenInvalid from nobody


async def body(request: Request) -> bytes:
    """The whole body, read after the caller is known. Raises TooLarge before more is kept than is taken."""
    return await read_at_most(request, MOST_BYTES)


async def read_at_most(request: Request, limit: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(limit=limit)
        parts.append(part)
    return b"".join(parts)


Caller = Annotated[Person, Depends(caller)]
Body = Annotated[bytes, Depends(body)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Yours for this one wish: sent again with the same key, it gives the first answer and does nothing twice.",
    ),
]
OnBehalf = Annotated[
    str | None,
    Header(
        alias="On-Behalf-Of", description="The person or organisation for whom the caller does this; it is recorded."
    ),
]
ProjectId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
