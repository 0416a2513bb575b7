"""Deciding on kept states, without a look: quick, and never on what is no longer so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import CommandIdReused, RoleMissing
from domain.event_store import EventStore, StoreClock
from domain.kernel import SYSTEM
from domain.person import EndRole, GrantRole, Person, RegisterPerson
from tests.domain.errands import new_id

LI = GrantRole(person="li", role="reviewer", scope="round-1")


@pytest.fixture
def staffed(store: EventStore) -> EventStore:
    """A store that has just dealt with a steward, shen, and with li."""
    store.do(RegisterPerson(person="shen", name="沈"), by=SYSTEM, command_id=new_id())
    store.do(GrantRole(person="shen", role="steward", scope="*"), by=SYSTEM, command_id=new_id())
    store.do(RegisterPerson(person="li", name="李"), by="shen", command_id=new_id())
    return store


def test_a_command_on_kept_states_takes_one_round_trip(staffed: EventStore) -> None:
    assert staffed.do(LI, by="shen", command_id=new_id()).round_trips == 1


def test_who_lost_their_role_elsewhere_is_refused_at_once(staffed: EventStore, store_url: str) -> None:
    with EventStore(store_url) as other:
        other.do(GrantRole(person="li", role="steward", scope="*"), by="shen", command_id=new_id())
        other.do(EndRole(person="shen", role="steward", scope="*", reason="retired"), by="li", command_id=new_id())
    with pytest.raises(RoleMissing):
        staffed.do(LI, by="shen", command_id=new_id())
    assert ("reviewer", "round-1") not in staffed.load(Person, "li").grants


def test_a_no_is_said_only_after_a_look(staffed: EventStore, store_url: str) -> None:
    with EventStore(store_url) as other:
        other.do(GrantRole(person="li", role="steward", scope="*"), by="shen", command_id=new_id())
    granted = staffed.do(GrantRole(person="shen", role="officer", scope="*"), by="li", command_id=new_id())
    assert granted.new, "what is kept of li knows of no role, and is not the last word"


def test_a_command_id_used_elsewhere_gets_the_first_answer(staffed: EventStore, store_url: str) -> None:
    with EventStore(store_url) as other:
        first = other.do(LI, by="shen", command_id="the-same")
    again = staffed.do(LI, by="shen", command_id="the-same")
    assert (again.repeated, again.position) == (True, first.position)
    with pytest.raises(CommandIdReused):
        staffed.do(GrantRole(person="li", role="judge", scope="round-1"), by="shen", command_id="the-same")


def test_a_clock_set_meanwhile_is_heeded(staffed: EventStore, database: str) -> None:
    held = datetime.now(UTC) + timedelta(days=40)
    StoreClock(database).hold(held)
    assert staffed.do(LI, by="shen", command_id=new_id()).recorded_at == held
    later = held + timedelta(days=1)
    StoreClock(database).run_until(later, over=timedelta(0))
    officer = GrantRole(person="li", role="officer", scope="round-1")
    assert staffed.do(officer, by="shen", command_id=new_id()).recorded_at == later


def test_while_the_clock_is_held_one_round_trip_is_enough_too(staffed: EventStore, database: str) -> None:
    held = datetime.now(UTC) + timedelta(days=40)
    StoreClock(database).hold(held)
    roles = ("reviewer", "judge", "officer", "payer")
    grants = [GrantRole(person="li", role=role, scope="round-1") for role in roles]
    done = [staffed.do(grant, by="shen", command_id=new_id()) for grant in grants]
    assert [each.round_trips for each in done] == [3, 2, 1, 1], "in vain; seen once; seen twice: it stands"
    assert {each.recorded_at for each in done} == {held}


def test_a_held_clock_that_was_moved_on_is_heeded(staffed: EventStore, database: str) -> None:
    held = datetime.now(UTC) + timedelta(days=40)
    StoreClock(database).hold(held)
    for role in ("reviewer", "judge"):
        staffed.do(GrantRole(person="li", role=role, scope="round-1"), by="shen", command_id=new_id())
    StoreClock(database).hold(held + timedelta(days=1))
    officer = GrantRole(person="li", role="officer", scope="round-1")
    assert staffed.do(officer, by="shen", command_id=new_id()).recorded_at == held + timedelta(days=1)
