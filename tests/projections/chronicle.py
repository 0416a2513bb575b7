"""A world that also writes its events down as the event store would, so that read models can be given them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import psycopg

from domain.commands import admit
from domain.event_store import Recorded
from domain.kernel import Actor, Command
from domain.stored_form import payload_of
from tests.world import World, steps


@dataclass(frozen=True)
class Chronicle(World):
    recorded: tuple[Recorded, ...] = ()

    def put(self, command: Command, *, by: Actor) -> Chronicle:
        role = admit(command, self.get(command.ON[0], command.subject), by).role
        after = super().put(command, by=by)
        assert isinstance(after, Chronicle)
        correlation = command.correlation(after.get(command.ON[0], command.subject))
        recorded = list(self.recorded)
        for stream, event in after.events[len(self.events) :]:
            version = 1 + sum(earlier.stream == stream for earlier in recorded)
            position, raw = len(recorded) + 1, payload_of(event)
            envelope = (by.id, role, None, f"command-{len(self.events) + 1}", correlation, None)
            recorded.append(Recorded(position, stream, version, event.stored_name(), self.now, *envelope, raw))
        return replace(after, recorded=tuple(recorded))


def chronicle(*situations: Callable[[World], World]) -> tuple[Recorded, ...]:
    """Everything that was recorded until these situations had come about."""
    world = steps(*situations)(Chronicle())
    assert isinstance(world, Chronicle)
    return world.recorded


def record(owner_url: str, events: Iterable[Recorded]) -> int:
    """Put events into the event store as they are, behind what is there. Gives the head."""
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        (head,) = cursor.execute("SELECT position FROM canopy.head FOR UPDATE").fetchone() or (0,)
        with cursor.copy("COPY canopy.events FROM STDIN") as copy:
            for event in events:
                head += 1
                copy.write_row((head, *event[1:11], event.raw.decode()))
        cursor.execute("UPDATE canopy.head SET position = %s, recorded_at = now()", [head])
        cursor.execute("SELECT pg_notify('canopy_events', %s)", [str(head)])
    return int(head)


def copies(events: Iterable[Recorded], number: int) -> list[Recorded]:
    """The same happening with other ids: "project:a" becomes "project:a-7", in streams and payloads."""
    found = []
    for event in events:
        raw = event.raw
        for kind, id_ in SUBJECTS:
            raw = raw.replace(f'"{kind}":"{id_}"'.encode(), f'"{kind}":"{id_}-{number}"'.encode())
        stream = f"{event.stream}-{number}" if event.stream.partition(":")[0] != "person" else event.stream
        found.append(event._replace(stream=stream, raw=raw, correlation=f"{event.correlation}-{number}"))
    return found


SUBJECTS = (
    ("project", "reading-hour"),
    ("round", "spring-2026"),
    ("organisation", "qinghe"),
    ("organisation", "xingguang"),
    ("fund", "welfare-2026"),
)
