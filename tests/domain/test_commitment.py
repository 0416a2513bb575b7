"""Commitment 承诺: what an award takes from each of several funds, what each pays of it, and what goes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given as sampled
from hypothesis import strategies as st

from domain.agreement import GrantAward, LapseAward
from domain.application import ApplicationWithdrawn, WithdrawApplication
from domain.closing import CloseRound, RoundClosed, TerminateProject
from domain.commitment import AwardSplit
from domain.errors import FundExhausted
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import STORY, Actor, Command, Event, Money
from domain.movement import AllocationReturned, FundsAllocated, FundsCommitted, FundsDisbursed, FundsReleased
from domain.organisation import ApplicationLeft
from domain.project import Project
from domain.sources import Part, tiers
from tests.controls import FAILED, PROJECT, ROUND, chen, evaluate, he, lin, on, pay, song, yao, yuan
from tests.domain.test_sources import (
    BUREAU,
    CHARITY,
    PURPOSE,
    a_filled_fund,
    a_pooled_round,
    both_funds,
    from_sources,
    of,
    told,
    with_purposes,
)
from tests.situations import (
    a_closed_project,
    a_delivered_project,
    a_granted_award,
    a_passed_notice,
    a_presented_project,
    a_ranked_round,
    an_approved_tranche,
)
from tests.world import Situation, given, put, steps

# ── what an award takes from whom ────────────────────────────────────────────────────────────────────────────────────


def test_an_award_is_split_by_what_each_has_and_the_project_remembers_it() -> None:
    answer = given(a_pooled_round(), a_presented_project(), a_passed_notice()).when(
        GrantAward(project=PROJECT), by=STORY
    )
    bureau, charity = Money(minor=1_469_388), Money(minor=1_530_612)  # 30,000 yuan by 576 : 600
    parts = (Part(fund=BUREAU, purpose=PURPOSE, amount=bureau), Part(fund=CHARITY, purpose=PURPOSE, amount=charity))
    assert told(answer)[1:] == [
        (Project.stream_of(PROJECT), AwardSplit(parts=parts)),
        of(BUREAU, FundsCommitted(round=ROUND, project=PROJECT, amount=bureau)),
        of(CHARITY, FundsCommitted(round=ROUND, project=PROJECT, amount=charity)),
    ]
    project = given(a_pooled_round(), a_granted_award()).project()
    assert project.sources == parts
    assert {BUREAU, CHARITY} <= project.scopes


def test_sources_with_an_order_are_used_up_one_after_the_other() -> None:
    first = {"fund": CHARITY, "amount": yuan(20_000), "order": 1}
    then = {"fund": BUREAU, "amount": yuan(100_000), "order": 2}
    after = given(a_pooled_round(then, first, budget=120_000), a_granted_award())
    assert [(part.fund, part.amount) for part in after.project().sources] == [
        (CHARITY, yuan(20_000)),
        (BUREAU, yuan(10_000)),
    ]


def restricted(field: str) -> tuple[Situation, Situation]:
    """Lottery money for the elderly only, and general money; and a project of this field in their round."""
    rules = with_purposes(elderly="fu-lao")
    before = steps(a_filled_fund("lottery", 25_000, "fu-lao"), both_funds(rules=rules))
    lottery = {"fund": "lottery", "purpose": "fu-lao", "amount": yuan(25_000)}
    general = {"fund": BUREAU, "amount": yuan(30_000)}
    opened = put(from_sources(general, lottery, budget=55_000), by=lin)
    return Situation("a planned round", opened, before), a_presented_project(field=field)


def test_money_for_the_fields_own_purpose_is_used_before_general_money() -> None:
    after = given(*restricted("elderly"), a_granted_award())
    assert [(part.fund, part.purpose, part.amount) for part in after.project().sources] == [
        ("lottery", "fu-lao", yuan(25_000)),
        (BUREAU, PURPOSE, yuan(5_000)),
    ]


def test_money_for_one_purpose_serves_no_project_of_another_field() -> None:
    after = given(*restricted("children"), a_granted_award())
    assert [part.fund for part in after.project().sources] == [BUREAU]
    funds = Funds((after.world.get(Fund, BUREAU), after.world.get(Fund, "lottery")))
    backing = after.round().backing
    with pytest.raises(FundExhausted) as caught:
        funds.split(ROUND, yuan(1), tiers(backing, after.round().rules.purposes_of("children")))
    assert caught.value.fields["available"] == "CNY 0.00"
    assert funds.split(ROUND, yuan(1), tiers(backing, after.round().rules.purposes_of("elderly")))


def test_a_ranking_awards_no_more_than_there_is_for_each_purpose() -> None:
    """Elderly money left over helps no other field, and an elderly project leaves general money to the others."""
    round_, elderly = restricted("elderly")
    second = a_presented_project("second", percent=85, field="children")
    third = a_presented_project("third", percent=80, field="children", by=he, ask=yuan(1_000))
    places = given(round_, elderly, second, third, a_ranked_round()).round().places
    assert {id_: (place.award, place.reason) for id_, place in places.items()} == {
        PROJECT: (yuan(30_000), ""),  # 25,000 of the elderly's own money, 5,000 of the general
        "second": (None, "budget_spent"),  # 30,000 are asked for, 25,000 are left
        "third": (yuan(1_000), ""),
    }


# ── what a payment takes from whom, and what goes back ───────────────────────────────────────────────────────────────


def amounts(events: Iterable[tuple[str, Event]], kind: type[Event]) -> dict[str, int]:
    found: dict[str, int] = {}
    for stream, event in events:
        if isinstance(event, kind):
            fund = stream.partition(":")[2]
            found[fund] = found.get(fund, 0) + int(event.model_dump()["amount"]["minor"])
    return found


def test_a_tranche_is_paid_by_each_fund_with_its_part() -> None:
    answer = given(a_pooled_round(), an_approved_tranche()).when(pay(), by=song)
    assert amounts(told(answer), FundsDisbursed) == {BUREAU: 734_694, CHARITY: 765_306}


def test_after_the_last_tranche_each_fund_has_paid_exactly_what_it_promised() -> None:
    world = given(a_pooled_round(), a_closed_project()).world
    project = world.get(Project, PROJECT)
    assert amounts(world.events, FundsDisbursed) == {part.fund: part.amount.minor for part in project.sources}
    for id_ in (BUREAU, CHARITY):
        assert world.get(Fund, id_).promised == {}


ENDINGS: list[tuple[Situation, Command, Actor, str]] = [
    (a_granted_award(), WithdrawApplication(project=PROJECT, reason="x"), chen, "05-01"),
    (a_granted_award(), LapseAward(project=PROJECT), STORY, "05-11"),
    (an_approved_tranche(), TerminateProject(project=PROJECT, reason="x"), lin, "06-01"),
    (a_delivered_project(), evaluate(FAILED), yao, "09-15"),
]


@pytest.mark.parametrize(("so_far", "ending", "by", "day"), ENDINGS, ids=lambda value: type(value).__name__)
def test_what_is_not_paid_goes_back_to_each_fund_in_one_transaction(
    so_far: Situation, ending: Command, by: Actor, day: str
) -> None:
    answer = given(a_pooled_round(), so_far).when(ending, by=by, at=on(day))
    assert amounts(told(answer), FundsReleased) == {BUREAU: 1_469_388, CHARITY: 1_530_612}


def test_before_there_is_an_award_there_is_nothing_to_release() -> None:
    withdrawn = given(a_pooled_round(), a_passed_notice()).when(
        WithdrawApplication(project=PROJECT, reason="x"), by=chen
    )
    withdrawn.then(ApplicationWithdrawn, ApplicationLeft)


def test_a_closed_round_gives_back_to_each_fund_what_it_did_not_use() -> None:
    closing = given(a_pooled_round(), a_closed_project()).when(CloseRound(round=ROUND), by=lin)
    closing.then_once(RoundClosed, AllocationReturned, AllocationReturned)
    left = {BUREAU: 5_760_000_00 - 1_469_388, CHARITY: 6_000_000_00 - 1_530_612}
    assert amounts(told(closing), AllocationReturned) == left


def test_money_given_back_is_divided_over_the_funds_it_came_from() -> None:
    world = given(a_pooled_round(), a_closed_project()).world
    funds = Funds((world.get(Fund, BUREAU), world.get(Fund, CHARITY)))
    back = [(to.stream.partition(":")[2], to.event) for to in funds.take_back(ROUND, PROJECT, yuan(10_000), "back-1")]
    assert {fund: event.model_dump()["amount"]["minor"] for fund, event in back} == {BUREAU: 489_796, CHARITY: 510_204}
    whole = [*funds.take_back(ROUND, PROJECT, yuan(30_000), "back-1")]
    assert amounts([(to.stream, to.event) for to in whole], type(whole[0].event)) == {
        BUREAU: 1_469_388,
        CHARITY: 1_530_612,
    }


def test_a_payment_out_of_several_funds_is_reversed_in_all_of_them() -> None:
    paid = steps(a_pooled_round(), an_approved_tranche(), put(pay(), by=song))
    world = given(paid).world
    funds = Funds((world.get(Fund, BUREAU), world.get(Fund, CHARITY)))
    assert [to.stream.partition(":")[2] for to in funds.reverse("bank-1")] == [BUREAU, CHARITY]


@sampled(
    st.lists(st.integers(1, 10_000_000), min_size=1, max_size=4),
    st.lists(st.integers(0, 100), min_size=1, max_size=4),
    st.data(),
)
def test_however_an_award_is_paid_in_tranches_each_fund_pays_its_part_to_the_fen(
    given_by: list[int], weights: list[int], data: st.DataObject
) -> None:
    members = []
    for place, minor in enumerate(given_by):
        fund = Fund(id=f"f{place}", name="x", currency="CNY", purposes=(PURPOSE,))
        allocated = FundsAllocated(round=ROUND, amount=Money(minor=minor), purpose=PURPOSE)
        members.append(allocated.apply(fund))
    award = data.draw(st.integers(1, sum(given_by)))
    funds = Funds(tuple(members))
    places = [[(fund.id, PURPOSE) for fund in members]]
    parts = funds.split(ROUND, Money(minor=award), places)
    assert sum(part.amount.minor for part in parts) == award
    funds = booked(funds, funds.commit(ROUND, PROJECT, parts))
    left = award
    for number, weight in enumerate(weights):
        due = left if number == len(weights) - 1 else left * weight // 100
        if due:
            funds = booked(funds, funds.disburse(ROUND, PROJECT, Money(minor=due), f"bank-{number}"))
        left -= due
    assert {fund.id: fund.paid_to(PROJECT) for fund in funds.members if fund.paid_to(PROJECT)} == {
        part.fund: part.amount.minor for part in parts
    }


def booked(funds: Funds, happened: Iterable[Any]) -> Funds:
    now = {fund.stream_of(fund.id): fund for fund in funds.members}
    for stream, event in happened:
        now[stream] = event.apply(now[stream])
    return Funds(tuple(now.values()))
