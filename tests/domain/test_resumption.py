"""Resumption 恢复: a project suspended for a missing report goes on by itself once the report has come, where the rules say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.delivery import AcceptReport, ReportAccepted, ReportSubmitted
from domain.errors import NotDue, StageNotOpen, Suspended
from domain.extension import DeadlineExtended
from domain.kernel import STORY
from domain.report_default import DefaultReport, ReportDefaulted
from domain.report_return import ReturnReport
from domain.rules import Rules
from domain.suspension import ProjectResumed, ProjectSuspended, ResumeProject, SuspendProject
from domain.tranche import RequestTranche
from tests.controls import PROJECT, RULES, chen, extend, lin, on, report
from tests.delivering import a_stopped_project, delivery_under, ruled, with_reports
from tests.world import Given, World, given, put

BY_ITSELF = ProjectResumed(cause="report_received", reason="")
ACCEPT = AcceptReport(project=PROJECT, report="mid-term")
INQUIRY = SuspendProject(project=PROJECT, reason="Under inquiry.")


def missing(*reports: str, **rules: object) -> Given:
    """Suspended on 12 August since the mid-term report is missing, and on 25 October the final one, where that is said."""
    return given(delivery_under(late(**rules)), *(default(id_) for id_ in reports or ("mid-term",)))


def late(**changes: object) -> Rules:
    first, last = with_reports(consequence="suspend", consequence_after_days=30).model_dump()["reports"]
    both = [each | {"consequence": "suspend", "consequence_after_days": 30, **changes} for each in (first, last)]
    return ruled(reports=both, tranches=with_reports().model_dump()["tranches"])


def default(id_: str) -> Callable[[World], World]:
    day = {"mid-term": "08-12", "final": "10-26"}[id_]
    return put(DefaultReport(project=PROJECT, report=id_), by=STORY, at=on(day, "00:00"))


def test_a_report_handed_in_late_lets_the_project_go_on() -> None:
    suspended = missing(resumed_when="submitted")
    ask = RequestTranche(project=PROJECT, tranche="first", payee="Qinghe")
    suspended.when(ask, by=chen).refused(Suspended)
    resumed = suspended.when(report(), by=chen).then(ReportSubmitted, BY_ITSELF)
    assert not resumed.project().suspended
    assert resumed.when(ask, by=chen).events


def test_where_it_has_to_be_accepted_handing_in_is_not_enough() -> None:
    suspended = missing(resumed_when="accepted")
    handed_in = suspended.when(report(), by=chen).then(ReportSubmitted)
    assert handed_in.project().suspended
    handed_in.when(ACCEPT, by=lin).then_once(ReportAccepted, BY_ITSELF)


def test_without_such_a_rule_an_officer_resumes() -> None:
    handed_in = missing().when(report(), by=chen).then(ReportSubmitted)
    handed_in.when(ACCEPT, by=lin).then(ReportAccepted).when(
        ResumeProject(project=PROJECT, reason="They have caught up."), by=lin
    ).then(ProjectResumed(reason="They have caught up."))


def test_every_report_it_waits_for_has_to_come() -> None:
    both = missing("mid-term", "final", resumed_when="submitted")
    one = both.when(report(), by=chen).then(ReportSubmitted)
    one.when(report("final"), by=chen).then(ReportSubmitted, BY_ITSELF)


def test_another_report_does_not_answer_for_the_missing_one() -> None:
    missing(resumed_when="submitted").when(report("final"), by=chen).then(ReportSubmitted)


def test_a_report_given_a_later_date_is_still_waited_for() -> None:
    later = missing(resumed_when="submitted").when(extend("report", "09-30", "mid-term"), by=lin).then(DeadlineExtended)
    later.when(report("final"), by=chen).then(ReportSubmitted)
    later.when(report(), by=chen).then(ReportSubmitted, BY_ITSELF)


def test_a_failed_report_lets_it_go_on_once_it_is_reopened_and_has_come() -> None:
    failed = missing(consequence="fail", resumed_when="submitted")
    failed.when(report(), by=chen).refused(StageNotOpen, now="report failed")
    reopened = failed.when(extend("report", "09-30", "mid-term"), by=lin).then(DeadlineExtended)
    assert reopened.project().suspended
    reopened.when(report(), by=chen).then(ReportSubmitted, BY_ITSELF)


def test_what_an_officer_resumed_before_is_not_waited_for_again() -> None:
    early = put(ResumeProject(project=PROJECT, reason="They were ill."), by=lin)
    again = given(delivery_under(late(resumed_when="submitted")), default("mid-term"), early, default("final"))
    assert again.project().suspended
    again.when(report("final"), by=chen).then(ReportSubmitted, BY_ITSELF)


def test_an_officers_own_suspension_outlasts_the_report() -> None:
    for order in ((put(INQUIRY, by=lin), default("mid-term")), (default("mid-term"), put(INQUIRY, by=lin))):
        both = given(delivery_under(late(resumed_when="submitted")), *order)
        assert both.project().suspension == "Under inquiry."
        both.when(INQUIRY, by=lin).nothing_new()
        both.when(report(), by=chen).then(ReportSubmitted)


def test_an_officer_who_writes_what_the_rules_call_it_is_still_an_officer() -> None:
    """Decided by the cause, not by the words of the reason."""
    odd = SuspendProject(project=PROJECT, reason="report_missing")
    suspended = missing(resumed_when="submitted").when(odd, by=lin).then_once(ProjectSuspended)
    suspended.when(report(), by=chen).then(ReportSubmitted)


def test_a_suspension_for_a_report_that_an_officer_has_to_lift_needs_no_other() -> None:
    missing().when(INQUIRY, by=lin).nothing_new()
    missing(resumed_when="accepted").when(INQUIRY, by=lin).then_once(ProjectSuspended)


def test_a_project_stopped_at_mid_term_does_not_go_on_with_a_report() -> None:
    given(a_stopped_project()).when(report(), by=chen).then(ReportSubmitted)


def test_a_report_sent_back_afterwards_stops_it_again_only_when_its_new_days_are_over_too() -> None:
    resumed = missing(resumed_when="submitted").when(report(), by=chen).then(ReportSubmitted, BY_ITSELF)
    back = ReturnReport(project=PROJECT, report="mid-term", reason="No lists.")
    after = given(lambda _: resumed.world, put(back, by=lin))
    assert not after.project().suspended
    again = DefaultReport(project=PROJECT, report="mid-term")
    after.when(again, by=STORY, at=on("09-18")).refused(NotDue)
    after.when(again, by=STORY, at=on("09-19", "00:00")).then(ReportDefaulted, ProjectSuspended)


def test_the_rules_say_so_only_where_something_follows_from_silence() -> None:
    with pytest.raises(ValueError, match="report mid-term: resumed_when needs a consequence that suspends"):
        with_reports(resumed_when="submitted")
    assert RULES.report("mid-term").resumed_when is None
