"""Payment 付款: approval by amount, payments in parts, payments that fail and are made again."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.closing import CloseProject, ProjectClosed, TerminateProject
from domain.errors import (
    AboveLimit,
    CurrencyMismatch,
    NotFound,
    ReferenceUsed,
    SamePerson,
    StageNotOpen,
    TrancheNotReady,
)
from domain.evaluation import ProjectEvaluated
from domain.fund import Fund
from domain.kernel import STORY, Actor, Money
from domain.movement import FundsDisbursed, FundsReleased, PaymentReversed
from domain.payment import OrderPayment, PaymentFailed, ReportPaymentFailed
from domain.reckoning import TranchesForfeited
from domain.rules import Rules
from domain.suspension import SuspendProject
from domain.tranche import (
    ApproveTranche,
    ProjectSettled,
    RecordPayment,
    RefuseTranche,
    RequestTranche,
    TrancheApproved,
    TranchePaid,
    TrancheRefused,
    TrancheRequested,
)
from tests.controls import FAILED, FUND, PROJECT, ROUND, RULES, also, chen, evaluate, lin, luo, pay, song, yao, yuan
from tests.domain.test_payee import AGREE, change
from tests.situations import (
    a_closed_project,
    a_delivered_project,
    a_granted_award,
    a_paid_tranche,
    a_programme,
    a_verified_tranche,
    an_approved_tranche,
)
from tests.world import Situation, given, put

FIRST = yuan(15_000)
ORDER = OrderPayment(project=PROJECT, tranche="first")
APPROVE = ApproveTranche(project=PROJECT, tranche="first")
mei = Actor(id="mei", grants=frozenset({("approver", "*")}))


def paying(**payments: Any) -> Situation:
    """The example, with these payment rules."""
    return a_programme(RULES.model_validate(RULES.model_dump() | {"payments": payments}))


TWO_ABOVE = paying(approvals=[{"above": "CNY 10000.00", "approvers": 2}])
ORDERS = paying(orders=True)


def with_orders() -> Rules:
    return RULES.model_validate(RULES.model_dump() | {"payments": {"orders": True}})


def part(amount: int, reference: str = "bank-1") -> RecordPayment:
    return pay(reference=reference).model_copy(update={"amount": yuan(amount)})


def failed(reference: str = "bank-first", tranche: str = "first") -> ReportPaymentFailed:
    return ReportPaymentFailed(project=PROJECT, tranche=tranche, reference=reference, reason="The account is closed.")


# ── approval by amount ───────────────────────────────────────────────────────────────────────────────────────────────


def test_above_an_amount_two_different_people_approve() -> None:
    first = (
        given(TWO_ABOVE, a_verified_tranche())
        .when(APPROVE, by=luo)
        .then_once(TrancheApproved(tranche="first", approved_by="luo"))
    )
    assert first.project().tranche("first").status == "verified"
    first.when(pay(), by=song).refused(TrancheNotReady, status="verified", waits_for="approval")
    second = first.when(APPROVE, by=mei).then_once(TrancheApproved(tranche="first", approved_by="mei"))
    assert second.project().tranche("first").status == "approved"
    second.when(pay(), by=song).then_once(TranchePaid, FundsDisbursed)


def test_none_of_several_approvers_pays_nor_did_they_ask_or_verify() -> None:
    approved = given(TWO_ABOVE, a_verified_tranche(), put(APPROVE, by=luo), put(APPROVE, by=mei))
    for who in (luo, mei):
        approved.when(pay(), by=also(who, "payer")).refused(SamePerson, earlier="ApproveTranche", step="RecordPayment")
    half = given(TWO_ABOVE, a_verified_tranche(), put(APPROVE, by=luo))
    half.when(APPROVE, by=also(Actor(id="gao"), "approver")).refused(SamePerson, earlier="VerifyTranche")


def test_at_the_amount_itself_one_person_is_enough() -> None:
    rules = paying(approvals=[{"above": "CNY 15000.00", "approvers": 2}])
    assert given(rules, a_verified_tranche(), put(APPROVE, by=luo)).project().tranche("first").status == "approved"


def test_a_half_approved_tranche_that_is_sent_back_needs_all_approvals_again() -> None:
    refuse = RefuseTranche(project=PROJECT, tranche="first", reason="The account is closed.")
    back = given(TWO_ABOVE, a_verified_tranche(), put(APPROVE, by=luo)).when(refuse, by=mei).then(TrancheRefused)
    assert back.project().tranche("first").approvers == ()


@pytest.mark.parametrize(
    ("approvals", "said"),
    [
        ([{"above": "CNY 5.00", "approvers": 1}], "greater than or equal to 2"),
        ([{"above": "CNY 0.00", "approvers": 2}], "above zero"),
        ([{"above": "EUR 5.00", "approvers": 2}], "payments.approvals are in EUR, the programme in CNY"),
        ([{"above": "CNY 5.00", "approvers": 2}, {"above": "EUR 9.00", "approvers": 3}], "in several currencies"),
        ([{"above": "CNY 5.00", "approvers": 2}, {"above": "CNY 5.00", "approvers": 3}], "approvals go up"),
        ([{"above": "CNY 5.00", "approvers": 3}, {"above": "CNY 9.00", "approvers": 3}], "approvals go up"),
    ],
)
def test_approvals_that_contradict_each_other_are_not_rules(approvals: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        RULES.model_validate(RULES.model_dump() | {"payments": {"approvals": approvals}})


# ── in parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tranche_is_paid_in_parts_until_nothing_is_left() -> None:
    first = (
        given(an_approved_tranche())
        .when(part(4_000), by=song)
        .then_once(
            TranchePaid(
                tranche="first", amount=yuan(4_000), paid_by="song", paid_on=date(2026, 4, 30), reference="bank-1"
            ),
            FundsDisbursed(round=ROUND, project=PROJECT, amount=yuan(4_000), reference="bank-1"),
        )
    )
    tranche = first.project().tranche("first")
    assert (tranche.status, tranche.paid, tranche.left) == ("approved", yuan(4_000), yuan(11_000))
    rest = first.when(pay(reference="bank-2"), by=song).then_once(TranchePaid, FundsDisbursed)
    assert (rest.project().tranche("first").status, rest.project().tranche("first").paid) == ("paid", FIRST)


def test_never_more_is_paid_than_is_left() -> None:
    given(an_approved_tranche()).when(part(15_001), by=song).refused(
        AboveLimit, field="amount", value="CNY 15,001.00", limit="CNY 15,000.00"
    )
    half = given(an_approved_tranche(), put(part(10_000), by=song))
    half.when(part(5_001, "bank-2"), by=song).refused(AboveLimit, limit="CNY 5,000.00")
    half.when(part(5_000), by=song).refused(ReferenceUsed, reference="bank-1")
    euro = pay(reference="bank-2").model_copy(update={"amount": Money(currency="EUR", minor=1)})
    half.when(euro, by=song).refused(CurrencyMismatch, field="amount", expected="CNY")


def test_what_a_failed_evaluation_leaves_of_a_tranche_paid_in_part_goes_back() -> None:
    before = (an_approved_tranche(), put(part(4_000), by=song), a_delivered_project())
    given(*before).when(evaluate(FAILED), by=yao).then(
        ProjectEvaluated,
        TranchesForfeited,
        FundsReleased(round=ROUND, project=PROJECT, amount=yuan(26_000)),
        ProjectSettled,
    )
    after = given(*before, put(evaluate(FAILED), by=yao))
    assert after.world.get(Fund, FUND).promised_to(PROJECT) == 0
    assert after.project().tranche("first").paid == yuan(4_000)


# ── failed, and made again ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_payment_is_promised_again_and_made_again_under_another_reference() -> None:
    back = (
        given(a_paid_tranche())
        .when(failed(), by=song)
        .then_once(
            PaymentFailed(
                tranche="first",
                reference="bank-first",
                amount=FIRST,
                reason="The account is closed.",
                reported_by="song",
            ),
            PaymentReversed,
        )
    )
    tranche, fund = back.project().tranche("first"), back.world.get(Fund, FUND)
    assert (tranche.status, tranche.left, fund.promised_to(PROJECT)) == ("approved", FIRST, yuan(30_000).minor)
    back.when(pay(reference="bank-first"), by=song).refused(ReferenceUsed, reference="bank-first")
    again = back.when(pay(reference="bank-2"), by=song).then_once(TranchePaid, FundsDisbursed)
    assert again.world.get(Fund, FUND).paid_to(PROJECT) == FIRST.minor


def test_only_the_part_that_failed_is_paid_again() -> None:
    parts = (put(part(4_000), by=song), put(part(11_000, "bank-2"), by=song), put(failed("bank-2"), by=song))
    back = given(an_approved_tranche(), *parts)
    assert back.project().tranche("first").left == yuan(11_000)
    back.when(pay(reference="bank-3"), by=song).then_once(TranchePaid, FundsDisbursed)


def test_a_last_payment_that_comes_back_opens_the_closed_project_again() -> None:
    closed = given(a_closed_project())
    back = closed.when(failed("bank-final", "final"), by=song).then_once(PaymentFailed, PaymentReversed)
    project = back.project()
    assert (project.stage, project.outcome, project.over) == ("settlement", "", False)
    back.when(CloseProject(project=PROJECT), by=STORY).nothing_new()
    again = back.when(pay("final", "bank-4"), by=song).then_once(TranchePaid, ProjectSettled, FundsDisbursed)
    again.when(CloseProject(project=PROJECT), by=STORY).then_once(ProjectClosed(grade="a"))


def test_only_what_was_paid_can_fail() -> None:
    given(a_paid_tranche()).when(failed("bank-9"), by=song).refused(NotFound, kind="payment", id="bank-9")
    given(a_paid_tranche()).when(failed(tranche="second"), by=song).refused(NotFound, kind="payment", id="bank-first")
    given(a_paid_tranche()).when(failed(tranche="x"), by=song).refused(NotFound, kind="tranche", id="x")


def test_a_payment_can_come_back_while_the_project_is_suspended() -> None:
    stopped = put(SuspendProject(project=PROJECT, reason="The accounts are being looked into."), by=lin)
    given(a_paid_tranche(), stopped).when(failed(), by=song).then_once(PaymentFailed, PaymentReversed)


def test_nothing_fails_before_the_agreement() -> None:
    given(a_granted_award()).when(failed(), by=song).refused(StageNotOpen, now="agreement")


def test_a_part_that_fails_after_the_rest_was_sent_back_is_asked_for_again_like_the_rest() -> None:
    """Nobody has verified or approved it for the new payee: the payer alone cannot pay it."""
    half = (an_approved_tranche(), put(part(4_000), by=song), put(change(), by=chen), put(AGREE, by=lin))
    ask = put(RequestTranche(project=PROJECT, tranche="first", payee="Team"), by=chen)
    for before in (half, (*half, ask)):
        back = given(*before).when(failed("bank-1"), by=song).then_once(PaymentFailed, PaymentReversed)
        assert (back.project().tranche("first").status, back.project().tranche("first").left) == ("planned", FIRST)
        back.when(pay(reference="bank-2"), by=song).refused(TrancheNotReady, status="planned")


def test_a_payment_that_fails_after_the_payee_changed_is_asked_for_again_for_the_new_one() -> None:
    changed = given(a_paid_tranche(), put(change(), by=chen), put(AGREE, by=lin))
    back = changed.when(failed(), by=song).then_once(PaymentFailed, PaymentReversed)
    back.when(pay(reference="bank-2"), by=song).refused(TrancheNotReady, status="planned")
    back.when(RequestTranche(project=PROJECT, tranche="first", payee="Team"), by=chen).then_once(TrancheRequested)


def test_what_was_forfeited_and_comes_back_from_the_bank_is_free_for_the_round_again() -> None:
    before = (an_approved_tranche(), put(part(4_000), by=song), a_delivered_project(), put(evaluate(FAILED), by=yao))
    back = (
        given(*before)
        .when(failed("bank-1"), by=song)
        .then_once(PaymentFailed, PaymentReversed, FundsReleased(round=ROUND, project=PROJECT, amount=yuan(4_000)))
    )
    assert (back.project().tranche("first").status, back.project().paid_up) == ("forfeited", True)
    assert back.world.get(Fund, FUND).paid_to(PROJECT) == 0


def test_what_was_paid_to_a_terminated_project_and_comes_back_is_free_for_the_round_again() -> None:
    ended = given(a_paid_tranche(), put(TerminateProject(project=PROJECT, reason="Given up."), by=lin))
    back = ended.when(failed(), by=song).then_once(PaymentFailed, PaymentReversed, FundsReleased)
    assert (back.project().stage, back.project().tranche("first").status) == ("ended", "forfeited")
    assert back.world.get(Fund, FUND).outstanding_in(ROUND) == 0


def test_what_is_asked_for_again_is_what_is_left() -> None:
    """Sent back after a part was paid: the whole chain looks at the rest."""
    half = (an_approved_tranche(), put(part(4_000), by=song), put(change(), by=chen), put(AGREE, by=lin))
    ask = RequestTranche(project=PROJECT, tranche="first", payee="Team")
    given(*half).when(ask, by=chen).then_once(
        TrancheRequested(tranche="first", amount=yuan(11_000), payee="Team", requested_by="chen")
    )
