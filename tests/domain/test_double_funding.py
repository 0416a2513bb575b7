"""Double funding 重复资助: two projects applied for in time both won; only the first award is granted (C10, C1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.agreement import AwardGranted, AwardLapsed, GrantAward, TranchePlan
from domain.application import ApplicationSubmitted
from domain.award import HonourConferred
from domain.errors import AlreadyLeads, DoubleFunding
from domain.kernel import STORY, Event
from domain.movement import FundsCommitted
from domain.organisation import ApplicationEntered
from domain.person import ProjectLed
from domain.result import ProjectSelected
from domain.rules import Rules
from domain.termination import ProjectTerminated
from domain.tranche import TranchePaid
from tests.controls import PROJECT, on, rules_with, yuan
from tests.domain.test_award import HONOUR
from tests.situations import a_passed_notice, a_presented_project, a_programme
from tests.world import Given, World, given, put

GRANT, OTHER = GrantAward(project=PROJECT), "second"
SELECTED = ProjectSelected(rank=1, total=9_000, award=yuan(30_000))
GRANTED = AwardGranted(
    amount=yuan(30_000), sign_by=on("05-10"), tranches=(TranchePlan(id="first", amount=yuan(30_000)),)
)
LAPSED = AwardLapsed(due=on("05-10"))
MOVED = ProjectTerminated(cause="other", reason="The organisation moved.", spent=None, to_return=None)


def rules(counts: str = "running", *programmes: str, leaders: bool = False, **sections: Any) -> Rules:
    rule = {"counts": counts, "programmes": programmes, "leaders": leaders}
    return rules_with(call={"one_at_a_time": rule}, **sections)


def elsewhere(*happened: Event, **changes: Any) -> Callable[[World], World]:
    """Meanwhile, what happened to another project: of the same organisation and leader, in another round, if nothing else is said."""

    def play(world: World) -> World:
        ours = next(event for _, event in world.events if isinstance(event, ApplicationSubmitted))
        entered = ours.model_copy(update={"round": "autumn-2026"} | changes)
        told = [(f"organisation:{entered.organisation}", ApplicationEntered(round=entered.round, project=OTHER))]
        led = [(f"person:{entered.leader}", ProjectLed(project=OTHER))] if entered.leader else []
        return world.with_events(*told, *led, *((f"project:{OTHER}", each) for each in (entered, *happened)))

    return play


def noticed(under: Rules, *before: Callable[[World], World], leader: str | None = None) -> Given:
    """The notice of the example is over and its award is to be granted."""
    return given(a_programme(under), a_presented_project(leader=leader), a_passed_notice(), *before)


@pytest.mark.parametrize("counts", ["entered", "running", "funded"])
def test_of_two_awards_of_one_organisation_only_the_first_is_granted(counts: str) -> None:
    both = noticed(rules(counts), elsewhere(SELECTED, GRANTED))
    both.when(GRANT, by=STORY).refused(DoubleFunding, organisation="qinghe", project=OTHER, programme="fenghua-micro")


@pytest.mark.parametrize("counts", ["entered", "running", "funded"])
def test_what_was_only_entered_or_selected_elsewhere_stands_in_no_awards_way(counts: str) -> None:
    """Else two that were allowed to apply would wait for each other for ever."""
    for happened in ((), (SELECTED,)):
        noticed(rules(counts), elsewhere(*happened)).when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def test_an_award_goes_on_once_the_other_one_is_over() -> None:
    lapsed = noticed(rules(), elsewhere(SELECTED, GRANTED, LAPSED))
    lapsed.when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def test_what_was_paid_counts_for_ever_where_the_rules_say_so() -> None:
    paid = TranchePaid(
        tranche="first", amount=yuan(30_000), reference="bank-9", paid_by="song", paid_on=date(2026, 5, 1)
    )
    over = elsewhere(SELECTED, GRANTED, paid, MOVED)
    noticed(rules("running"), over).when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)
    noticed(rules("funded"), over).when(GRANT, by=STORY).refused(DoubleFunding, project=OTHER)


def test_another_programmes_award_counts_only_where_it_is_named() -> None:
    there = elsewhere(SELECTED, GRANTED, programme="jiangbei")
    noticed(rules(), there).when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)
    noticed(rules("running", "jiangbei"), there).when(GRANT, by=STORY).refused(DoubleFunding, programme="jiangbei")


def test_in_its_own_round_the_calls_number_of_projects_holds() -> None:
    there = elsewhere(SELECTED, GRANTED, round="spring-2026")
    noticed(rules(), there).when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def test_nobody_leads_two_granted_projects_not_even_of_two_organisations() -> None:
    theirs = elsewhere(SELECTED, GRANTED, organisation="xingguang")
    led = noticed(rules(leaders=True), theirs, leader="fang")
    led.when(GRANT, by=STORY).refused(AlreadyLeads, person="fang", project=OTHER)
    noticed(rules(leaders=False), theirs, leader="fang").when(GRANT, by=STORY).then(AwardGranted, FundsCommitted)
    another = elsewhere(SELECTED, GRANTED, organisation="xingguang", leader="wang")
    noticed(rules(leaders=True), another, leader="fang").when(GRANT, by=STORY).then(AwardGranted, FundsCommitted)
    pending = elsewhere(SELECTED, organisation="xingguang")
    noticed(rules(leaders=True), pending, leader="fang").when(GRANT, by=STORY).then(AwardGranted, FundsCommitted)


def test_a_programme_that_does_not_ask_grants_both() -> None:
    noticed(rules_with(), elsewhere(SELECTED, GRANTED)).when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def test_an_honour_without_money_is_conferred_beside_an_award() -> None:
    honoured = noticed(rules(selection=HONOUR), elsewhere(SELECTED, GRANTED))
    honoured.when(GRANT, by=STORY).then_once(HonourConferred)


def test_what_was_granted_already_is_not_asked_again() -> None:
    granted = noticed(rules(), put(GRANT, by=STORY), elsewhere(SELECTED, GRANTED))
    granted.when(GRANT, by=STORY).nothing_new()
