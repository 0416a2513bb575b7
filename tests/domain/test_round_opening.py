"""Rounds: opened against a fund, and their call opens and closes on its days."""

from datetime import date
from typing import Any

import pytest

from domain.errors import AlreadyExists, CurrencyMismatch, Malformed, NotDue, NotFound, StageNotOpen
from domain.kernel import STORY, Money, Words
from domain.movement import FundsAllocated
from domain.receipt import OpenFund
from domain.round import Round
from domain.round_opening import CallClosed, CallOpened, CloseCall, OpenCall, RoundOpened
from domain.selection import CloseAssessment
from tests.controls import FUND, PROGRAMME, ROUND, RULES, also, lin, on, open_round, stranger, tang, yuan
from tests.situations import a_fund, a_planned_round, a_programme, an_open_round
from tests.world import given, put


def test_a_round_quotes_its_rules_and_its_days_are_whole_days_of_the_programme() -> None:
    given(a_programme(), a_fund()).when(open_round(), by=lin).then_once(
        RoundOpened(
            programme=PROGRAMME,
            title=Words(zh="2026 年春季", en="Spring 2026"),
            fund=FUND,
            budget=yuan(60_000),
            opens_at=on("03-09", "00:00"),
            closes_at=on("03-21", "00:00"),
            rules_version=1,
            rules=RULES,
        ),
        FundsAllocated(round=ROUND, amount=yuan(60_000), purpose="community-service"),
    )


@pytest.mark.parametrize(
    "changes", [{"budget": yuan(10_000)}, {"opens_on": date(2026, 3, 10)}, {"closes_on": date(2026, 3, 21)}]
)
def test_an_id_belongs_to_one_round(changes: dict[str, Any]) -> None:
    given(a_planned_round()).when(open_round(**changes), by=lin).refused(AlreadyExists, kind="round", id=ROUND)


def test_a_call_does_not_end_before_it_begins_nor_in_the_past() -> None:
    before = given(a_programme(), a_fund())
    before.when(open_round(closes_on=date(2026, 3, 8)), by=lin).refused(Malformed, field="closes_on")
    before.when(open_round(), by=lin, at=on("03-21", "00:00")).refused(Malformed, field="closes_on")
    before.when(open_round(), by=lin, at=on("03-20", "23:59")).then(RoundOpened, FundsAllocated)


def test_a_round_needs_a_published_programme_and_a_fund() -> None:
    given(a_fund()).when(open_round(), by=lin).refused(NotFound, kind="programme", id=PROGRAMME)
    given(a_programme()).when(open_round(), by=lin).refused(NotFound, kind="fund", id=FUND)


def test_a_budget_is_in_the_funds_and_the_programmes_currency() -> None:
    euros = open_round(budget=Money(currency="EUR", minor=100))
    given(a_programme(), a_fund()).when(euros, by=lin).refused(CurrencyMismatch, currency="EUR", expected="CNY")
    euro_fund = put(OpenFund(fund=FUND, name="Euro", currency="EUR", purposes=("community-service",)), by=tang)
    given(a_programme(), euro_fund).when(euros, by=lin).refused(CurrencyMismatch, currency="EUR", expected="CNY")


def test_the_call_opens_on_its_first_day_and_not_before() -> None:
    planned = given(a_planned_round())
    first = on("03-09", "00:00")
    planned.when(OpenCall(round=ROUND), by=STORY, at=on("03-08", "23:59")).refused(
        NotDue, deadline="call-opens", due=first
    )
    planned.when(OpenCall(round=ROUND), by=STORY, at=first).then_once(CallOpened())


def test_the_call_closes_after_its_last_day() -> None:
    calling = given(an_open_round())
    last = on("03-21", "00:00")
    calling.when(CloseCall(round=ROUND), by=STORY, at=on("03-20", "23:59")).refused(
        NotDue, deadline="call-closes", due=last
    )
    calling.when(CloseCall(round=ROUND), by=STORY, at=last).then_once(CallClosed())


def test_a_call_is_not_closed_before_it_was_opened_nor_opened_where_there_is_no_round() -> None:
    given(a_planned_round()).when(CloseCall(round=ROUND), by=STORY, at=on("03-21")).nothing_new()
    given().when(OpenCall(round=ROUND), by=STORY).nothing_new()


def test_a_round_nobody_opened_is_not_found() -> None:
    given().when(CloseAssessment(round=ROUND), by=also(stranger, "officer")).refused(NotFound, kind="round", id=ROUND)
    with pytest.raises(NotFound):
        _ = Round(id=ROUND).rules


def test_the_ranking_does_not_begin_while_the_call_is_open() -> None:
    given(an_open_round()).when(CloseAssessment(round=ROUND), by=lin).refused(
        StageNotOpen, stage="assessment", now="call"
    )


def test_a_call_of_long_ago_names_its_field() -> None:
    ready = given(a_programme(), a_fund())
    ready.when(open_round(opens_on=date(1900, 1, 1)), by=lin).refused(
        Malformed, field="opens_on", rule="must not be before the year 1970"
    )
