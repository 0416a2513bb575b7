"""The `eventsourcing` library's own Application, Repository and Aggregate keep their promises on our table, unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import DataError, IntegrityError

from domain.event_store import CanopyRecorder, EventStore, library_environment
from domain.kernel import SYSTEM
from tests.domain.errands import FillPurse


class Dog(Aggregate):
    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name
        self.tricks: list[str] = []

    @event("TrickAdded")
    def add_trick(self, trick: str) -> None:
        self.tricks.append(trick)


Kennel = Application[UUID]


@pytest.fixture
def kennel(store_url: str) -> Iterator[Kennel]:
    with Kennel(env=library_environment(store_url)) as kennel:
        yield kennel
        kennel.close()


def test_aggregates_are_saved_and_found_again(kennel: Kennel) -> None:
    fido = Dog("Fido")
    fido.add_trick("roll over")
    fido.add_trick("摇尾巴")
    kennel.save(fido)
    again: Dog = kennel.repository.get(fido.id)
    assert (again.name, again.tricks, again.version) == ("Fido", ["roll over", "摇尾巴"], 3)
    earlier: Dog = kennel.repository.get(fido.id, version=2)
    assert earlier.tricks == ["roll over"]
    with pytest.raises(AggregateNotFoundError):
        kennel.repository.get(uuid4())


def test_the_library_uses_our_recorder(kennel: Kennel) -> None:
    assert isinstance(kennel.recorder, CanopyRecorder)


def test_several_aggregates_are_saved_in_one_transaction(kennel: Kennel, store_url: str) -> None:
    fido, rex = Dog("Fido"), Dog("Rex")
    kennel.save(fido, rex)
    stale: Dog = kennel.repository.get(fido.id)
    fido.add_trick("sit")
    kennel.save(fido)
    stale.add_trick("beg")
    rex.add_trick("beg")
    with pytest.raises(IntegrityError):
        kennel.save(rex, stale)
    with EventStore(store_url) as store:
        assert [(each.stream, each.version) for each in store.read(0, 10)] == [
            (str(fido.id), 1),
            (str(rex.id), 1),
            (str(fido.id), 2),
        ]


def test_the_notification_log_has_every_event_in_order_and_in_sections(kennel: Kennel) -> None:
    assert kennel.recorder.max_notification_id() is None
    dogs = [Dog(f"dog {number}") for number in range(12)]
    for dog in dogs:
        kennel.save(dog)
    section = kennel.notification_log["1,10"]
    assert [item.id for item in section.items] == [*range(1, 11)]
    assert section.next_id == "11,20"
    assert [item.originator_id for item in kennel.notification_log["11,20"].items] == [dog.id for dog in dogs[10:]]
    assert [item.id for item in kennel.notification_log.select(start=3, limit=2)] == [3, 4]
    assert [item.id for item in kennel.notification_log.select(start=3, limit=2, inclusive_of_start=False)] == [4, 5]
    assert [item.id for item in kennel.notification_log.select(start=3, stop=4, limit=9)] == [3, 4]
    assert kennel.notification_log.select(start=1, limit=9, topics=["none"]) == []
    assert kennel.recorder.max_notification_id() == 12


def test_streams_are_read_backwards_and_in_part(kennel: Kennel) -> None:
    fido = Dog("Fido")
    for trick in "abcd":
        fido.add_trick(trick)
    kennel.save(fido)
    select = kennel.recorder.select_events
    assert [each.originator_version for each in select(fido.id, desc=True, limit=2)] == [5, 4]
    assert [each.originator_version for each in select(fido.id, gt=1, lte=3)] == [2, 3]


def test_a_subscription_hears_what_is_saved_meanwhile(kennel: Kennel) -> None:
    kennel.save(Dog("Fido"))
    with kennel.recorder.subscribe(gt=0) as subscription:
        assert next(subscription).id == 1
        kennel.save(Dog("Rex"))
        assert next(subscription).id == 2


def test_a_command_id_given_to_save_is_carried_out_once(kennel: Kennel) -> None:
    fido = Dog("Fido")
    created = kennel.mapper.to_stored_event(fido.pending_events[0])
    positions = kennel.recorder.insert_events([created], command_id="born", actor="li")
    assert positions is not None
    assert [*positions] == [1]
    assert kennel.recorder.insert_events([created], command_id="born", actor="li") == positions
    with pytest.raises(IntegrityError, match="reused"):
        kennel.recorder.insert_events(
            [kennel.mapper.to_stored_event(Dog("Rex").pending_events[0])], command_id="born", actor="li"
        )


def test_the_librarys_events_and_ours_share_one_log_readable_in_psql(
    kennel: Kennel, store: EventStore, database: str
) -> None:
    store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="fill")
    fido = Dog("Fido")
    kennel.save(fido)
    assert [item.originator_id for item in kennel.notification_log.select(start=1, limit=9)] == ["purse:red", fido.id]
    with psycopg.connect(database) as auditor:
        row = auditor.execute(
            "SELECT stream, name, payload ->> 'name', actor FROM canopy.events WHERE position = 2"
        ).fetchone()
    assert row == (str(fido.id), f"{__name__}:Dog.Registered", "Fido", "canopy")
    assert json.loads(store.read(1, 1)[0].raw)["name"] == "Fido"


def test_what_is_not_json_is_refused(store_url: str) -> None:
    compressed = library_environment(store_url) | {"COMPRESSOR_TOPIC": "zlib"}
    with Kennel(env=compressed) as kennel:
        with pytest.raises(DataError):
            kennel.save(Dog("Fido"))
        assert kennel.recorder.max_notification_id() is None
        kennel.close()
