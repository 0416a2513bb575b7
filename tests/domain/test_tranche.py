"""Tranches 拨款: each behind its gate; asked for, verified, approved and paid by four different people; paid once."""

from datetime import date
from itertools import combinations, takewhile

import pytest

from domain.errors import (
    ConflictOfInterest,
    NotFound,
    ReferenceUsed,
    RoleMissing,
    SamePerson,
    StageNotOpen,
    TrancheNotReady,
)
from domain.evaluation import ProjectEvaluated
from domain.kernel import Actor, Command, Role
from domain.movement import FundsDisbursed
from domain.tranche import (
    ApproveTranche,
    ProjectSettled,
    RefuseTranche,
    RequestTranche,
    TrancheApproved,
    TranchePaid,
    TrancheRefused,
    TrancheRequested,
    TrancheVerified,
    VerifyTranche,
)
from tests.controls import (
    FAILED,
    ORGANISATION,
    PROJECT,
    ROUND,
    RULES,
    also,
    chen,
    evaluate,
    gao,
    he,
    lin,
    luo,
    pay,
    song,
    stranger,
    yao,
    yuan,
)
from tests.situations import (
    a_closed_project,
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_paid_tranche,
    a_programme,
    a_requested_tranche,
    a_settled_project,
    a_submitted_report,
    a_verified_tranche,
    an_accepted_report,
    an_approved_tranche,
    an_evaluated_project,
)
from tests.world import Situation, given, put, steps


def request(tranche: str = "first") -> RequestTranche:
    return RequestTranche(project=PROJECT, tranche=tranche, payee="Qinghe")


def verify(tranche: str = "first") -> VerifyTranche:
    return VerifyTranche(project=PROJECT, tranche=tranche)


def approve(tranche: str = "first") -> ApproveTranche:
    return ApproveTranche(project=PROJECT, tranche=tranche)


REFUSE = RefuseTranche(project=PROJECT, tranche="first", reason="The account is closed.")


# ── four steps ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_organisation_asks() -> None:
    given(a_concluded_agreement()).when(request(), by=chen).then_once(
        TrancheRequested(tranche="first", amount=yuan(15_000), payee="Qinghe", requested_by="chen")
    )


def test_a_verifier_verifies() -> None:
    given(a_requested_tranche()).when(verify(), by=gao).then_once(
        TrancheVerified(tranche="first", verified_by="gao", note="")
    )


def test_an_approver_approves() -> None:
    given(a_verified_tranche()).when(approve(), by=luo).then_once(TrancheApproved(tranche="first", approved_by="luo"))


def test_a_payer_records_the_payment_and_the_fund_is_charged_in_the_same_breath() -> None:
    given(an_approved_tranche()).when(pay(), by=song).then_once(
        TranchePaid(
            tranche="first", amount=yuan(15_000), paid_by="song", paid_on=date(2026, 4, 30), reference="bank-1"
        ),
        FundsDisbursed(round=ROUND, project=PROJECT, amount=yuan(15_000), reference="bank-1"),
    )


wen = Actor(id="wen", grants=frozenset({("applicant", ORGANISATION)}))
"""Another one of the organisation, who asks for tranches; the project is chen's."""
STEPS: list[tuple[str, Role, Command]] = [
    ("RequestTranche", "applicant", request()),
    ("VerifyTranche", "verifier", verify()),
    ("ApproveTranche", "approver", approve()),
    ("RecordPayment", "payer", pay()),
]
TAKEN_BY = {"RequestTranche": wen, "VerifyTranche": gao, "ApproveTranche": luo, "RecordPayment": song}


def a_tranche_before(step: str) -> Situation:
    """Every step before this one is taken."""
    earlier = takewhile(lambda each: each[0] != step, STEPS)
    taken = steps(*(put(command, by=TAKEN_BY[name]) for name, _, command in earlier))
    return Situation(f"before {step}", taken, a_concluded_agreement())


@pytest.mark.parametrize(("earlier", "later"), list(combinations(STEPS, 2)), ids=lambda step: step[0])
def test_no_two_steps_are_taken_by_one_person(
    earlier: tuple[str, Role, Command], later: tuple[str, Role, Command]
) -> None:
    name, role, command = later
    in_another_role = also(Actor(id=TAKEN_BY[earlier[0]].id), role)
    given(a_tranche_before(name)).when(command, by=in_another_role).refused(
        SamePerson, person=in_another_role.id, step=name, earlier=earlier[0]
    )


def test_who_asked_does_not_refuse_either() -> None:
    given(a_tranche_before("VerifyTranche")).when(REFUSE, by=also(Actor(id=wen.id), "verifier")).refused(
        SamePerson, step="RefuseTranche"
    )


@pytest.mark.parametrize("step", STEPS[1:], ids=lambda step: step[0])
def test_whose_project_it_is_takes_none_of_the_other_steps_whatever_roles_they_hold(
    step: tuple[str, Role, Command],
) -> None:
    name, role, command = step
    given(a_tranche_before(name)).when(command, by=also(Actor(id=chen.id), role)).refused(
        ConflictOfInterest, person="chen", reason="own_project"
    )


@pytest.mark.parametrize(("name", "role", "command"), STEPS)
def test_each_step_is_taken_in_its_role(name: str, role: Role, command: Command) -> None:
    everybody_else = [actor for step, actor in TAKEN_BY.items() if step != name]
    for actor in (*everybody_else, he, lin, yao, stranger):
        given(a_tranche_before(name)).when(command, by=actor).refused(RoleMissing, person=actor.id, roles=role)


@pytest.mark.parametrize(
    ("situation", "ready"),
    [
        (a_concluded_agreement(), "RequestTranche"),
        (a_requested_tranche(), "VerifyTranche"),
        (a_verified_tranche(), "ApproveTranche"),
        (an_approved_tranche(), "RecordPayment"),
        (a_paid_tranche(), ""),
    ],
)
def test_no_step_is_skipped_or_taken_twice_by_another(situation: Situation, ready: str) -> None:
    for name, role, command in STEPS:
        if name != ready and not (ready == "VerifyTranche" and name == "RequestTranche"):  # asking twice says nothing
            another = Actor(id=f"another-{role}", grants=frozenset({(role, "*")}))
            given(situation).when(command, by=another).refused(TrancheNotReady, tranche="first")


def test_a_refused_request_is_asked_for_again_and_goes_the_whole_way_again() -> None:
    for situation, who in ((a_requested_tranche(), gao), (a_verified_tranche(), luo)):
        after = (
            given(situation)
            .when(REFUSE, by=who)
            .then(TrancheRefused(tranche="first", refused_by=who.id, reason="The account is closed."))
        )
        after.when(approve(), by=luo).refused(TrancheNotReady, status="planned", waits_for="verification")
        after.when(request(), by=chen).then(TrancheRequested)
    given(a_concluded_agreement()).when(REFUSE, by=gao).refused(TrancheNotReady, status="planned", waits_for="request")
    given(an_approved_tranche()).when(REFUSE, by=luo).refused(TrancheNotReady, status="approved")


def test_a_tranche_nobody_planned_is_not_found() -> None:
    for actor, command in ((chen, request("x")), (gao, verify("x")), (luo, approve("x")), (song, pay("x"))):
        given(a_concluded_agreement()).when(command, by=actor).refused(NotFound, kind="tranche", id="x")
    given(a_concluded_agreement()).when(REFUSE.model_copy(update={"tranche": "x"}), by=gao).refused(NotFound)


def test_nothing_is_paid_before_the_agreement_nor_after_the_end() -> None:
    given(a_granted_award()).when(request(), by=chen).refused(StageNotOpen, now="agreement")
    given(a_granted_award()).when(pay(), by=song).refused(StageNotOpen, now="agreement")
    given(a_closed_project()).when(request(), by=chen).refused(StageNotOpen, now="closed")


# ── paid once ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bank_reference_proves_one_payment_only() -> None:
    before = (a_paid_tranche(), an_accepted_report(), an_approved_tranche("second"))
    given(*before).when(pay("second", "bank-first"), by=song).refused(ReferenceUsed, reference="bank-first")
    given(*before).when(pay("second", "gift-1"), by=song).refused(ReferenceUsed, reference="gift-1")


def test_another_payment_for_a_paid_tranche_is_refused_whatever_its_reference() -> None:
    paid = given(a_paid_tranche())
    paid.when(pay(reference="bank-first"), by=song).nothing_new()
    paid.when(pay(reference="bank-2"), by=song).refused(TrancheNotReady, status="paid")
    paid.when(pay(reference="gift-1"), by=song).refused(TrancheNotReady, status="paid")


# ── gates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("situation", "tranche", "waits_for"),
    [
        (a_concluded_agreement(), "second", "report mid-term"),
        (a_submitted_report(), "second", "report mid-term"),
        (an_accepted_report(), "final", "evaluation"),
        (a_delivered_project(), "final", "evaluation"),
    ],
)
def test_a_tranche_waits_for_its_gate(situation: Situation, tranche: str, waits_for: str) -> None:
    given(situation).when(request(tranche), by=chen).refused(
        TrancheNotReady, tranche=tranche, status="planned", waits_for=waits_for
    )


@pytest.mark.parametrize(
    ("situation", "tranche"),
    [(a_concluded_agreement(), "first"), (an_accepted_report(), "second"), (an_evaluated_project(), "final")],
)
def test_an_open_gate_lets_the_request_pass(situation: Situation, tranche: str) -> None:
    given(situation).when(request(tranche), by=chen).then_once(TrancheRequested)


def test_a_failed_evaluation_keeps_the_last_gate_shut() -> None:
    given(an_evaluated_project(FAILED)).when(request("final"), by=chen).refused(TrancheNotReady, status="forfeited")


# ── settled ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_payment_settles_the_project() -> None:
    before = (an_evaluated_project(), a_paid_tranche("first"), a_paid_tranche("second"), an_approved_tranche("final"))
    given(*before).when(pay("final", "bank-3"), by=song).then_once(TranchePaid, ProjectSettled, FundsDisbursed)
    assert all(t.status == "paid" for t in given(a_settled_project()).project().tranches.values())


def test_a_project_paid_in_full_before_its_evaluation_is_settled_by_the_evaluation_once() -> None:
    only = RULES.tranches[0].model_copy(update={"share_percent": 100})
    rules = RULES.model_copy(update={"tranches": (only,)})
    before = (a_programme(rules), an_approved_tranche())
    given(*before).when(pay(), by=song).then_once(TranchePaid, FundsDisbursed)
    given(a_programme(rules), a_paid_tranche(), a_delivered_project()).when(evaluate(), by=yao).then(
        ProjectEvaluated, ProjectSettled
    )


def test_the_amounts_are_the_rules_shares_of_the_award() -> None:
    tranches = given(a_concluded_agreement()).project().tranches
    assert {id_: t.amount for id_, t in tranches.items()} == {
        "first": yuan(15_000),
        "second": yuan(9_000),
        "final": yuan(6_000),
    }


def test_a_step_retried_after_the_next_one_says_what_the_tranche_waits_for() -> None:
    given(a_verified_tranche()).when(request(), by=chen).refused(
        TrancheNotReady, status="verified", waits_for="planned"
    )
    given(an_approved_tranche(), put(pay(), by=song)).when(approve(), by=luo).refused(TrancheNotReady, status="paid")
