"""Suspension 暂停: no money moves until the project is resumed; reports stay due on the same dates."""

import pytest

from domain.deadlines import next_of
from domain.errors import StageNotOpen, Suspended
from domain.gate import waits_for
from domain.kernel import Actor, Command
from domain.suspension import ProjectResumed, ProjectSuspended, ResumeProject, SuspendProject
from domain.tranche import ApproveTranche, RefuseTranche, RequestTranche, VerifyTranche
from tests.controls import PROJECT, chen, gao, lin, luo, on, pay, report, song
from tests.situations import (
    a_closed_project,
    a_concluded_agreement,
    a_granted_award,
    a_requested_tranche,
    a_verified_tranche,
    an_approved_tranche,
)
from tests.world import Situation, given, put

SUSPEND = SuspendProject(project=PROJECT, reason="The accounts are being looked into.")
RESUME = ResumeProject(project=PROJECT, reason="The accounts are in order.")


def test_an_officer_suspends_with_a_reason_and_resumes_with_a_reason() -> None:
    suspended = (
        given(a_concluded_agreement())
        .when(SUSPEND, by=lin)
        .then_once(ProjectSuspended(cause="officer", reason="The accounts are being looked into."))
    )
    assert suspended.project().suspended
    resumed = suspended.when(RESUME, by=lin).then_once(ProjectResumed(reason="The accounts are in order."))
    assert not resumed.project().suspended


@pytest.mark.parametrize(
    ("situation", "command", "by"),
    [
        (a_concluded_agreement(), RequestTranche(project=PROJECT, tranche="first", payee="Qinghe"), chen),
        (a_requested_tranche(), VerifyTranche(project=PROJECT, tranche="first"), gao),
        (a_requested_tranche(), RefuseTranche(project=PROJECT, tranche="first", reason="x"), gao),
        (a_verified_tranche(), ApproveTranche(project=PROJECT, tranche="first"), luo),
        (an_approved_tranche(), pay(), song),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_step_of_a_tranche_is_taken_while_suspended(situation: Situation, command: Command, by: Actor) -> None:
    suspended = given(situation, put(SUSPEND, by=lin))
    suspended.when(command, by=by).refused(Suspended, project=PROJECT, reason="The accounts are being looked into.")
    suspended.when(RESUME, by=lin).then(ProjectResumed).when(command, by=by).events  # noqa: B018  not refused any more


def test_a_tranche_says_that_it_waits_for_the_resumption() -> None:
    project = given(a_concluded_agreement(), put(SUSPEND, by=lin)).project()
    assert waits_for(project, project.tranche("first"), on("04-28")) == "resumption"


def test_reports_stay_due_on_the_same_dates() -> None:
    suspended = given(a_concluded_agreement(), put(SUSPEND, by=lin))
    deadline = next_of(suspended.project())
    assert deadline is not None
    assert deadline.due == on("07-06", "00:00")
    assert suspended.when(report(), by=chen).events


def test_only_a_running_project_is_suspended_or_resumed() -> None:
    for command in (SUSPEND, RESUME):
        given(a_granted_award()).when(command, by=lin).refused(StageNotOpen, stage="delivery", now="agreement")
        given(a_closed_project()).when(command, by=lin).refused(StageNotOpen, now="closed")
