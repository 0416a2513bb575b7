"""Several funds behind one round: who gives how much of its budget, and what is not a way to finance a round."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.commands import parse
from domain.errors import CurrencyMismatch, FundExhausted, Malformed, NotFound, PurposeMismatch
from domain.fund import Fund
from domain.kernel import Actor, Command, Event, Money
from domain.movement import FundsAllocated
from domain.receipt import OpenFund, ReceiveFunds
from domain.round import Round
from domain.round_opening import RoundOpened
from domain.rules import Rules
from domain.sources import Source, SourceWish, behind
from tests.controls import FUND, ROUND, RULES, lin, open_round, rules_with, yuan
from tests.situations import a_paid_tranche, a_programme, an_organisation
from tests.world import Answer, Situation, given, put, steps

PURPOSE = "community-service"
BUREAU, CHARITY = FUND, "charity-2026"
mei = Actor(id="mei", grants=frozenset({("trustee", "*")}))


def a_filled_fund(id_: str, amount: int, *purposes: str, currency: str = "CNY") -> Situation:
    opened = put(OpenFund(fund=id_, name=id_, currency=currency, purposes=purposes or (PURPOSE,)), by=mei)
    money = Money(currency=currency, minor=amount * 100)
    gift = {"amount": money, "source": "x", "received_on": date(2026, 3, 1), "reference": f"in-{id_}"}
    return Situation(f"fund {id_}", steps(opened, put(ReceiveFunds(fund=id_, **gift), by=mei)))


def from_sources(*sources: dict[str, Any], budget: int, **changes: Any) -> Command:
    return open_round(**{"fund": None, "sources": sources, "budget": yuan(budget)} | changes)


DEPARTMENTAL = {"fund": BUREAU, "amount": yuan(5_760_000)}
CHARITABLE = {"fund": CHARITY, "amount": yuan(6_000_000)}


def both_funds(bureau: int = 5_760_000, charity: int = 6_500_000, rules: Rules = RULES) -> Situation:
    """H5: 5,760,000 departmental and more than 6,000,000 charitable yuan."""
    money = steps(a_filled_fund(BUREAU, bureau), a_filled_fund(CHARITY, charity))
    people = steps(an_organisation(), an_organisation("xingguang"))
    return Situation("both funds", steps(money, people), a_programme(rules))


def a_pooled_round(*sources: dict[str, Any], budget: int = 11_760_000, before: Situation | None = None) -> Situation:
    """Under the name of the round that later situations build on."""
    opened = put(from_sources(*(sources or (DEPARTMENTAL, CHARITABLE)), budget=budget), by=lin)
    return Situation("a planned round", opened, before or both_funds())


def with_purposes(**purposes: str) -> Rules:
    """The example's rules, with a purpose of their own for these fields."""
    content = RULES.model_dump()
    fields = [each | {"purpose": purposes.get(each["id"])} for each in content["fields"]]
    return Rules.model_validate(content | {"fields": fields})


def told(answer: Answer) -> list[tuple[str, Event]]:
    """The events with their streams."""
    return [*answer.world.decided(answer.command, answer.by)]


def of(id_: str, event: Event) -> tuple[str, Event]:
    return Fund.stream_of(id_), event


# ── a round's budget from several funds ──────────────────────────────────────────────────────────────────────────────


def test_departmental_and_charitable_money_stand_behind_one_round() -> None:
    answer = given(both_funds()).when(from_sources(DEPARTMENTAL, CHARITABLE, budget=11_760_000), by=lin)
    answer.then_once(RoundOpened, FundsAllocated, FundsAllocated)
    assert told(answer)[1:] == [
        of(BUREAU, FundsAllocated(round=ROUND, amount=yuan(5_760_000), purpose=PURPOSE)),
        of(CHARITY, FundsAllocated(round=ROUND, amount=yuan(6_000_000), purpose=PURPOSE)),
    ]
    after = given(a_pooled_round())
    assert after.round().funds == (BUREAU, CHARITY)
    assert after.round().fund == BUREAU
    assert after.world.get(Fund, CHARITY).unallocated == yuan(500_000).minor


def test_shares_of_the_budget_make_the_budget_to_the_fen() -> None:
    wishes = tuple(SourceWish(fund=f"f{n}", share_percent=share) for n, share in enumerate((33, 33, 34)))
    budget = Money(minor=1_000_001)
    amounts = [source.amount.minor for source in behind(wishes, budget, RULES)]
    assert amounts == [330_000, 330_000, 340_001]


def test_an_amount_and_a_share_can_stand_side_by_side() -> None:
    wishes = (SourceWish(fund="lottery", amount=yuan(40)), SourceWish(fund="others", share_percent=60))
    assert [source.amount for source in behind(wishes, yuan(100), RULES)] == [yuan(40), yuan(60)]


def test_each_fund_must_have_its_part() -> None:
    opening = from_sources(DEPARTMENTAL, CHARITABLE, budget=11_760_000)
    given(both_funds(bureau=5_759_999)).when(opening, by=lin).refused(FundExhausted, fund=BUREAU)
    given(both_funds(charity=1)).when(opening, by=lin).refused(FundExhausted, fund=CHARITY, available="CNY 1.00")
    known = given(both_funds()).when(
        from_sources(DEPARTMENTAL, {"fund": "nobody", "amount": yuan(1)}, budget=5_760_001), by=lin
    )
    known.refused(NotFound, kind="fund", id="nobody")


def test_a_fund_with_several_purposes_gives_for_each_what_it_has() -> None:
    rules = with_purposes(elderly="fu-lao", disabled="zhu-can")
    lottery = a_filled_fund("lottery", 100, "fu-lao", "zhu-can")
    twice = [{"fund": "lottery", "purpose": purpose, "amount": yuan(60)} for purpose in ("fu-lao", "zhu-can")]
    before = given(a_programme(rules), lottery)
    before.when(from_sources(*twice, budget=120), by=lin).refused(
        FundExhausted, fund="lottery", asked="CNY 60.00", available="CNY 40.00"
    )
    twice[1]["amount"] = yuan(40)
    after = before.when(from_sources(*twice, budget=100), by=lin).then(RoundOpened, FundsAllocated, FundsAllocated)
    assert after.world.get(Fund, "lottery").unallocated == 0


# ── what is not a way to finance a round ─────────────────────────────────────────────────────────────────────────────

A, B = {"fund": "a", "amount": "CNY 60.00"}, {"fund": "b", "amount": "CNY 40.00"}
MALFORMED: list[tuple[list[dict[str, Any]], str, str]] = [
    ([A | {"share_percent": 50}], "sources.0", "must have an amount or a share_percent, not both"),
    ([{"fund": "a"}], "sources.0", "must have an amount or a share_percent, not both"),
    ([A, A], "sources", "must not name a twice for one purpose"),
    ([A | {"order": 1}, B], "sources", "must have an order everywhere or nowhere"),
    ([A | {"order": 1}, B | {"order": 1}], "sources", "must not have the same order twice"),
    (
        [{"fund": "a", "share_percent": 70}, {"fund": "b", "share_percent": 50}],
        "sources",
        "shares add up to 120 percent, more than 100",
    ),
    ([A | {"amount": "CNY -1.00"}], "sources.0.amount", "must be above zero"),
    ([], "sources", "must be given where no fund is named, and only there"),
]


@pytest.mark.parametrize(("sources", "field", "rule"), MALFORMED, ids=lambda value: str(value)[:40])
def test_sources_that_make_no_sense_are_malformed(sources: list[dict[str, Any]], field: str, rule: str) -> None:
    content = open_round().model_dump(mode="json") | {"fund": None, "sources": sources}
    with pytest.raises(Malformed) as caught:
        parse("OpenRound", content)
    assert (caught.value.fields["field"], caught.value.fields["rule"].removeprefix("Value error, ")) == (field, rule)


def test_a_round_has_one_fund_or_sources_not_both() -> None:
    with pytest.raises(ValidationError, match="must be given where no fund is named, and only there"):
        open_round(sources=(A, B))


def test_sources_make_the_budget_exactly() -> None:
    for budget in (99, 101):
        given(both_funds()).when(from_sources(A, B, budget=budget), by=lin).refused(
            Malformed, field="sources", rule=f"add up to CNY 100.00, not to the budget of CNY {budget}.00"
        )


def test_a_source_is_in_the_programmes_currency_and_so_is_its_fund() -> None:
    euros = {"fund": BUREAU, "amount": Money(currency="EUR", minor=100)}
    given(both_funds()).when(from_sources(euros, budget=1), by=lin).refused(
        CurrencyMismatch, field=f"sources.{BUREAU}.amount", currency="EUR", expected="CNY"
    )
    foreign = given(both_funds(), a_filled_fund("foreign", 100, currency="EUR"))
    foreign.when(from_sources({"fund": "foreign", "amount": yuan(1)}, budget=1), by=lin).refused(
        CurrencyMismatch, currency="CNY", expected="EUR"
    )


def test_a_source_is_for_a_purpose_that_the_programme_serves_and_its_fund_has() -> None:
    unknown = {"fund": BUREAU, "amount": yuan(1), "purpose": "receptions"}
    given(both_funds()).when(from_sources(unknown, budget=1), by=lin).refused(
        Malformed, field=f"sources.{BUREAU}.purpose", rule=f"must be one of {PURPOSE}"
    )
    other = {"fund": BUREAU, "amount": yuan(1), "purpose": "fu-lao"}
    rules = with_purposes(elderly="fu-lao")
    given(both_funds(rules=rules)).when(from_sources(other, budget=1), by=lin).refused(
        PurposeMismatch, fund=BUREAU, purpose="fu-lao", purposes=PURPOSE
    )


def test_one_fund_stands_behind_a_round_as_before() -> None:
    round_ = Round(id=ROUND, fund="f", budget=yuan(1), quoted=RULES)
    assert round_.backing == (Source(fund="f", purpose=PURPOSE, amount=yuan(1)),)
    assert given(a_paid_tranche()).project().sources == ()
    assert rules_with().returned_to == "fund"
