"""What the edges themselves say no to, before the domain is asked."""

from __future__ import annotations

from datetime import datetime

from domain.errors import NotAllowed, Refusal


class Unknown(Refusal):
    """Nobody knows who asks: 401."""

    group = "Unknown"


class TokenMissing(Unknown):
    pass


class TokenInvalid(Unknown):
    """Not made by us, or made for somebody else's installation."""


class TokenExpired(Unknown):
    def __init__(self, *, expired_at: datetime) -> None:
        super().__init__(expired_at=expired_at)


class MayNotRead(NotAllowed):
    """Their roles do not let them read this read model, or this part (`of`) of it."""

    def __init__(self, *, person: str, what: str, of: str = "") -> None:
        super().__init__(person=person, what=what, of=of)


class TooLarge(Refusal):
    """The request has more bytes than are taken: 413."""

    group = "TooLarge"

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)


class Unexpected(Refusal):
    """Our own bug, or a server that cannot be reached: 500. The log knows more."""

    group = "Unexpected"

    def __init__(self, *, request: str) -> None:
        super().__init__(request=request)


class WrongMethod(Refusal):
    """The address is right, what shall be done there is not: 405."""

    group = "WrongMethod"

    def __init__(self, *, method: str) -> None:
        super().__init__(method=method)


class StillReading(Refusal):
    """A read model has not got as far as was asked for: 503."""

    group = "Busy"

    def __init__(self, *, what: str, after: int | None) -> None:
        super().__init__(what=what, after=after)


class StoreAway(Refusal):
    """The database cannot be reached: 503."""

    group = "Busy"
