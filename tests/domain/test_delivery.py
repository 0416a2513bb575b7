"""Delivery 实施: reports are handed in, returned or accepted by somebody else; late ones are reminded, then on record."""

import pytest

from domain.commands import parse
from domain.delivery import (
    AcceptReport,
    DeliveryCompleted,
    RecordOverdueReport,
    RemindReport,
    ReportAccepted,
    ReportOverdue,
    ReportReminded,
    ReportSubmitted,
)
from domain.errors import ConflictOfInterest, Malformed, NotDue, NotFound, RoleMissing, SamePerson, StageNotOpen
from domain.extension import DeadlineExtended
from domain.kernel import STORY, Actor
from domain.report_return import ReportReturned, ReturnReport
from tests.controls import ORGANISATION, PROJECT, also, chen, he, lin, on, report, stranger
from tests.situations import (
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_submitted_report,
    an_accepted_report,
)
from tests.world import given, put

ACCEPT = AcceptReport(project=PROJECT, report="mid-term")
RETURN = ReturnReport(project=PROJECT, report="mid-term", reason="The list of children is missing.")
REMIND = RemindReport(project=PROJECT, report="mid-term")
OVERDUE = RecordOverdueReport(project=PROJECT, report="mid-term")
DUE, GRACE = on("07-13", "00:00"), on("07-20", "00:00")


# ── handing in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_is_handed_in_with_its_activities() -> None:
    after = (
        given(a_concluded_agreement())
        .when(report(), by=chen)
        .then(
            ReportSubmitted(
                report="mid-term",
                submitted_by="chen",
                narrative="As planned.",
                activities=report().activities,
                people_served=45,
                spending=(),
                readings=(),
                evidence=(),
            )
        )
    )
    handed_in = after.project().report("mid-term")
    assert (handed_in.status, handed_in.activities, handed_in.people_served) == ("submitted", 2, 45)


def test_a_report_handed_in_is_not_handed_in_again_until_it_is_returned() -> None:
    given(a_submitted_report()).when(report(), by=chen).refused(
        StageNotOpen, stage="report due", now="report submitted"
    )
    given(an_accepted_report()).when(report(), by=chen).refused(StageNotOpen, now="report accepted")
    given(a_submitted_report(), put(RETURN, by=lin)).when(report(), by=chen).then(ReportSubmitted)


def test_nobody_reports_for_another_organisation_nor_before_there_is_an_agreement() -> None:
    given(a_concluded_agreement()).when(report(), by=he).refused(RoleMissing, person="he")
    given(a_granted_award()).when(report(), by=chen).refused(StageNotOpen, stage="delivery", now="agreement")
    given(a_concluded_agreement()).when(report().model_copy(update={"report": "weekly"}), by=chen).refused(
        NotFound, kind="report", id="weekly"
    )


@pytest.mark.parametrize(("field", "value"), [("activities", []), ("narrative", " ")])
def test_an_empty_report_is_no_report(field: str, value: object) -> None:
    with pytest.raises(Malformed) as caught:
        parse("SubmitReport", report().model_dump(mode="json") | {field: value})
    assert caught.value.fields["field"] == field


def test_nobody_is_served_a_negative_number_of_times() -> None:
    content = report().model_dump(mode="json")
    content["activities"][1]["people_served"] = -1
    with pytest.raises(Malformed) as caught:
        parse("SubmitReport", content)
    assert caught.value.fields["field"] == "activities.1.people_served"


# ── accepting and returning ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_accepted_report_counts_what_it_says() -> None:
    given(a_submitted_report()).when(ACCEPT, by=lin).then_once(
        ReportAccepted(report="mid-term", activities=2, people_served=45)
    )


def test_the_last_report_accepted_completes_delivery() -> None:
    after = (
        given(an_accepted_report(), a_submitted_report("final"))
        .when(AcceptReport(project=PROJECT, report="final"), by=lin)
        .then_once(ReportAccepted, DeliveryCompleted())
    )
    assert after.project().stage == "evaluation"


def test_who_wrote_a_report_does_not_accept_it() -> None:
    wen = Actor(id="wen", grants=frozenset({("applicant", ORGANISATION)}))
    by_a_colleague = given(a_concluded_agreement(), put(report(), by=wen))
    by_a_colleague.when(ACCEPT, by=also(Actor(id=wen.id), "officer")).refused(
        SamePerson, person="wen", step="AcceptReport", earlier="SubmitReport"
    )
    given(a_submitted_report()).when(ACCEPT, by=also(Actor(id=chen.id), "officer")).refused(
        ConflictOfInterest, person="chen", reason="own_project"
    )


def test_a_report_not_handed_in_is_neither_accepted_nor_returned() -> None:
    delivering = given(a_concluded_agreement())
    for command in (ACCEPT, RETURN):
        delivering.when(command, by=lin).refused(StageNotOpen, stage="report submitted", now="report due")
        given(a_granted_award()).when(command, by=lin).refused(StageNotOpen, now="agreement")
        given().when(command, by=also(stranger, "officer")).refused(NotFound, kind="project", id=PROJECT)
        delivering.when(command.model_copy(update={"report": "x"}), by=lin).refused(NotFound, kind="report", id="x")


def test_a_report_is_returned_with_what_is_missing() -> None:
    after = (
        given(a_submitted_report())
        .when(RETURN, by=lin)
        .then(ReportReturned(report="mid-term", reason="The list of children is missing."))
    )
    assert after.project().report("mid-term").status == "returned"
    given(an_accepted_report()).when(RETURN, by=lin).refused(StageNotOpen, now="report accepted")


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_is_reminded_of_once_a_week_before() -> None:
    waiting, week_before = given(a_concluded_agreement()), on("07-06", "00:00")
    waiting.when(REMIND, by=STORY, at=on("07-05", "23:59")).refused(NotDue, deadline="report-reminder", due=week_before)
    waiting.when(REMIND, by=STORY, at=week_before).then_once(ReportReminded(report="mid-term", due=DUE))


def test_a_late_report_is_on_record_after_the_days_of_grace_and_can_still_be_handed_in() -> None:
    waiting = given(a_concluded_agreement())
    waiting.when(OVERDUE, by=STORY, at=on("07-19", "23:59")).refused(NotDue, deadline="report-overdue", due=GRACE)
    after = waiting.when(OVERDUE, by=STORY, at=GRACE).then_once(ReportOverdue(report="mid-term", due=DUE))
    after.when(report(), by=chen).then(ReportSubmitted)


def test_a_returned_report_is_due_again_with_its_old_dates() -> None:
    returned = given(a_submitted_report(), put(RETURN, by=lin))
    returned.when(OVERDUE, by=STORY, at=GRACE).then(ReportOverdue)
    returned.when(REMIND, by=STORY, at=GRACE).then(ReportReminded)


def test_a_report_returned_after_its_day_is_due_anew_before_anything_follows() -> None:
    """Handed in on 1 July, due by the 12th, and read only in August: reminded of a week before, so due again in a week."""
    returned = given(a_submitted_report()).when(RETURN, by=lin, at=on("08-20")).then(ReportReturned, DeadlineExtended)
    report_ = returned.project().report("mid-term")
    assert (report_.status, report_.due, report_.overdue) == ("returned", on("08-28", "00:00"), False)
    returned.when(OVERDUE, by=STORY, at=on("09-03")).refused(NotDue, deadline="report-overdue")
    given(a_submitted_report()).when(RETURN, by=lin, at=on("07-12")).then(ReportReturned)


def test_what_is_handed_in_is_neither_reminded_of_nor_overdue() -> None:
    for situation in (a_submitted_report(), an_accepted_report(), a_delivered_project()):
        given(situation).when(REMIND, by=STORY, at=GRACE).nothing_new()
        given(situation).when(OVERDUE, by=STORY, at=GRACE).nothing_new()


def test_a_report_nobody_planned_is_not_found() -> None:
    for command in (RemindReport(project=PROJECT, report="x"), RecordOverdueReport(project=PROJECT, report="x")):
        given(a_concluded_agreement()).when(command, by=STORY, at=GRACE).refused(NotFound, kind="report", id="x")
