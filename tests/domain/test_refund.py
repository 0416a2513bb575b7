"""Refund 退还认领资金: what a sponsor paid in for a project that ended is given back to them, in double entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.agreement import LapseAward
from domain.award import AwardRevoked, RevokeAward
from domain.closing import TerminateProject
from domain.errors import AboveLimit, CurrencyMismatch, NotFound, ReferenceUsed, RoleMissing, StageNotOpen
from domain.kernel import STORY, Money
from domain.ledger import own
from domain.movement import FundsRefunded
from domain.refund import RefundSponsorship, SponsorshipRefunded
from domain.sponsored import refundable
from tests.controls import PROJECT, ROUND, chen, he, lin, on, tang, yuan
from tests.domain.selecting import decline
from tests.domain.test_claim import SPONSOR, THIRD, to_be_granted
from tests.domain.test_sponsorship import GRANT, came_in, first_paid, fund_of, held_up, running
from tests.domain.test_sponsorship import ask as asking
from tests.world import Given, Situation, given, put

PURPOSE = own("sponsored", THIRD)
REVOKE = RevokeAward(project=THIRD, reason="The sponsor does not pay.")
REFUNDED = (FundsRefunded, SponsorshipRefunded)


def refund(amount: int, reference: str = "refund-1", project: str = THIRD, **changes: Any) -> RefundSponsorship:
    content = {"project": project, "amount": yuan(amount), "refunded_on": date(2026, 5, 20), "reference": reference}
    return RefundSponsorship.model_validate(content | changes)


def revoked() -> Situation:
    return Situation("revoked", put(REVOKE, by=lin))


def came_in_in_part() -> Given:
    """15,000 of the 20,000 came in, the award was held up, and the officer revoked it."""
    return given(to_be_granted(), came_in(15_000), held_up(), revoked())


def balances(world: Given) -> dict[str, int]:
    """Of the sponsor's money, those that are not nothing."""
    return {account: minor for (account, of), minor in fund_of(world).balances.items() if of == PURPOSE and minor}


def test_what_came_in_of_a_revoked_award_goes_back_to_the_sponsor() -> None:
    before = came_in_in_part()
    assert before.project(THIRD).outcome == "revoked"
    assert balances(before) == {"received": -15_000_00, "available": 15_000_00}
    assert refundable(before.project(THIRD)) == yuan(15_000)
    after = before.when(refund(15_000), by=tang).then_once(*REFUNDED)
    assert (balances(after), refundable(after.project(THIRD))) == ({}, yuan(0))
    (told,) = [event for _, event in after.world.events if isinstance(event, FundsRefunded)]
    assert (told.to, told.purpose, told.reference) == (SPONSOR, PURPOSE, "refund-1")


def test_it_may_go_back_in_parts_at_most_what_is_left_each_reference_once() -> None:
    some = came_in_in_part().when(refund(5_000), by=tang).then_once(*REFUNDED)
    some.when(refund(10_001, "refund-2"), by=tang).refused(AboveLimit, field="amount", limit="CNY 10,000.00")
    some.when(refund(1_000), by=tang).refused(ReferenceUsed, reference="refund-1")
    some.when(refund(1_000, "sponsor-1"), by=tang).refused(ReferenceUsed, reference="sponsor-1")
    euros = refund(1, "refund-2").model_copy(update={"amount": Money(currency="EUR", minor=1)})
    some.when(euros, by=tang).refused(CurrencyMismatch, currency="EUR", expected="CNY")
    some.when(refund(10_000, "refund-2"), by=tang).then_once(*REFUNDED)


def test_only_a_trustee_gives_back_only_a_sponsors_money_only_of_a_project_that_ended() -> None:
    came_in_in_part().when(refund(1), by=lin).refused(RoleMissing, person="lin")
    given(to_be_granted(), came_in(15_000), held_up()).when(refund(1), by=tang).refused(
        StageNotOpen, stage="ended", now="notice"
    )
    declined = given(to_be_granted(), put(decline(), by=chen))
    declined.when(refund(1, project=PROJECT), by=tang).refused(NotFound, kind="claim", id=PROJECT)


def test_what_was_promised_already_goes_back_too_while_the_round_runs_and_after() -> None:
    """Not signed: the money is the round's again, under the project's own purpose; a later part is in the fund itself."""
    lapsed = given(to_be_granted(), came_in(20_000), put(GRANT, by=STORY))
    lapsed = given(lambda _: lapsed.world, put(LapseAward(project=THIRD), by=STORY, at=on("05-20")))
    assert balances(lapsed) == {
        "received": -20_000_00,
        "allocated": 20_000_00,
        "committed": 20_000_00,
        "released": -20_000_00,
    }
    assert refundable(lapsed.project(THIRD)) == yuan(20_000)
    after = lapsed.when(refund(20_000), by=tang).then_once(FundsRefunded, SponsorshipRefunded)
    assert fund_of(after).lots[ROUND, PURPOSE].free == 0
    assert balances(after) == {"committed": 20_000_00, "released": -20_000_00}


def test_of_an_award_that_was_paid_in_part_only_what_is_left_goes_back_and_nobody_is_told_to() -> None:
    paid = given(lambda _: running().world, put(asking("t1"), by=chen), *first_paid())
    ended = given(lambda _: paid.world, put(TerminateProject(project=THIRD, reason="It moved."), by=lin))
    assert refundable(ended.project(THIRD)) == yuan(0)
    ended.when(refund(1), by=tang).refused(AboveLimit, limit="CNY 0.00")


def test_the_award_is_revoked_by_the_officer_alone() -> None:
    held = given(to_be_granted(), came_in(15_000), held_up())
    held.when(REVOKE, by=he).refused(RoleMissing, person="he")
    held.when(REVOKE, by=lin).then_once(AwardRevoked)
