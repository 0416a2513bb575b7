"""Mid-term evaluation 中期评估: when it begins, and the self-assessment; late or missing is failed (C2)."""

from datetime import date

import pytest

from domain.deadlines import next_of
from domain.delivery import AcceptReport, ReportAccepted
from domain.errors import NotDue, NotFound, RoleMissing, StageNotOpen
from domain.kernel import STORY
from domain.midterm import (
    LapseSelfAssessment,
    MidTermFailed,
    MidTermOpened,
    MidTermPlanned,
    OpenMidTerm,
    RemindSelfAssessment,
    SelfAssessmentReminded,
    SelfAssessmentSubmitted,
)
from domain.rules import Rules
from tests.controls import PROJECT, RULES, chen, he, lin, on, sign
from tests.delivering import (
    PHOTO,
    RESPONSE,
    SELF_ASSESSMENT,
    a_self_assessment,
    a_silent_mid_term,
    an_open_mid_term,
    delivery_under,
    with_mid_term,
)
from tests.situations import a_concluded_agreement, a_granted_award, a_programme, a_submitted_report
from tests.world import given, put

OPEN = OpenMidTerm(project=PROJECT)
REMIND = RemindSelfAssessment(project=PROJECT)
LAPSE = LapseSelfAssessment(project=PROJECT)
AFTER_REPORT = with_mid_term(begins_after_days=None, begins_after_report="mid-term")


def test_late_is_late_also_while_the_story_has_not_said_so() -> None:
    """Late or missing is failed (C2): whoever knows that the clock is slow gets no day more."""
    waiting = given(an_open_mid_term())
    waiting.when(SELF_ASSESSMENT, by=chen, at=on("06-28", "00:00")).refused(
        StageNotOpen, stage="mid-term self-assessment", now="the days for it are over"
    )
    waiting.when(SELF_ASSESSMENT, by=chen, at=on("06-27", "23:59")).then_once(SelfAssessmentSubmitted)
    given(a_silent_mid_term()).when(RESPONSE, by=chen, at=on("07-04", "00:00")).refused(
        StageNotOpen, stage="mid-term notice", now="the days for it are over"
    )


def test_a_programme_says_whether_there_is_a_mid_term_evaluation() -> None:
    assert given(a_concluded_agreement()).project().mid_term is None
    given(a_concluded_agreement()).when(SELF_ASSESSMENT, by=chen).refused(NotFound, kind="mid-term evaluation")
    assert Rules.model_validate(RULES.model_dump(exclude_none=True)) == RULES, "and a programme without it is as it was"


def test_it_begins_so_many_days_after_the_agreement() -> None:
    signed = given(a_programme(with_mid_term()), a_granted_award(), put(sign("organisation"), by=chen, at=on("04-28")))
    after = signed.world.put(sign("bureau"), by=lin)
    assert after.events[-1][1] == MidTermPlanned(opens_at=on("06-13", "00:00"))
    waiting = given(delivery_under(with_mid_term()))
    waiting.when(OPEN, by=STORY, at=on("06-12", "23:59")).refused(NotDue, deadline="mid-term-opens")
    waiting.when(SELF_ASSESSMENT, by=chen).refused(
        StageNotOpen, stage="mid-term self-assessment", now="mid-term planned"
    )
    waiting.when(OPEN, by=STORY, at=on("06-13", "00:00")).then_once(
        MidTermOpened(due=on("06-28", "00:00"), remind_at=on("06-24", "00:00"))
    )


def test_it_may_begin_when_a_report_is_accepted() -> None:
    handed_in = given(a_programme(AFTER_REPORT), a_submitted_report())
    after = handed_in.when(AcceptReport(project=PROJECT, report="mid-term"), by=lin).then_once(
        ReportAccepted, MidTermOpened(due=on("07-16", "00:00"), remind_at=on("07-12", "00:00"))
    )
    assert next_of(after.project()) == (on("07-12", "00:00"), REMIND)
    handed_in = given(a_programme(AFTER_REPORT), a_submitted_report("final"))
    handed_in.when(AcceptReport(project=PROJECT, report="final"), by=lin).then(ReportAccepted)


def test_the_organisation_assesses_itself_and_the_evaluators_days_begin() -> None:
    given(an_open_mid_term()).when(SELF_ASSESSMENT, by=chen, at=on("06-20")).then_once(
        SelfAssessmentSubmitted(
            narrative="Ten of twenty afternoons held.", evidence=(PHOTO,), review_due=on("07-01", "00:00")
        )
    )
    given(an_open_mid_term()).when(SELF_ASSESSMENT, by=he).refused(RoleMissing, person="he")


def test_a_self_assessment_handed_in_is_not_handed_in_otherwise() -> None:
    other = SELF_ASSESSMENT.model_copy(update={"narrative": "All of it."})
    given(a_self_assessment()).when(other, by=chen).refused(
        StageNotOpen, stage="mid-term self-assessment", now="mid-term review"
    )


def test_the_self_assessment_is_reminded_of_once() -> None:
    waiting = given(an_open_mid_term())
    waiting.when(REMIND, by=STORY, at=on("06-23", "23:59")).refused(NotDue, deadline="self-assessment-reminder")
    waiting.when(REMIND, by=STORY, at=on("06-24", "00:00")).then_once(SelfAssessmentReminded(due=on("06-28", "00:00")))
    given(a_self_assessment()).when(REMIND, by=STORY, at=on("06-24")).nothing_new()


def test_late_or_missing_is_failed_with_days_for_an_answer() -> None:
    waiting = given(an_open_mid_term())
    waiting.when(LAPSE, by=STORY, at=on("06-27", "23:59")).refused(NotDue, deadline="self-assessment")
    after = waiting.when(LAPSE, by=STORY, at=on("06-28", "00:00")).then_once(
        MidTermFailed(cause="self_assessment_missing", score=None, respond_by=on("07-04", "00:00"))
    )
    assert after.project().mid_term_passed is False
    after.when(SELF_ASSESSMENT, by=chen).refused(StageNotOpen, now="mid-term notice")
    given(a_self_assessment()).when(LAPSE, by=STORY, at=on("06-28")).nothing_new()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"begins_after_days": None}, "a mid-term evaluation begins after days or after a report: say one of them"),
        ({"begins_after_report": "mid-term"}, "a mid-term evaluation begins after days or after a report: say one"),
        ({"remind_before_days": 14}, "remind_before_days must be below self_assessment_days"),
        (
            {"begins_after_days": None, "begins_after_report": "weekly"},
            "the mid-term evaluation begins after report weekly, which does not exist",
        ),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        with_mid_term(**changes)


def test_the_day_is_reckoned_on_the_day_of_the_agreement() -> None:
    world = given(delivery_under(with_mid_term(begins_after_days=0))).world
    project = given(lambda _: world).project()
    assert project.mid_term is not None
    assert project.mid_term.opens_at == on("04-29", "00:00")
    assert project.rules.calendar.day_of(on("04-28")) == date(2026, 4, 28)
