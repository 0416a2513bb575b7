"""Reports 报告 under rules that ask for more: figures and proof, a rhythm, and what follows when one is missing."""

from datetime import date

import pytest

from domain.calendar import months_after
from domain.delivery import AcceptReport, ReportAccepted, ReportPublished, ReportSubmitted, SubmitReport
from domain.errors import CurrencyMismatch, NotAnswered, NotDue, NotFound, StageNotOpen
from domain.extension import DeadlineExtended
from domain.kernel import STORY, Money
from domain.progress import Reading, Spending
from domain.report_default import DefaultReport, ReportDefaulted
from domain.report_return import ReportReturned, ReturnReport
from domain.stored_form import event_from
from domain.suspension import ProjectResumed, ProjectSuspended, ResumeProject, SuspendProject
from tests.controls import PROJECT, RULES, chen, extend, lin, on, report, yuan
from tests.delivering import (
    PHOTO,
    READINGS,
    RECEIPT,
    SPENT,
    a_full_report,
    a_late_report,
    delivery_under,
    ruled,
    with_reports,
)
from tests.situations import a_concluded_agreement, an_accepted_report
from tests.world import given, put

ACCEPT = AcceptReport(project=PROJECT, report="mid-term")
DEFAULT = DefaultReport(project=PROJECT, report="mid-term")
RESUME = ResumeProject(project=PROJECT, reason="They have caught up.")
EVERYTHING = ("spending", "indicators", "photo", "receipt")


# ── figures and proof ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_says_what_was_spent_what_was_reached_and_how_it_is_known() -> None:
    given(a_concluded_agreement()).when(a_full_report(), by=chen).then(
        ReportSubmitted(
            report="mid-term",
            submitted_by="chen",
            narrative="As planned.",
            activities=report().activities,
            people_served=30,
            spending=SPENT,
            readings=READINGS,
            evidence=(PHOTO, RECEIPT),
        )
    )


def test_who_came_twice_is_served_once_where_the_organisation_can_say_so() -> None:
    handed_in = given(a_concluded_agreement(), put(a_full_report(), by=chen))
    handed_in.when(ACCEPT, by=lin).then(ReportAccepted(report="mid-term", activities=2, people_served=30))


def test_only_accepted_figures_count_and_the_latest_reading_is_the_one() -> None:
    handed_in = given(a_concluded_agreement(), put(a_full_report(), by=chen))
    assert (handed_in.project().reading("readers"), dict(handed_in.project().spent)) == (None, {})
    first = handed_in.when(ACCEPT, by=lin).then(ReportAccepted).project()
    assert (first.reading("readers"), dict(first.spent)) == (35, {"books": 120_000})
    later = a_full_report(report="final", readings=(Reading(id="readers", actual=58),))
    both = given(
        a_concluded_agreement(),
        put(a_full_report(), by=chen),
        put(ACCEPT, by=lin),
        put(later, by=chen),
        put(AcceptReport(project=PROJECT, report="final"), by=lin),
    ).project()
    assert (both.reading("readers"), dict(both.spent)) == (58, {"books": 240_000})


@pytest.mark.parametrize(
    ("changes", "field", "unknown"),
    [
        ({"spending": (Spending(item="banquet", amount=yuan(1)),)}, "spending", "banquet"),
        ({"spending": SPENT * 2}, "spending", "books"),
        ({"readings": (Reading(id="weather", actual=1),)}, "readings", "weather"),
        ({"readings": READINGS * 2}, "readings", "readers"),
    ],
)
def test_what_the_project_does_not_have_is_not_reported(changes: dict[str, object], field: str, unknown: str) -> None:
    given(a_concluded_agreement()).when(a_full_report(**changes), by=chen).refused(
        NotAnswered, field=field, unknown=unknown
    )


def test_money_is_reported_in_the_programmes_currency() -> None:
    euros = (Spending(item="books", amount=Money(currency="EUR", minor=100)),)
    given(a_concluded_agreement()).when(a_full_report(spending=euros), by=chen).refused(
        CurrencyMismatch, field="spending", currency="EUR"
    )


@pytest.mark.parametrize(
    ("left_out", "field", "missing"),
    [
        ({"spending": ()}, "report", "spending"),
        ({"readings": ()}, "readings", "readers"),
        ({"evidence": (RECEIPT,)}, "report", "photo"),
        ({"evidence": ()}, "report", "photo, receipt"),
    ],
)
def test_a_report_is_not_handed_in_without_what_the_rules_demand(
    left_out: dict[str, object], field: str, missing: str
) -> None:
    strict = given(delivery_under(with_reports(demands=EVERYTHING)))
    strict.when(a_full_report(**left_out), by=chen).refused(NotAnswered, field=field, missing=missing)
    strict.when(a_full_report(), by=chen).then(ReportSubmitted)
    strict.when(a_full_report(report="final", **left_out), by=chen).then(ReportSubmitted)


def test_a_report_for_everybody_is_published_when_it_is_accepted() -> None:
    handed_in = given(delivery_under(with_reports(published=True)), put(report(), by=chen))
    handed_in.when(ACCEPT, by=lin).then_once(ReportAccepted, ReportPublished(report="mid-term"))


def test_a_report_stored_before_there_were_figures_is_read_with_none() -> None:
    old = (
        '{"activities":[{"held_on":"2026-06-01","people_served":20,"title":"a"},{"held_on":"2026-06-08",'
        '"people_served":25,"title":"b"}],"narrative":"n","report":"mid-term","submitted_by":"chen"}'
    )
    read = event_from("ReportSubmitted.v1", old)
    assert isinstance(read, ReportSubmitted)
    assert (read.people_served, read.spending, read.readings, read.evidence) == (45, (), (), ())


# ── a rhythm ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rhythm_makes_a_report_for_every_period() -> None:
    reports = given(delivery_under(with_reports(id="quarter", every_months=3, times=3, due_days=10))).project().reports
    due = {id_: each.due.astimezone(on("01-01").tzinfo) for id_, each in reports.items() if id_ != "final"}
    assert due == {
        "quarter-1": on("08-08", "00:00"),
        "quarter-2": on("11-08", "00:00"),
        "quarter-3": on("01-01").replace(year=2027, month=2, day=8, hour=0),
    }


def test_a_rhythm_may_be_in_days() -> None:
    reports = given(delivery_under(with_reports(id="week", every_days=7, times=2, due_days=1))).project().reports
    assert [reports[id_].due for id_ in ("week-1", "week-2")] == [on("05-07", "00:00"), on("05-14", "00:00")]


def test_each_report_of_a_rhythm_is_handed_in_by_its_own_name() -> None:
    delivering = given(delivery_under(with_reports(id="quarter", every_months=3, times=2)))
    delivering.when(SubmitReport(**(report().model_dump() | {"report": "quarter-2"})), by=chen).then(ReportSubmitted)
    delivering.when(SubmitReport(**(report().model_dump() | {"report": "quarter"})), by=chen).refused(NotFound)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"every_days": 7}, "report mid-term: a rhythm is every_days or every_months, and times"),
        ({"times": 3}, "report mid-term: a rhythm is every_days or every_months, and times"),
        ({"every_days": 7, "every_months": 1, "times": 3}, "a rhythm is every_days or every_months, and times"),
        ({"id": "x" * 61, "every_days": 7, "times": 3}, "the id of a rhythm has at most 60 characters"),
        ({"consequence": "suspend"}, "report mid-term: consequence and consequence_after_days go together"),
        ({"consequence": "fail", "consequence_after_days": 6}, "the consequence comes after the days of grace"),
        ({"id": "final"}, "reports: final is named twice"),
    ],
)
def test_rules_of_reports_that_cannot_be_kept_are_refused(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        with_reports(**changes)


def test_a_tranche_does_not_wait_for_a_rhythm_but_for_one_of_its_reports() -> None:
    first, last = RULES.model_dump()["reports"]
    with pytest.raises(ValueError, match="tranche second waits for report mid-term, which does not exist"):
        ruled(reports=[first | {"every_days": 7, "times": 3}, last])


# ── what follows when one is missing ─────────────────────────────────────────────────────────────────────────────────


def test_a_report_missing_for_too_long_suspends_the_project() -> None:
    waiting = given(delivery_under(with_reports(consequence="suspend", consequence_after_days=30)))
    waiting.when(DEFAULT, by=STORY, at=on("08-11", "23:59")).refused(NotDue, deadline="report-default")
    waiting.when(DEFAULT, by=STORY, at=on("08-12", "00:00")).then_once(
        ReportDefaulted(report="mid-term", due=on("07-13", "00:00"), consequence="suspend"),
        ProjectSuspended(cause="report_missing", reason=""),
    )


def test_a_suspended_project_hands_it_in_and_is_resumed() -> None:
    handed_in = given(a_late_report()).when(report(), by=chen).then(ReportSubmitted)
    handed_in.when(RESUME, by=lin).then_once(ProjectResumed(reason="They have caught up."))


def test_a_failed_report_is_reopened_only_by_a_later_date() -> None:
    failed = given(a_late_report("fail"))
    failed.when(report(), by=chen).refused(StageNotOpen, stage="report due", now="report failed")
    failed.when(RESUME, by=lin).refused(StageNotOpen, stage="report due", now="report failed")
    later = failed.when(extend("report", "08-31", "mid-term"), by=lin).then(DeadlineExtended)
    later.when(DEFAULT, by=STORY, at=on("09-30", "23:59")).refused(NotDue, due=on("10-01", "00:00"))
    later.when(RESUME, by=lin).then(ProjectResumed)
    later.when(report(), by=chen).then(ReportSubmitted)


def test_without_a_consequence_in_the_rules_none_follows() -> None:
    given(a_concluded_agreement()).when(DEFAULT, by=STORY, at=on("12-31")).nothing_new()


def test_what_is_handed_in_has_no_consequence_and_a_returned_one_has() -> None:
    rules = delivery_under(with_reports(consequence="suspend", consequence_after_days=30))
    given(rules, an_accepted_report()).when(DEFAULT, by=STORY, at=on("08-12")).nothing_new()
    back = ReturnReport(project=PROJECT, report="mid-term", reason="No lists.")
    returned = given(rules, put(report(), by=chen)).when(back, by=lin).then(ReportReturned)
    returned.when(DEFAULT, by=STORY, at=on("08-12")).then(ReportDefaulted, ProjectSuspended)


def test_a_project_suspended_already_is_only_told_of_the_missing_report() -> None:
    suspended = put(SuspendProject(project=PROJECT, reason="Under inquiry."), by=lin)
    rules = delivery_under(with_reports(consequence="suspend", consequence_after_days=30))
    given(rules, suspended).when(DEFAULT, by=STORY, at=on("08-12")).then(ReportDefaulted)
