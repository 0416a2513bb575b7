"""Payment orders 付款单: numbered, written before the payment, and carried out or reported as failed."""

from domain.closing import TerminateProject
from domain.errors import ConflictOfInterest, NotFound, SamePerson, Suspended, TrancheNotReady
from domain.evaluation import ProjectEvaluated
from domain.fund import Fund
from domain.kernel import Actor
from domain.movement import FundsDisbursed, FundsReleased, PaymentReversed
from domain.payee import PayeeChanged
from domain.payment import PaymentFailed, PaymentOrdered, PaymentOrderFailed
from domain.reckoning import TranchesForfeited
from domain.suspension import SuspendProject
from domain.termination import ProjectTerminated
from domain.tranche import ProjectSettled, TranchePaid
from tests.controls import FAILED, FUND, PROJECT, ROUND, also, chen, evaluate, gao, lin, luo, pay, song, yao, yuan
from tests.domain.test_payee import AGREE, change
from tests.domain.test_payment import FIRST, ORDER, ORDERS, failed, part
from tests.situations import a_delivered_project, a_verified_tranche, an_approved_tranche
from tests.world import given, put


def test_an_order_has_a_number_and_comes_before_the_payment() -> None:
    approved = given(ORDERS, an_approved_tranche())
    approved.when(pay(), by=song).refused(TrancheNotReady, status="approved", waits_for="order")
    ordered = approved.when(ORDER, by=song).then_once(
        PaymentOrdered(tranche="first", order="reading-hour/first/1", amount=FIRST, payee="Qinghe", ordered_by="song")
    )
    ordered.when(pay(), by=song).then_once(TranchePaid, FundsDisbursed)


def test_the_order_too_is_written_by_somebody_else_than_who_asked_verified_or_approved() -> None:
    approved = given(ORDERS, an_approved_tranche())
    for who in (gao, luo):
        approved.when(ORDER, by=also(Actor(id=who.id), "payer")).refused(SamePerson, step="OrderPayment")
    approved.when(ORDER, by=also(Actor(id=chen.id), "payer")).refused(ConflictOfInterest, reason="own_project")


def test_there_is_no_order_before_the_approval_nor_where_the_programme_has_none() -> None:
    given(ORDERS, a_verified_tranche()).when(ORDER, by=song).refused(TrancheNotReady, waits_for="approval")
    given(an_approved_tranche()).when(ORDER, by=song).refused(TrancheNotReady, status="approved", waits_for="payment")


def test_after_a_failed_payment_there_is_a_new_order_with_the_next_number() -> None:
    back = given(
        ORDERS, an_approved_tranche(), put(ORDER, by=song), put(pay(), by=song), put(failed("bank-1"), by=song)
    )
    back.when(pay(reference="bank-2"), by=song).refused(TrancheNotReady, waits_for="order")
    again = back.when(ORDER, by=song).then_once(PaymentOrdered)
    assert again.world.events[-1][1].order == "reading-hour/first/2"  # type: ignore[attr-defined]
    again.when(pay(reference="bank-2"), by=song).then_once(TranchePaid, FundsDisbursed)


def test_an_order_that_the_bank_did_not_carry_out_is_reported_by_its_number() -> None:
    ordered = given(ORDERS, an_approved_tranche(), put(ORDER, by=song))
    back = ordered.when(failed("reading-hour/first/1"), by=song).then_once(
        PaymentOrderFailed(
            tranche="first", order="reading-hour/first/1", reason="The account is closed.", reported_by="song"
        )
    )
    assert (back.project().tranche("first").status, back.project().payee) == ("approved", "")
    back.when(pay(), by=song).refused(TrancheNotReady, waits_for="order")
    again = back.when(ORDER, by=song).then_once(PaymentOrdered)
    again.when(failed("reading-hour/first/1"), by=song).nothing_new()
    again.when(failed("reading-hour/first/3"), by=song).refused(NotFound, kind="payment")
    paid = again.when(pay(), by=song).then_once(TranchePaid, FundsDisbursed)
    paid.when(failed("reading-hour/first/2"), by=song).refused(TrancheNotReady, status="paid")


def test_a_part_that_comes_back_leaves_the_order_open() -> None:
    """The bank may still carry out the rest: a second order beside the first could pay it twice."""
    half = given(ORDERS, an_approved_tranche(), put(ORDER, by=song), put(part(4_000), by=song))
    back = half.when(failed("bank-1"), by=song).then_once(PaymentFailed, PaymentReversed)
    assert (back.project().tranche("first").status, back.project().tranche("first").left) == ("ordered", FIRST)


def test_what_the_bank_paid_on_an_order_is_recorded_although_the_project_was_suspended_since() -> None:
    stopped = put(SuspendProject(project=PROJECT, reason="The accounts are being looked into."), by=lin)
    given(ORDERS, an_approved_tranche(), put(ORDER, by=song), stopped).when(pay(), by=song).then_once(
        TranchePaid, FundsDisbursed
    )
    given(ORDERS, an_approved_tranche(), stopped).when(ORDER, by=song).refused(Suspended)


def test_a_project_is_not_terminated_while_nobody_knows_whether_an_order_was_carried_out() -> None:
    terminate = TerminateProject(project=PROJECT, reason="Given up.")
    ordered = given(ORDERS, an_approved_tranche(), put(ORDER, by=song))
    ordered.when(terminate, by=lin).refused(TrancheNotReady, tranche="first", status="ordered", waits_for="payment")
    not_paid = given(ORDERS, an_approved_tranche(), put(ORDER, by=song), put(failed("reading-hour/first/1"), by=song))
    not_paid.when(terminate, by=lin).then_once(ProjectTerminated, FundsReleased)


def test_an_open_order_is_paid_as_it_was_written_when_the_payee_changes() -> None:
    """Sent back, it could be paid twice: by the bank, on this order, and on the next one."""
    changed = given(ORDERS, an_approved_tranche(), put(ORDER, by=song), put(change(), by=chen)).when(AGREE, by=lin)
    after = changed.then_once(PayeeChanged)
    paid = after.when(pay(), by=song).then_once(TranchePaid, FundsDisbursed)
    assert (paid.project().tranche("first").remittances[0].payee, paid.project().payee) == ("Qinghe", "Team")
    back = after.when(failed("reading-hour/first/1"), by=song).then_once(PaymentOrderFailed)
    assert back.project().tranche("first").status == "planned", "asked for anew, for the new payee"


def test_an_open_order_outlives_a_failed_evaluation_and_is_forfeited_only_when_it_was_not_carried_out() -> None:
    ordered = given(ORDERS, an_approved_tranche(), put(ORDER, by=song), a_delivered_project())
    evaluated = ordered.when(evaluate(FAILED), by=yao).then(
        ProjectEvaluated,
        TranchesForfeited(tranches=("second", "final")),
        FundsReleased(round=ROUND, project=PROJECT, amount=yuan(15_000)),
    )
    evaluated.when(pay(), by=song).then_once(TranchePaid, ProjectSettled, FundsDisbursed)
    not_paid = evaluated.when(failed("reading-hour/first/1"), by=song).then_once(
        PaymentOrderFailed, TranchesForfeited(tranches=("first",)), ProjectSettled, FundsReleased
    )
    assert not_paid.world.get(Fund, FUND).promised_to(PROJECT) == 0
