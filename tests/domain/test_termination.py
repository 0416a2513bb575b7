"""Termination 终止: the cause is on record; an organisation may ask to leave, and an officer consents by terminating."""

import pytest

from domain.clawback import ClawbackOrdered
from domain.closing import TerminateProject
from domain.errors import RoleMissing, StageNotOpen
from domain.movement import FundsReleased
from domain.rules.termination import TerminationRules
from domain.stored_form import event_from
from domain.termination import (
    ProjectTerminated,
    RefuseWithdrawal,
    RequestWithdrawal,
    WithdrawalRefused,
    WithdrawalRequested,
)
from tests.controls import PROJECT, chen, he, lin, on
from tests.delivering import a_stopped_project
from tests.ending import a_paid_project, terminate
from tests.situations import a_closed_project, a_concluded_agreement, a_granted_award
from tests.world import given, put

LEAVE = RequestWithdrawal(project=PROJECT, reason="Our only teacher has moved away.")
NO = RefuseWithdrawal(project=PROJECT, reason="There is another teacher.")
CONSENT = TerminateProject(project=PROJECT, cause="withdrawal", reason="Nobody can replace her.")


def test_the_organisation_asks_to_leave_and_an_officer_consents_by_terminating() -> None:
    asked = (
        given(a_concluded_agreement())
        .when(LEAVE, by=chen)
        .then_once(WithdrawalRequested(reason="Our only teacher has moved away."))
    )
    ended = asked.when(CONSENT, by=lin).then_once(
        ProjectTerminated(cause="withdrawal", reason="Nobody can replace her.", spent=None, to_return=None),
        FundsReleased,
    )
    assert (ended.project().outcome, ended.project().termination) == ("terminated", "withdrawal")


def test_consent_may_ask_for_money_back() -> None:
    asked = given(a_paid_project(), put(LEAVE, by=chen))
    asked.when(terminate(cause="withdrawal"), by=lin, at=on("07-01")).then(ClawbackOrdered, FundsReleased)


def test_an_officer_may_not_consent() -> None:
    refused = (
        given(a_concluded_agreement(), put(LEAVE, by=chen))
        .when(NO, by=lin)
        .then(WithdrawalRefused(reason="There is another teacher."))
    )
    refused.when(CONSENT, by=lin).refused(StageNotOpen, stage="withdrawal asked for", now="no withdrawal asked for")
    refused.when(NO, by=lin).refused(StageNotOpen, now="no withdrawal asked for")
    refused.when(LEAVE, by=chen).then(WithdrawalRequested)


def test_nobody_asks_for_another_organisation_nor_outside_delivery() -> None:
    given(a_concluded_agreement()).when(LEAVE, by=he).refused(RoleMissing, person="he")
    for command, by in ((LEAVE, chen), (NO, lin)):
        given(a_granted_award()).when(command, by=by).refused(StageNotOpen, now="agreement")
        given(a_closed_project()).when(command, by=by).refused(StageNotOpen, now="closed")


def test_a_failed_mid_term_evaluation_is_a_cause_only_where_it_failed_and_was_heard() -> None:
    failed = TerminateProject(project=PROJECT, cause="mid_term", reason="Failed by silence.")
    given(a_stopped_project()).when(failed, by=lin).then_once(ProjectTerminated, FundsReleased)
    given(a_concluded_agreement()).when(failed, by=lin).refused(
        StageNotOpen, stage="mid-term failed", now="mid-term not failed"
    )


def test_a_termination_stored_before_there_were_causes_is_read_as_another_reason() -> None:
    assert event_from("ProjectTerminated.v1", '{"reason":"Gone."}') == ProjectTerminated(
        cause="other", reason="Gone.", spent=None, to_return=None
    )


def test_termination_rules_say_something() -> None:
    with pytest.raises(ValueError, match="termination says ban_years or clawback, or is left out"):
        TerminationRules()
