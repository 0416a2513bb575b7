"""Bearer tokens: who a person is, until when, signed with the installation's key.

A token reads `canopy1.PERSON.EXPIRES.SIGNATURE`. It carries no rights: what a person may do is what the event store says when
they do it, so a role that was ended ends at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain.errors import NotFound
from entrypoints.refusals import TokenExpired, TokenInvalid

if TYPE_CHECKING:
    from domain.event_store import EventStore

USUAL_DAYS = 30
_FORMAT = "canopy1"
_DAY = 86_400


def issue(store: EventStore, key: bytes, person: str, *, days: int = USUAL_DAYS) -> str:
    """A token for a registered person. Raises NotFound."""
    from domain.person import Person

    if not store.load(Person, person).exists:
        raise NotFound(kind="person", id=person)
    return signed(key, person, int(time.time()) + days * _DAY)


def signed(key: bytes, person: str, expires: int) -> str:
    content = f"{_FORMAT}.{person}.{expires}"
    return f"{content}.{_signature(key, content)}"


def person_of(key: bytes, token: str, *, now: float | None = None) -> str:
    """Whose token this is. Raises TokenInvalid, TokenExpired."""
    content, _, signature = token.rpartition(".")
    # Compared as bytes: compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(signature.encode(), _signature(key, content).encode()):
        raise TokenInvalid
    format_, person, expires = content.split(".")
    if format_ != _FORMAT:
        raise TokenInvalid
    if int(expires) <= (time.time() if now is None else now):
        raise TokenExpired(expired_at=datetime.fromtimestamp(int(expires), UTC))
    return person


def _signature(key: bytes, content: str) -> str:
    digest = hmac.new(key, content.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
