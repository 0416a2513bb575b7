"""Extension 延期: more days with a reason, only for a deadline that is open; reminders and days of grace move with it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.commands import parse
from domain.deadlines import next_of
from domain.delivery import RecordOverdueReport, RemindReport, ReportOverdue, ReportReminded
from domain.errors import (
    AboveLimit,
    ConflictOfInterest,
    Malformed,
    NotDue,
    NotFound,
    RoleMissing,
    StageNotOpen,
)
from domain.evaluation import EscalateEvaluation
from domain.extendable import ProjectDeadline
from domain.extension import DAYS_AT_MOST, DeadlineExtended
from domain.kernel import STORY, Command
from domain.review import ConcludeReview, RemindReviewers, ReviewersReminded, ReviewExtended
from tests.controls import (
    PROJECT,
    also,
    chen,
    extend,
    lin,
    on,
    stranger,
    yao,
)
from tests.situations import (
    a_closed_project,
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_panel,
    a_ranked_round,
    a_reviewed_project,
    a_submitted_report,
    an_application,
    an_invited_project,
    an_open_review,
)
from tests.world import Given, Situation, given, put

# ── a project's deadlines ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("situation", "wish", "was", "due"),
    [
        (an_application(), extend("eligibility", "04-10"), "03-28", "04-11"),
        (an_invited_project(), extend("roadshow-scores", "04-25"), "04-19", "04-26"),
        (a_granted_award(), extend("agreement", "05-20"), "05-11", "05-21"),
        (a_delivered_project(), extend("evaluation", "10-10"), "09-23", "10-11"),
    ],
)
def test_what_is_waited_for_comes_at_the_end_of_the_new_day_and_means_the_same(
    situation: Situation, wish: Any, was: str, due: str
) -> None:
    before, new = given(situation), on(due, "00:00")
    event = DeadlineExtended(deadline=wish.deadline, was=on(was, "00:00"), due=new, reason="Floods.")
    after = before.when(wish, by=lin).then_once(event)
    first, then = next_of(before.project()), next_of(after.project())
    assert first is not None
    assert then == (new, first.command)
    after.when(first.command, by=STORY, at=first.due).refused(NotDue, due=new)
    after.when(first.command, by=STORY, at=new).then(*(type(e) for e in silence(before, first.due, first.command)))


def silence(before: Given, at: datetime, command: Command) -> tuple[Any, ...]:
    return before.when(command, by=STORY, at=at).events


def test_the_review_and_its_reminder_move_together() -> None:
    wish = extend("review", "04-20")
    reminded = put(RemindReviewers(project=PROJECT), by=STORY, at=on("04-03"))
    for before in (an_open_review(), reminded):
        after = given(an_open_review(), before).when(wish, by=lin).then_once(DeadlineExtended).project()
        assert (after.assessment("review").due, after.assessment("review").remind_at) == (
            on("04-21", "00:00"),
            on("04-17", "00:00"),
        )
        assert not after.assessment("review").reminded
    again = given(an_open_review(), reminded, put(wish, by=lin))
    again.when(RemindReviewers(project=PROJECT), by=STORY, at=on("04-16")).refused(NotDue)
    again.when(RemindReviewers(project=PROJECT), by=STORY, at=on("04-17")).then_once(ReviewersReminded)


def test_who_was_reminded_is_not_reminded_again_of_a_day_that_is_near() -> None:
    reminded = put(RemindReviewers(project=PROJECT), by=STORY, at=on("04-03"))
    near = given(an_open_review(), reminded, put(extend("review", "04-08"), by=lin, at=on("04-06"))).project()
    assert near.assessment("review").reminded
    assert next_of(near) == (on("04-09", "00:00"), ConcludeReview(project=PROJECT))


def test_days_an_officer_gives_are_none_of_the_reviews_own_extensions() -> None:
    given(an_open_review(), put(extend("review", "04-20"), by=lin)).when(
        ConcludeReview(project=PROJECT), by=STORY, at=on("04-21")
    ).then(ReviewExtended(stage="review", silent=("li", "wang", "zhao"), due=on("04-29", "00:00")))


def test_a_reports_reminder_and_days_of_grace_move_with_it() -> None:
    after = (
        given(a_concluded_agreement())
        .when(extend("report", "07-31", "mid-term"), by=lin)
        .then_once(
            DeadlineExtended(
                deadline="report",
                part="mid-term",
                was=on("07-13", "00:00"),
                due=on("08-01", "00:00"),
                remind_at=on("07-25", "00:00"),
                overdue_at=on("08-08", "00:00"),
                reason="Floods.",
            )
        )
    )
    remind, overdue = (
        RemindReport(project=PROJECT, report="mid-term"),
        RecordOverdueReport(project=PROJECT, report="mid-term"),
    )
    after.when(remind, by=STORY, at=on("07-24")).refused(NotDue)
    after.when(remind, by=STORY, at=on("07-25")).then_once(ReportReminded)
    after.when(overdue, by=STORY, at=on("08-07")).refused(NotDue)
    after.when(overdue, by=STORY, at=on("08-08")).then_once(ReportOverdue)
    assert after.project().report("final") == given(a_concluded_agreement()).project().report("final")


def test_a_report_on_record_as_overdue_gets_a_new_date_and_can_be_late_again() -> None:
    late = (
        a_concluded_agreement(),
        put(RemindReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-06")),
        put(RecordOverdueReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-20")),
    )
    after = given(*late).when(extend("report", "08-31", "mid-term"), by=lin, at=on("07-21")).then_once(DeadlineExtended)
    report = after.project().report("mid-term")
    assert (report.overdue, report.reminded) == (False, False)
    assert next_of(after.project()) == (on("08-25", "00:00"), RemindReport(project=PROJECT, report="mid-term"))


def test_an_overdue_evaluation_gets_a_new_date_and_is_escalated_again() -> None:
    late = put(EscalateEvaluation(project=PROJECT), by=STORY, at=on("09-23"))
    after = given(a_delivered_project(), late).when(extend("evaluation", "10-10"), by=lin).then_once(DeadlineExtended)
    assert next_of(after.project()) == (on("10-11", "00:00"), EscalateEvaluation(project=PROJECT))


@pytest.mark.parametrize(
    ("situation", "deadline", "stage", "now"),
    [
        (an_application(), "review", "review", "eligibility"),
        (an_open_review(), "eligibility", "eligibility", "review"),
        (a_panel(), "review", "running deadline", "no deadline yet"),
        (a_reviewed_project(), "roadshow-scores", "running deadline", "no deadline yet"),
        (a_ranked_round(), "agreement", "agreement", "notice"),
        (a_delivered_project(), "report", "delivery", "evaluation"),
        (a_submitted_report(), "report", "report due", "report submitted"),
        (a_closed_project(), "evaluation", "evaluation", "closed"),
    ],
)
def test_only_an_open_deadline_is_extended(
    situation: Situation, deadline: ProjectDeadline, stage: str, now: str
) -> None:
    wish = extend(deadline, "12-01", "mid-term" if deadline == "report" else None)
    given(situation).when(wish, by=lin).refused(StageNotOpen, stage=stage, now=now)


def test_a_report_that_does_not_exist_has_no_deadline() -> None:
    given(a_concluded_agreement()).when(extend("report", "12-01", "weekly"), by=lin).refused(NotFound, kind="report")


def test_only_an_officer_who_does_not_act_for_the_applicant_gives_more_time() -> None:
    before = given(a_granted_award())
    for who in (chen, yao, stranger):
        before.when(extend("agreement", "05-20"), by=who).refused(RoleMissing)
    before.when(extend("agreement", "05-20"), by=also(lin, "applicant", "qinghe")).refused(ConflictOfInterest)


# ── the new day ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_deadline_is_only_moved_to_a_later_day_that_lies_ahead() -> None:
    before = given(a_granted_award())
    before.when(extend("agreement", "05-10"), by=lin).nothing_new()
    before.when(extend("agreement", "05-09"), by=lin).refused(
        Malformed, field="until", rule="must not be before the present deadline, 2026-05-10"
    )
    before.when(extend("agreement", "05-12"), by=lin, at=on("05-13")).refused(
        Malformed, field="until", rule="must not lie in the past"
    )
    before.when(extend("agreement", "05-13"), by=lin, at=on("05-13")).then(DeadlineExtended)


def test_one_extension_adds_at_most_a_year_to_the_deadline_or_to_today() -> None:
    wish, last = extend("agreement", "12-01"), date(2026, 5, 10)
    most = last + timedelta(days=DAYS_AT_MOST)
    before = given(a_granted_award())
    before.when(wish.model_copy(update={"until": most}), by=lin).then(DeadlineExtended)
    for day in (most + timedelta(days=1), date.max):
        before.when(wish.model_copy(update={"until": day}), by=lin).refused(
            AboveLimit, field="until", value=str(day), limit=str(most)
        )
    later = wish.model_copy(update={"until": most + timedelta(days=1)})
    before.when(later, by=lin, at=on("05-11")).then(DeadlineExtended)
    before.when(wish.model_copy(update={"until": date.min}), by=lin).refused(Malformed, field="until")


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"reason": "  "}, "reason", "String should have at least 1 character"),
        ({"deadline": "report"}, "report", "Value error, must be given for the deadline of a report"),
        ({"report": "mid-term"}, "report", "Value error, must be given only for the deadline of a report"),
        (
            {"part": "mid-term"},
            "part",
            "Value error, must be given where there may be several such deadlines, and only there",
        ),
        (
            {"deadline": "change"},
            "part",
            "Value error, must be given where there may be several such deadlines, and only there",
        ),
        ({"deadline": "lunch"}, "deadline", None),
    ],
)
def test_what_is_left_out_or_too_much_is_named(changes: dict[str, str], field: str, rule: str | None) -> None:
    content = {"project": PROJECT, "deadline": "agreement", "until": "2026-05-20", "reason": "Floods."}
    with pytest.raises(Malformed) as caught:
        parse("ExtendProjectDeadline", content | changes)
    assert caught.value.fields["field"] == field
    assert rule is None or caught.value.fields["rule"] == rule
