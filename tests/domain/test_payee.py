"""Payee 收款人: later tranches go where the first went, unless both sides agree in writing (C1: 20 / 40 / 40)."""

import pytest

from domain.errors import ConflictOfInterest, NotFound, PayeeMismatch, ReasonMissing, SamePerson, StageNotOpen
from domain.kernel import Actor
from domain.movement import FundsDisbursed
from domain.payee import AnswerPayeeChange, ChangePayee, PayeeChanged, PayeeChangeDeclined, PayeeChangeRequested
from domain.tranche import ProjectSettled, RequestTranche, TranchePaid, TrancheRefused, TrancheRequested
from tests.controls import ORGANISATION, PROJECT, also, chen, lin, pay, song, tranches_of, yuan
from tests.situations import (
    a_closed_project,
    a_concluded_agreement,
    a_granted_award,
    a_paid_tranche,
    a_programme,
    a_requested_tranche,
    a_verified_tranche,
    an_accepted_report,
    an_approved_tranche,
    an_evaluated_project,
)
from tests.world import Situation, given, put

CONSENT = "c" * 64
AGREE = AnswerPayeeChange(project=PROJECT, payee="Team", agreed=True)
DECLINE = AnswerPayeeChange(project=PROJECT, payee="Team", agreed=False, reason="The team has no account.")


def change(payee: str = "Team") -> ChangePayee:
    return ChangePayee(project=PROJECT, payee=payee, reason="The team does the work.", consent_sha256=CONSENT)


def ask(tranche: str, payee: str) -> RequestTranche:
    return RequestTranche(project=PROJECT, tranche=tranche, payee=payee)


def test_a_later_tranche_goes_to_whom_the_first_was_paid() -> None:
    paid = given(a_paid_tranche(), an_accepted_report())
    paid.when(ask("second", "Team"), by=chen).refused(PayeeMismatch, payee="Team", agreed="Qinghe")
    paid.when(ask("second", "Qinghe"), by=chen).then_once(TrancheRequested)


def test_the_organisation_asks_and_an_officer_agrees() -> None:
    asked = (
        given(a_paid_tranche())
        .when(change(), by=chen)
        .then_once(
            PayeeChangeRequested(
                payee="Team", reason="The team does the work.", consent_sha256=CONSENT, requested_by="chen"
            )
        )
    )
    agreed = asked.when(AGREE, by=lin).then_once(PayeeChanged(payee="Team", agreed_by="lin"))
    assert agreed.project().payee == "Team"
    agreed.when(change(), by=chen).nothing_new()


def test_a_wish_not_agreed_to_changes_nothing() -> None:
    asked = given(a_paid_tranche(), an_accepted_report(), put(change(), by=chen))
    asked.when(ask("second", "Team"), by=chen).refused(PayeeMismatch, agreed="Qinghe")
    declined = asked.when(DECLINE, by=lin).then_once(
        PayeeChangeDeclined(payee="Team", declined_by="lin", reason="The team has no account.")
    )
    declined.when(ask("second", "Team"), by=chen).refused(PayeeMismatch)
    declined.when(AGREE, by=lin).refused(NotFound, kind="payee change", id="Team")
    declined.when(change("Another team"), by=chen).then_once(PayeeChangeRequested)


def test_a_change_is_declined_with_a_reason() -> None:
    silent = DECLINE.model_copy(update={"reason": " "})
    given(a_paid_tranche(), put(change(), by=chen)).when(silent, by=lin).refused(ReasonMissing, field="reason")


def test_the_officer_answers_what_was_asked_last() -> None:
    asked = given(a_paid_tranche(), put(change(), by=chen), put(change("Another team"), by=chen))
    asked.when(AGREE, by=lin).refused(NotFound, kind="payee change", id="Team")
    given(a_paid_tranche()).when(AGREE, by=lin).refused(NotFound, kind="payee change")


def test_who_asked_does_not_agree() -> None:
    wen = Actor(id="wen", grants=frozenset({("applicant", ORGANISATION)}))
    asked = given(a_paid_tranche(), put(change(), by=wen))
    asked.when(AGREE, by=also(Actor(id=wen.id), "officer")).refused(
        SamePerson, step="AnswerPayeeChange", earlier="ChangePayee"
    )
    asked.when(AGREE, by=also(Actor(id=chen.id), "officer")).refused(ConflictOfInterest, reason="own_project")


def test_who_agreed_to_the_payee_does_not_pay_them() -> None:
    """Otherwise one person decides where the money goes, and sends it there."""
    changed = (a_paid_tranche(), put(change(), by=chen), put(AGREE, by=lin), an_accepted_report())
    second = Situation("requested second", put(ask("second", "Team"), by=chen), a_concluded_agreement())
    approved = given(*changed, second, an_approved_tranche("second"))
    payer = also(Actor(id="lin"), "payer")
    approved.when(pay("second"), by=payer).refused(SamePerson, step="RecordPayment", earlier="AnswerPayeeChange")
    asked_again = given(*changed, second, an_approved_tranche("second"), put(change("Another team"), by=chen))
    asked_again.when(pay("second"), by=payer).refused(SamePerson, earlier="AnswerPayeeChange")
    approved.when(pay("second"), by=song).then_once(TranchePaid, FundsDisbursed)


def test_two_tranches_on_their_way_at_once_go_to_the_same_payee() -> None:
    both = a_programme(tranches_of({"kind": "agreement"}, {"kind": "agreement"}))
    first = given(both, a_requested_tranche("t1"))
    first.when(ask("t2", "Team"), by=chen).refused(PayeeMismatch, payee="Team", agreed="Qinghe")
    first.when(ask("t2", "Qinghe"), by=chen).then_once(TrancheRequested)


@pytest.mark.parametrize("before", [a_requested_tranche(), a_verified_tranche(), an_approved_tranche()])
def test_what_is_on_its_way_is_sent_back_and_goes_the_whole_way_again(before: Situation) -> None:
    asked = given(before, put(change(), by=chen))
    changed = asked.when(AGREE, by=lin).then_once(
        PayeeChanged, TrancheRefused(tranche="first", refused_by="lin", reason="payee changed to Team")
    )
    tranche = changed.project().tranche("first")
    assert (tranche.status, tranche.requested_by, tranche.verified_by, tranche.approvers) == ("planned", "", "", ())
    changed.when(ask("first", "Qinghe"), by=chen).refused(PayeeMismatch, agreed="Team")
    changed.when(ask("first", "Team"), by=chen).then_once(TrancheRequested)


def test_nobody_changes_the_payee_before_the_agreement_or_after_the_end() -> None:
    for before, stage in ((a_granted_award(), "agreement"), (a_closed_project(), "closed")):
        given(before).when(change(), by=chen).refused(StageNotOpen, now=stage)
        given(before).when(AGREE, by=lin).refused(StageNotOpen, now=stage)


def test_twenty_forty_forty_with_a_changed_payee() -> None:
    """善荷计划 (C1): award, mid-term, final; the winner does not implement, so the later tranches go to the team."""
    rules = tranches_of({"kind": "agreement"}, {"kind": "report", "report": "mid-term"}, {"kind": "evaluation"})
    content = rules.model_dump(mode="json")
    for tranche, share in zip(content["tranches"], (20, 40, 40), strict=True):
        tranche["share_percent"] = share
    plan = a_programme(rules.model_validate(content))
    changed = (a_paid_tranche("t1"), put(change(), by=chen), put(AGREE, by=lin), an_accepted_report())
    second = Situation("requested t2", put(ask("t2", "Team"), by=chen), a_concluded_agreement())
    third = Situation("requested t3", put(ask("t3", "Team"), by=chen), an_evaluated_project())
    last = given(plan, *changed, second, a_paid_tranche("t2"), third, an_approved_tranche("t3"))
    last.when(pay("t3", "bank-3"), by=song).then(TranchePaid, ProjectSettled, FundsDisbursed)
    after = given(plan, *changed, second, a_paid_tranche("t2"), third, a_paid_tranche("t3")).project()
    money = [(each.amount, each.remittances[0].payee) for each in after.tranches.values()]
    assert money == [(yuan(6_000), "Qinghe"), (yuan(12_000), "Team"), (yuan(12_000), "Team")]
