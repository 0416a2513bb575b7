"""Sponsorship 认领资助: a sponsor's money comes in for one project alone; what waits for it, and goes on when it is there (C8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.agreement import AwardGranted, CompleteAwards, GrantAward
from domain.award import AwardHeldUp, AwardsResumed, DeclineAward, RecordHoldUp
from domain.closing import CloseRound, TerminateProject
from domain.errors import (
    AboveLimit,
    CurrencyMismatch,
    DutiesOpen,
    FundExhausted,
    NotFound,
    PurposeMismatch,
    ReferenceUsed,
    StageNotOpen,
    TrancheNotReady,
)
from domain.fund import Fund
from domain.gate import missing
from domain.kernel import STORY, Money
from domain.movement import FundsAllocated, FundsCommitted, FundsReceived
from domain.receipt import ReceiveFunds
from domain.rules import Rules
from domain.sponsored import earmark, lacking_for
from domain.sponsorship import ReceiveSponsorship, SponsorshipReceived
from domain.tranche import ApproveTranche, RequestTranche, TrancheRequested, VerifyTranche
from tests.controls import (
    FUND,
    PROJECT,
    ROUND,
    chen,
    gao,
    he,
    jin,
    lin,
    luo,
    on,
    pay,
    receive,
    sign,
    song,
    tang,
    tranches_of,
    yuan,
)
from tests.domain.test_claim import (
    OTHER,
    PURPOSES,
    THIRD,
    claim,
    claimed,
    three_presented,
    to_be_granted,
    with_claims,
)
from tests.situations import a_fund, a_ranked_round
from tests.world import Given, Situation, World, given, put, steps

GRANT = GrantAward(project=THIRD)
HELD = RecordHoldUp(project=THIRD, command="GrantAward", refusal="FundExhausted")
MONEY = {"kind": "funding"}
GRANTED = (AwardGranted, FundsAllocated, FundsCommitted)
COVERED = (FundsReceived, SponsorshipReceived, FundsAllocated, FundsCommitted)


def sponsoring(amount: int, reference: str = "sponsor-1", project: str = THIRD, **changes: Any) -> ReceiveSponsorship:
    content = {"project": project, "amount": yuan(amount), "received_on": date(2026, 4, 27), "reference": reference}
    return ReceiveSponsorship.model_validate(content | changes)


def came_in(amount: int, reference: str = "sponsor-1", project: str = THIRD) -> Situation:
    return Situation(f"came in {reference}", put(sponsoring(amount, reference, project), by=tang))


def by_and_by(*gates: Any) -> Rules:
    """Two tranches of half the award each, the second behind the agreement and the money."""
    gates = gates or ({"kind": "agreement"}, {"kind": "all", "of": [{"kind": "agreement"}, MONEY]})
    stages = [stage.model_dump(mode="json") for stage in with_claims().stages]
    content = tranches_of(*gates).model_dump(mode="json") | {"stages": stages}
    for tranche, share in zip(content["tranches"], (50, 50), strict=True):
        tranche["share_percent"] = share
    return Rules.model_validate(content)


def running(*before: Any, rules: Rules | None = None) -> Given:
    """Half of the 20,000 is in; the award is granted and the agreement concluded."""
    half = before or (came_in(10_000),)
    signed = put(sign("organisation", project=THIRD), by=chen), put(sign("bureau", project=THIRD), by=lin)
    return given(three_presented(rules or by_and_by()), to_be_granted(), *half, put(GRANT, by=STORY), *signed)


def fund_of(world: Given) -> Fund:
    return world.world.get(Fund, FUND)


def ask(tranche: str = "t2") -> RequestTranche:
    return RequestTranche(project=THIRD, tranche=tranche, payee="Qinghe")


# ── receiving ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sponsors_money_is_booked_for_the_project_they_claimed_also_in_parts() -> None:
    first = given(to_be_granted()).when(sponsoring(15_000), by=tang).then_once(FundsReceived, SponsorshipReceived)
    after = first.when(sponsoring(5_000, "sponsor-2"), by=tang).then(FundsReceived, SponsorshipReceived)
    assert fund_of(after).books["available", f"sponsored/{THIRD}"] == 2_000_000
    assert after.project(THIRD).sponsored == {"sponsor-1": yuan(15_000), "sponsor-2": yuan(5_000)}


def test_no_more_than_was_promised_in_the_funds_currency_each_reference_once() -> None:
    one = given(to_be_granted(), came_in(15_000))
    one.when(sponsoring(5_001, "s-2"), by=tang).refused(AboveLimit, field="amount", limit="CNY 5,000.00")
    one.when(sponsoring(1, "gift-1"), by=tang).refused(ReferenceUsed, reference="gift-1")
    one.when(sponsoring(1_000), by=tang).refused(ReferenceUsed, reference="sponsor-1")
    euros = sponsoring(1, "s-2").model_copy(update={"amount": Money(currency="EUR", minor=1)})
    one.when(euros, by=tang).refused(CurrencyMismatch, currency="EUR", expected="CNY")


def test_only_for_a_project_that_a_sponsor_pays_from_the_ranking_on() -> None:
    given(to_be_granted()).when(sponsoring(1, project=PROJECT), by=tang).refused(NotFound, kind="claim", id=PROJECT)
    claimed().when(sponsoring(1), by=tang).refused(StageNotOpen, now="selection")
    given(three_presented()).when(sponsoring(1), by=tang).refused(StageNotOpen, now="selection")


def test_money_for_one_project_is_no_money_for_the_purpose_as_a_whole() -> None:
    """A fund keeps it only under a purpose of its own, and receives nothing else under that."""
    with pytest.raises(ValidationError):
        ReceiveFunds.model_validate(receive(yuan(1), "x").model_dump() | {"purpose": f"sponsored/{THIRD}"})
    fund = fund_of(given(a_fund(purposes=PURPOSES)))
    assert fund.serves(f"sponsored/{THIRD}")
    assert not fund.serves(f"another/{THIRD}")


# ── granting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_award_waits_until_the_sponsors_money_is_in_the_fund() -> None:
    given(to_be_granted()).when(GRANT, by=STORY).refused(FundExhausted, fund=FUND, available="CNY 0.00")
    less = given(to_be_granted(), came_in(19_999))
    less.when(GRANT, by=STORY).refused(FundExhausted, asked="CNY 20,000.00", available="CNY 19,999.00")
    after = given(to_be_granted(), came_in(20_000)).when(GRANT, by=STORY).then_once(*GRANTED)
    fund = fund_of(after)
    assert (fund.promised_to(THIRD), fund.books["available", f"sponsored/{THIRD}"]) == (2_000_000, 0)
    assert fund.unallocated == 4_000_000, "the fund's other money did not stand in"


def test_a_sponsors_money_is_never_spent_for_another_sponsors_project() -> None:
    """Two claims under one purpose of the rules: the money of one does not grant the other."""
    rules = with_claims(awards_at_most=1)
    both = put(claim(OTHER), by=jin), put(claim(), by=jin)
    published = given(three_presented(rules), *both, to_be_granted(), came_in(20_000, project=OTHER))
    published.when(GRANT, by=STORY).refused(FundExhausted, available="CNY 0.00")
    published.when(GrantAward(project=OTHER), by=STORY).then_once(*GRANTED)


def test_money_under_the_purpose_that_is_for_no_project_stands_in_for_none() -> None:
    loose = receive(yuan(20_000), "loose").model_copy(update={"purpose": "sponsored"})
    given(to_be_granted(), put(loose, by=tang)).when(GRANT, by=STORY).refused(FundExhausted, available="CNY 0.00")


def held_up() -> Situation:
    over = put(CompleteAwards(round=ROUND), by=STORY)
    return Situation("held up", steps(put(HELD, by=STORY), over), to_be_granted())


def test_an_award_that_was_held_up_goes_on_by_itself_once_there_is_enough() -> None:
    less = given(held_up()).when(sponsoring(19_999), by=tang).then(FundsReceived, SponsorshipReceived)
    enough = less.when(sponsoring(1, "sponsor-2"), by=tang).then(FundsReceived, SponsorshipReceived, AwardsResumed)
    assert enough.round().stage == "published"
    assert given(to_be_granted()).when(HELD, by=STORY).then_once(AwardHeldUp).project(THIRD).held_up


# ── the gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_behind_the_gate_is_to_be_in_when_the_award_is_granted() -> None:
    before = three_presented(by_and_by()), to_be_granted()
    given(*before, came_in(9_999)).when(GRANT, by=STORY).refused(FundExhausted, asked="CNY 10,000.00")
    after = given(*before, came_in(10_000)).when(GRANT, by=STORY).then_once(*GRANTED)
    assert fund_of(after).promised_to(THIRD) == 1_000_000


def test_with_every_tranche_behind_the_gate_an_award_is_granted_before_any_money_is_in() -> None:
    rules = by_and_by(MONEY, {"kind": "all", "of": [{"kind": "agreement"}, MONEY]})
    after = given(three_presented(rules), to_be_granted()).when(GRANT, by=STORY).then_once(AwardGranted)
    assert fund_of(after).promised_to(THIRD) == 0


def test_a_tranche_waits_for_the_money_and_says_how_much_and_who_brings_it() -> None:
    world = running()
    project = world.project(THIRD)
    waits = missing(project, project.tranche("t2"), on("04-29"))
    assert [*waits.each] == [("funding CNY 10,000.00", "funder")]
    world.when(ask(), by=chen).refused(TrancheNotReady, waits_for="funding CNY 10,000.00")
    world.when(ask("t1"), by=chen).then_once(TrancheRequested)


def test_the_tranche_goes_on_when_the_money_arrives() -> None:
    some = running().when(sponsoring(4_000, "sponsor-2"), by=tang).then_once(*COVERED)
    some.when(ask(), by=chen).refused(TrancheNotReady, waits_for="funding CNY 6,000.00")
    whole = some.when(sponsoring(6_000, "sponsor-3"), by=tang).then_once(*COVERED)
    asked = whole.when(ask(), by=chen).then_once(TrancheRequested)
    assert fund_of(asked).promised_to(THIRD) == 2_000_000
    checked = (
        put(VerifyTranche(project=THIRD, tranche="t2"), by=gao),
        put(ApproveTranche(project=THIRD, tranche="t2"), by=luo),
    )
    paid = steps(*checked, put(pay("t2", "bank-2", THIRD), by=song))(asked.world)
    assert paid.get(Fund, FUND).paid_to(THIRD) == 1_000_000


def test_tranches_behind_the_gate_are_covered_in_their_order() -> None:
    rules = by_and_by(MONEY, MONEY)
    project = running(came_in(12_000), rules=rules).project(THIRD)
    assert [lacking_for(project, each) for each in project.tranches.values()] == [yuan(0), yuan(8_000)]
    before = given(three_presented(rules), to_be_granted(), came_in(1), put(GRANT, by=STORY)).project(THIRD)
    assert [missing(before, each, on("04-29")).said for each in before.tranches.values()] == ["agreement"] * 2


def test_what_a_rounds_own_budget_pays_is_in_the_fund_before_it_is_promised() -> None:
    ranked = given(three_presented(by_and_by()), a_ranked_round())
    project = ranked.project(PROJECT)
    assert not project.sponsor
    granted = given(three_presented(by_and_by()), to_be_granted(), put(GrantAward(project=PROJECT), by=STORY))
    assert [lacking_for(granted.project(), each).minor for each in granted.project().tranches.values()] == [0, 0]


def test_a_round_is_not_closed_while_a_sponsor_pays_as_the_project_goes_on() -> None:
    others = steps(*(put(GrantAward(project=id_), by=STORY) for id_ in (PROJECT, OTHER)))
    declined = (put(DeclineAward(project=id_, reason="x"), by=by) for id_, by in ((PROJECT, chen), (OTHER, he)))
    awarded = steps(others, put(CompleteAwards(round=ROUND), by=STORY), *declined)(running().world)
    paid = steps(put(ask("t1"), by=chen), *first_paid())(awarded)
    Given(paid).when(CloseRound(round=ROUND), by=lin).refused(DutiesOpen, duties=THIRD)
    end = put(TerminateProject(project=THIRD, reason="The sponsor is bankrupt."), by=lin)(paid)
    assert Given(end).when(CloseRound(round=ROUND), by=lin).events


def first_paid() -> tuple[Any, ...]:
    return (
        put(VerifyTranche(project=THIRD, tranche="t1"), by=gao),
        put(ApproveTranche(project=THIRD, tranche="t1"), by=luo),
        put(pay("t1", "bank-1", THIRD), by=song),
    )


def test_funding_is_no_choice_beside_something_else() -> None:
    choice = {"kind": "any", "of": [{"kind": "visit"}, {"kind": "all", "of": [MONEY, {"kind": "agreement"}]}]}
    with pytest.raises(ValidationError, match="funding is waited for beside the other things, not instead of them"):
        by_and_by({"kind": "agreement"}, choice)


def test_each_project_has_a_purpose_of_its_own() -> None:
    assert earmark(running().project(THIRD)) == "sponsored/third"


def test_a_fund_without_the_purpose_of_claims_takes_no_sponsors_money() -> None:
    world = given(to_be_granted()).world
    fund = world.get(Fund, FUND)
    other = World(
        {**world.streams, fund.stream_of(FUND): type(fund)(id=FUND, name="x", currency="CNY", purposes=("a",))}
    )
    Given(other).when(sponsoring(1), by=tang).refused(PurposeMismatch, purpose=f"sponsored/{THIRD}")
