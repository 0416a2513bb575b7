"""What a project has beside the award: own money, gifts of others, volunteers' hours. Only what is verified counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.contribution import (
    AcceptContribution,
    ContributionAccepted,
    ContributionRecorded,
    ContributionRefused,
    RefuseContribution,
)
from domain.errors import (
    AlreadyExists,
    CurrencyMismatch,
    Malformed,
    NotFound,
    ReferenceUsed,
    SamePerson,
    StageNotOpen,
)
from domain.fund import Fund
from domain.kernel import Money
from domain.project import Project
from domain.rules import Rules
from tests.controls import FUND, PROJECT, RULES, also, chen, contribute, lin, yuan
from tests.situations import a_closed_project, a_concluded_agreement, a_programme, an_application
from tests.world import Given, Situation, given, put, steps

ACCEPT = AcceptContribution(project=PROJECT, contribution="gift")


def refuse_contribution(id_: str = "gift") -> RefuseContribution:
    reason = "The receipt is made out to somebody else."
    return RefuseContribution(project=PROJECT, contribution=id_, reason=reason)


def valuing(**contributions: Any) -> Rules:
    return Rules.model_validate(RULES.model_dump() | {"contributions": contributions})


def a_recorded(id_: str = "gift", **changes: Any) -> Situation:
    return Situation(f"recorded {id_}", put(contribute(id_, **changes), by=chen), a_concluded_agreement())


def an_accepted(id_: str = "gift", **changes: Any) -> Situation:
    accept = put(AcceptContribution(project=PROJECT, contribution=id_), by=lin)
    return Situation(f"accepted {id_}", accept, a_recorded(id_, **changes))


def matched(world: Given) -> Money:
    return world.project().matched


def test_a_gift_counts_once_an_officer_has_seen_the_proof() -> None:
    wish = contribute()
    recorded = (
        given(a_concluded_agreement())
        .when(wish, by=chen)
        .then_once(
            ContributionRecorded(
                contribution="gift",
                kind="matched",
                amount=yuan(5_000),
                hours=None,
                source="A company of the town",
                evidence_sha256=wish.evidence_sha256,
                received_on=date(2026, 3, 2),
                recorded_by="chen",
            )
        )
    )
    assert matched(recorded) == yuan(0)
    accepted = recorded.when(ACCEPT, by=lin).then_once(
        ContributionAccepted(contribution="gift", amount=yuan(5_000), accepted_by="lin")
    )
    assert matched(accepted) == yuan(5_000)


def test_what_is_refused_does_not_count_and_its_proof_may_be_handed_in_again() -> None:
    refused = given(a_recorded()).when(refuse_contribution(), by=lin).then_once(ContributionRefused)
    assert matched(refused) == yuan(0)
    refused.when(ACCEPT, by=lin).refused(StageNotOpen, stage="contribution recorded", now="contribution refused")
    refused.when(contribute("again", evidence_sha256=contribute().evidence_sha256), by=chen).then(ContributionRecorded)


def test_what_is_accepted_stays_accepted() -> None:
    given(an_accepted()).when(refuse_contribution(), by=lin).refused(StageNotOpen, now="contribution accepted")


def test_own_money_and_gifts_count_things_do_not_unless_the_programme_says_so() -> None:
    three = steps(an_accepted("own", kind="own"), an_accepted("gift"), an_accepted("rice", kind="in-kind"))
    assert matched(given(three)) == yuan(10_000)
    rules = valuing(counted=("matched", "in-kind"))
    assert matched(given(a_programme(rules), three)) == yuan(10_000)
    assert matched(given(a_programme(valuing(counted=("own", "matched", "in-kind"))), three)) == yuan(15_000)


def test_volunteers_hours_are_worth_what_the_programme_says() -> None:
    rules = valuing(counted=("in-kind",), hour_value=yuan(25))
    after = given(a_programme(rules), an_accepted("hours", kind="in-kind", hours=200))
    assert matched(after) == yuan(5_000)
    unvalued = given(a_concluded_agreement())
    unvalued.when(contribute(kind="in-kind", hours=200), by=chen).refused(
        Malformed, field="hours", rule="must be left out: the programme gives an hour no value"
    )


def test_nobody_verifies_what_they_recorded() -> None:
    """Chen would be partial anyway; but also who has left the organisation meanwhile recorded it."""
    officer = also(lin, "reviewer")
    by_lin = given(a_recorded()).world
    changed = by_lin.get(Project, PROJECT).with_contribution("gift", recorded_by=officer.id)
    world = Given(by_lin.__class__(**{**by_lin.__dict__, "streams": {**by_lin.streams, f"project:{PROJECT}": changed}}))
    world.when(ACCEPT, by=officer).refused(
        SamePerson, person="lin", step="AcceptContribution", earlier="RecordContribution"
    )


def test_a_document_proves_one_contribution() -> None:
    proof = contribute().evidence_sha256
    given(a_recorded()).when(contribute("twice", evidence_sha256=proof), by=chen).refused(
        ReferenceUsed, reference=proof
    )


def test_an_id_is_one_contribution() -> None:
    given(a_recorded()).when(contribute(amount=yuan(1)), by=chen).refused(AlreadyExists, kind="contribution", id="gift")
    given(a_recorded()).when(AcceptContribution(project=PROJECT, contribution="other"), by=lin).refused(
        NotFound, kind="contribution", id="other"
    )


def test_it_can_be_recorded_from_the_application_until_the_project_is_over() -> None:
    given(an_application()).when(contribute(), by=chen).then(ContributionRecorded)
    given(a_closed_project()).when(contribute(), by=chen).refused(StageNotOpen, now="closed")
    over = given(an_accepted(), a_closed_project())
    over.when(ACCEPT, by=lin).nothing_new()


def test_a_contribution_is_in_the_programmes_currency_and_has_come_in_already() -> None:
    euros = contribute(amount=Money(currency="EUR", minor=1))
    given(an_application()).when(euros, by=chen).refused(
        CurrencyMismatch, field="amount", currency="EUR", expected="CNY"
    )
    tomorrow = contribute(received_on=date(2026, 3, 11))
    given(an_application()).when(tomorrow, by=chen).refused(
        Malformed, field="received_on", rule="must not lie in the future"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": None}, "must be given where no amount is, and only there"),
        ({"amount": yuan(1), "hours": 1, "kind": "in-kind"}, "must be given where no amount is, and only there"),
        ({"hours": 1, "kind": "own"}, "must be given only in kind"),
        ({"amount": Money(minor=-1)}, "must be above zero"),
    ],
)
def test_a_contribution_is_an_amount_or_hours_in_kind(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        contribute(**changes)


def test_a_kind_counts_once() -> None:
    with pytest.raises(ValidationError, match="counted: own is named twice"):
        valuing(counted=("own", "own"))


def test_a_contribution_moves_no_money_of_the_fund() -> None:
    before, after = (given(each).world.get(Fund, FUND) for each in (a_concluded_agreement(), an_accepted()))
    assert before == after
