"""What every request is served with, opened once per process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import NotFound
from domain.person import Person
from entrypoints.drafts import Drafts

if TYPE_CHECKING:
    from domain.event_store import EventStore
    from projections.views import Views


@dataclass(frozen=True)
class Desk:
    """The event store, the read models, the drafts, and the key that tells people apart."""

    store: EventStore
    views: Views
    drafts: Drafts
    token_key: bytes

    def person(self, id_: str) -> Person:
        """Somebody registered, with the roles they hold now. Raises NotFound."""
        person = self.store.load(Person, id_)
        if not person.exists:
            raise NotFound(kind="person", id=id_)
        return person

    def close(self) -> None:
        self.drafts.close()
        self.views.close()
        self.store.close()
