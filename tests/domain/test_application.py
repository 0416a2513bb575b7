"""Applying 申请: to an open call, once per project; and withdrawing."""

from typing import Any

import pytest

from domain.application import ApplicationSubmitted, ApplicationWithdrawn, WithdrawApplication
from domain.budget import BudgetLine
from domain.commands import parse
from domain.errors import (
    AboveLimit,
    AlreadyExists,
    CallNotOpen,
    CurrencyMismatch,
    Malformed,
    NotAnswered,
    NotEligible,
    NotFound,
    RoleMissing,
    StageNotOpen,
    TooManyProjects,
)
from domain.fund import Fund
from domain.kernel import Money
from domain.movement import FundsReleased
from domain.organisation import ApplicationEntered, ApplicationLeft, Organisation
from tests.controls import FUND, PROJECT, ROUND, RULES, also, apply_with, chen, he, on, stranger, yuan
from tests.situations import (
    a_concluded_agreement,
    a_granted_award,
    a_programme,
    an_application,
    an_open_round,
    an_organisation,
)
from tests.world import given, put

WITHDRAW = WithdrawApplication(project=PROJECT, reason="Our room burned down.")


# ── applying ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_application_quotes_its_rules_and_counts_for_its_organisation() -> None:
    wish = apply_with()
    after = (
        given(an_open_round())
        .when(wish, by=chen, at=on("03-10"))
        .then_once(
            ApplicationSubmitted(
                programme="fenghua-micro",
                round=ROUND,
                fund=FUND,
                organisation="qinghe",
                submitted_by="chen",
                title=wish.title,
                field="children",
                plan=wish.plan,
                ask=yuan(30_000),
                budget=wish.budget,
                indicators=wish.indicators,
                eligibility_due=on("03-28", "00:00"),  # five working days after Saturday the 21st
                rules_version=1,
                rules=RULES,
            ),
            ApplicationEntered(round=ROUND, project=PROJECT),
        )
    )
    assert after.project().stage == "eligibility"


@pytest.mark.parametrize("when", [on("03-08", "23:59"), on("03-21", "00:00"), on("06-01")])
def test_outside_the_calls_days_nothing_is_taken(when: Any) -> None:
    given(an_open_round()).when(apply_with(), by=chen, at=when).refused(
        CallNotOpen, round=ROUND, opens_at=on("03-09", "00:00"), closes_at=on("03-21", "00:00")
    )


@pytest.mark.parametrize("when", [on("03-09", "00:00"), on("03-20", "23:59")])
def test_the_calls_first_and_last_day_belong_to_it(when: Any) -> None:
    given(an_open_round()).when(apply_with(), by=chen, at=when).then(ApplicationSubmitted, ApplicationEntered)


def test_handed_in_again_as_it_was_it_says_nothing_new_also_by_a_colleague() -> None:
    given(an_application()).when(apply_with(), by=chen).nothing_new()
    given(an_application()).when(apply_with(), by=also(stranger, "applicant", "qinghe")).nothing_new()


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("round", "autumn-2026"),
        ("organisation", "xingguang"),
        ("title", "Another title"),
        ("field", "elderly"),
        ("plan", "Another plan."),
        ("ask", yuan(29_999)),
        ("budget", (BudgetLine(item="chairs", amount=yuan(30_000)),)),
        ("indicators", (apply_with().indicators[0].model_copy(update={"target": 61}),)),
    ],
)
def test_handed_in_again_with_any_other_detail_it_is_refused_not_silently_ignored(field: str, other: Any) -> None:
    changed = apply_with().model_copy(update={field: other})
    for_both = also(chen, "applicant", "xingguang")
    given(an_application()).when(changed, by=for_both).refused(AlreadyExists, kind="project", id=PROJECT)


def test_one_applies_for_ones_own_organisation() -> None:
    given(an_open_round()).when(apply_with(), by=he, at=on("03-10")).refused(
        RoleMissing, person="he", roles="applicant"
    )


def test_an_organisation_must_be_registered_and_of_a_type_the_call_names() -> None:
    for_nobody = apply_with(organisation="nobody")
    given(an_open_round()).when(for_nobody, by=also(chen, "applicant", "nobody"), at=on("03-10")).refused(
        NotFound, kind="organisation", id="nobody"
    )
    given(a_programme(), an_organisation(type_="company"), an_open_round()).when(
        apply_with(), by=chen, at=on("03-10")
    ).refused(NotEligible, field="organisation.type", rule="one of association, service-agency, community")


def test_a_round_nobody_opened_takes_no_application() -> None:
    given(an_organisation()).when(apply_with(), by=chen).refused(NotFound, kind="round", id=ROUND)


def test_an_organisation_enters_as_many_projects_as_the_call_allows() -> None:
    two = given(an_application("one"), an_application("two"))
    two.when(apply_with("three"), by=chen).refused(TooManyProjects, organisation="qinghe", allowed=2)
    two.when(apply_with("three", organisation="xingguang"), by=he).then(ApplicationSubmitted, ApplicationEntered)


def test_a_withdrawn_application_makes_room_for_another() -> None:
    withdrawn = put(WithdrawApplication(project="one", reason="x"), by=chen)
    given(an_application("one"), an_application("two"), withdrawn).when(apply_with("three"), by=chen).then(
        ApplicationSubmitted, ApplicationEntered
    )


@pytest.mark.parametrize(
    ("changes", "refusal", "fields"),
    [
        ({"field": "astronomy"}, NotAnswered, {"field": "field", "unknown": "astronomy"}),
        ({"ask": Money(currency="EUR", minor=100)}, CurrencyMismatch, {"field": "ask", "expected": "CNY"}),
        (
            {"budget": (BudgetLine(item="books", amount=Money(currency="EUR", minor=100)),)},
            CurrencyMismatch,
            {"currency": "EUR"},
        ),
        ({"ask": yuan(30_001)}, AboveLimit, {"field": "ask", "limit": "CNY 30,000.00"}),
        (
            {"budget": (BudgetLine(item="books", amount=yuan(29_999)),)},
            AboveLimit,
            {"field": "ask", "limit": "the budget's total, CNY 29,999.00"},
        ),
    ],
)
def test_what_is_asked_for_fits_the_call(changes: dict[str, Any], refusal: Any, fields: dict[str, Any]) -> None:
    given(an_open_round()).when(apply_with(**changes), by=chen, at=on("03-10")).refused(refusal, **fields)


def test_a_limit_is_named_in_the_programmes_currency() -> None:
    content = RULES.model_dump(mode="json") | {"currency": "EUR"}
    content["call"] |= {"ask_at_most": "EUR 30000.00"}
    rules = type(RULES).model_validate(content)
    wish = apply_with(
        ask=Money(currency="EUR", minor=200),
        budget=(BudgetLine(item="books", amount=Money(currency="EUR", minor=100)),),
    )
    with pytest.raises(AboveLimit) as caught:
        wish._check_content(rules)
    assert caught.value.fields["limit"] == "the budget's total, EUR 1.00"


def test_an_id_belongs_to_one_project() -> None:
    given(an_application()).when(apply_with(ask=yuan(1)), by=chen).refused(AlreadyExists, kind="project", id=PROJECT)


@pytest.mark.parametrize(
    ("field", "value"),
    [("ask", "30000"), ("ask", "CNY 0.00"), ("budget", []), ("indicators", "none"), ("title", "  "), ("x", 1)],
)
def test_what_cannot_be_read_names_the_field_that_is_wrong(field: str, value: object) -> None:
    with pytest.raises(Malformed) as caught:
        parse("SubmitApplication", apply_with().model_dump(mode="json") | {field: value})
    assert caught.value.fields["field"] == field


# ── withdrawing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_application_is_withdrawn_with_a_reason() -> None:
    after = (
        given(an_application())
        .when(WITHDRAW, by=chen)
        .then_once(ApplicationWithdrawn(reason="Our room burned down."), ApplicationLeft(round=ROUND, project=PROJECT))
    )
    assert (after.project().stage, after.project().outcome) == ("ended", "withdrawn")
    assert after.world.get(Organisation, "qinghe").projects_in(ROUND) == 0


def test_withdrawing_gives_a_promised_award_back_to_its_round() -> None:
    after = (
        given(a_granted_award())
        .when(WITHDRAW, by=chen)
        .then_once(
            ApplicationWithdrawn, ApplicationLeft, FundsReleased(round=ROUND, project=PROJECT, amount=yuan(30_000))
        )
    )
    assert after.world.get(Fund, FUND).free_in(ROUND) == yuan(60_000).minor


def test_what_is_agreed_is_not_withdrawn() -> None:
    given(a_concluded_agreement()).when(WITHDRAW, by=chen).refused(StageNotOpen, now="delivery")


def test_nobody_else_withdraws_it() -> None:
    given(an_application()).when(WITHDRAW, by=he).refused(RoleMissing, person="he")
