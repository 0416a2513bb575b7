"""The demonstration's beginning, broken off at its first event."""

from __future__ import annotations

from pathlib import Path

from domain.kernel import SYSTEM
from domain.person import Person, RegisterPerson
from entrypoints.demo import begin
from entrypoints.demo_clock import HeldClock
from entrypoints.demo_script import BEGIN
from tests.stage import canopy_on


def test_a_demonstration_killed_between_its_first_two_events_can_still_begin(
    empty_database: str, tmp_path: Path
) -> None:
    canopy = canopy_on(empty_database, "", tmp_path)
    clock = HeldClock(canopy)
    clock.clock.hold(BEGIN)
    register = RegisterPerson(person="steward", name="Steward 系统管理")
    clock.store.do(register, by=SYSTEM, command_id="first-steward")
    begin(canopy, clock)
    assert ("steward", "*") in clock.store.load(Person, "steward").grants
    clock.close()
