"""The mid-term desk review 中期评审: scored, deferred once, passed, or failed, heard, stopped and perhaps tried again (C2, C6)."""

from datetime import date

from domain.deadlines import next_of
from domain.delivery import AcceptReport, DeliveryCompleted, ReportAccepted
from domain.errors import (
    AboveLimit,
    ConflictOfInterest,
    Malformed,
    NotAnswered,
    NotDue,
    RoleMissing,
    StageNotOpen,
    Suspended,
)
from domain.kernel import STORY, Actor
from domain.midterm import LapseSelfAssessment, MidTermFailed, RemindSelfAssessment, SelfAssessmentSubmitted
from domain.midterm_review import (
    DeferMidTerm,
    EndMidTermNotice,
    EscalateMidTerm,
    GrantSecondChance,
    MidTermAssessed,
    MidTermDeferred,
    MidTermDoubted,
    MidTermNoticeEnded,
    MidTermOverdue,
    MidTermPassed,
    MidTermResponded,
    SecondChanceGranted,
)
from domain.project import Project
from domain.register import RecordAffiliation
from domain.review import ConflictDeclared
from domain.suspension import ProjectResumed, ProjectSuspended, ResumeProject, SuspendProject
from domain.tranche import RequestTranche
from tests.controls import ORGANISATION, PROJECT, chen, he, lin, on, yao
from tests.delivering import (
    DOUBT,
    PHOTO,
    RESPONSE,
    SELF_ASSESSMENT,
    a_self_assessment,
    a_silent_mid_term,
    a_stopped_project,
    an_assessed_mid_term,
    an_open_mid_term,
    assess,
    until,
)
from tests.situations import a_submitted_report, an_accepted_report
from tests.world import given, put

ESCALATE, END = EscalateMidTerm(project=PROJECT), EndMidTermNotice(project=PROJECT)
second_evaluator = Actor(id="mei", grants=frozenset({("evaluator", "*")}))


def test_four_dimensions_make_a_score_and_the_opinion_is_filed() -> None:
    after = (
        given(a_self_assessment())
        .when(assess(80), by=yao)
        .then_once(
            MidTermAssessed(evaluator="yao", scores=assess(80).scores, opinion="On its way.", opinion_sha256="c" * 64),
            MidTermPassed(score=8_000),
        )
    )
    assert after.project().mid_term_passed is True


def test_sixty_passes_and_one_point_less_fails() -> None:
    given(a_self_assessment()).when(assess(60), by=yao).then(MidTermAssessed, MidTermPassed(score=6_000))
    failed = (
        given(a_self_assessment())
        .when(assess(59), by=yao, at=on("06-25"))
        .then_once(
            MidTermAssessed, MidTermFailed(cause="below_pass_mark", score=5_900, respond_by=on("07-01", "00:00"))
        )
    )
    assert failed.project().mid_term_passed is False


def test_several_evaluators_make_a_mean_and_the_last_one_decides() -> None:
    first = given(a_self_assessment(panel_size=2)).when(assess(70), by=yao).then_once(MidTermAssessed)
    assert first.project().mid_term_passed is None
    corrected = first.when(assess(40), by=yao).then_once(MidTermAssessed)
    corrected.when(assess(81), by=second_evaluator).then_once(MidTermAssessed, MidTermPassed(score=6_050))


def test_every_dimension_is_answered_and_only_when_there_is_something_to_assess() -> None:
    short = assess().model_copy(update={"scores": assess().scores[1:]})
    given(a_self_assessment()).when(short, by=yao).refused(NotAnswered, field="scores", missing="progress")
    given(an_open_mid_term()).when(assess(), by=yao).refused(
        StageNotOpen, stage="mid-term review", now="mid-term self-assessment"
    )
    given(a_self_assessment()).when(assess(), by=chen).refused(RoleMissing, person="chen")


def test_who_belongs_to_the_organisation_does_not_assess_it() -> None:
    tie = RecordAffiliation(organisation=ORGANISATION, person="yao", kind="employee", since=date(2020, 1, 1))
    given(a_self_assessment(), put(tie, by=lin)).when(assess(), by=yao).refused(
        ConflictOfInterest, person="yao", reason="belongs to qinghe"
    )
    stepped = ConflictDeclared(person="yao", reason="My sister works there.")
    aside = given(a_self_assessment(), lambda world: world.with_events((f"project:{PROJECT}", stepped)))
    aside.when(assess(), by=yao).refused(ConflictOfInterest, reason="declared")


def test_a_doubt_and_how_it_was_looked_into_go_on_record() -> None:
    given(a_self_assessment()).when(DOUBT, by=yao).then(
        MidTermDoubted(
            doubted_by="yao", means="telephone", doubt="Two lists are alike.", finding="The same families came twice."
        )
    )
    given(an_open_mid_term()).when(DOUBT, by=yao).refused(StageNotOpen, stage="mid-term review")


def test_a_late_review_is_escalated_once_and_can_still_be_made() -> None:
    waiting = given(a_self_assessment())
    waiting.when(ESCALATE, by=STORY, at=on("06-30", "23:59")).refused(NotDue, deadline="mid-term-review")
    late = waiting.when(ESCALATE, by=STORY, at=on("07-01", "00:00")).then_once(MidTermOverdue(due=on("07-01", "00:00")))
    late.when(assess(), by=yao).then(MidTermAssessed, MidTermPassed)
    given(an_assessed_mid_term()).when(ESCALATE, by=STORY, at=on("07-01")).nothing_new()


def test_delivery_is_complete_only_when_the_mid_term_evaluation_is_passed_too() -> None:
    both = given(a_self_assessment(), an_accepted_report(), an_accepted_report("final"))
    assert both.project().stage == "delivery"
    both.when(assess(), by=yao).then_once(MidTermAssessed, MidTermPassed, DeliveryCompleted())
    last = given(an_assessed_mid_term(), an_accepted_report(), a_submitted_report("final"))
    last.when(AcceptReport(project=PROJECT, report="final"), by=lin).then_once(ReportAccepted, DeliveryCompleted())


# ── deferral ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_deferred_once_with_a_reason_and_a_new_day() -> None:
    deferred = (
        given(an_open_mid_term())
        .when(DeferMidTerm(**until("07-15")), by=lin, at=on("06-20"))
        .then_once(
            MidTermDeferred(
                was=on("06-28", "00:00"),
                due=on("07-16", "00:00"),
                remind_at=on("07-12", "00:00"),
                reason="The flood closed the hall.",
            )
        )
    )
    deferred.when(DeferMidTerm(**until("07-18")), by=lin).refused(
        StageNotOpen, stage="mid-term not deferred yet", now="mid-term deferred"
    )
    deferred.when(SELF_ASSESSMENT, by=chen, at=on("07-15")).then(SelfAssessmentSubmitted)


def test_what_was_handed_in_before_a_deferral_is_handed_in_again() -> None:
    asked = given(a_self_assessment()).when(DeferMidTerm(**until("06-28")), by=lin, at=on("06-26"))
    deferred = asked.then(MidTermDeferred)
    mid_term = deferred.project().mid_term
    assert mid_term is not None
    assert (mid_term.status, mid_term.reminded) == ("self-assessment", True), "its reminder would lie in the past"
    deferred.when(SELF_ASSESSMENT, by=chen).then(SelfAssessmentSubmitted)


def test_a_deferral_adds_at_most_the_rules_days_and_never_takes_any() -> None:
    """The self-assessment is due by the end of 27 June, the rules add thirty days."""
    waiting = given(an_open_mid_term())
    waiting.when(DeferMidTerm(**until("07-28")), by=lin, at=on("06-13")).refused(
        AboveLimit, field="until", limit="2026-07-27"
    )
    waiting.when(DeferMidTerm(**until("07-27")), by=lin, at=on("06-13")).then_once(MidTermDeferred)
    for early in ("06-14", "06-27"):
        waiting.when(DeferMidTerm(**until(early)), by=lin, at=on("06-13")).refused(Malformed, field="until")
    reviewed = given(a_self_assessment())
    reviewed.when(DeferMidTerm(**until("06-29")), by=lin, at=on("06-29")).refused(Malformed, field="until")
    given(an_open_mid_term(deferral_days=None)).when(DeferMidTerm(**until("07-01")), by=lin).refused(
        StageNotOpen, now="none in the rules"
    )
    given(an_assessed_mid_term()).when(DeferMidTerm(**until("07-01")), by=lin).refused(
        StageNotOpen, now="mid-term passed"
    )


# ── failure ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_failed_can_answer_in_the_days_of_the_notice() -> None:
    noticed = given(a_silent_mid_term())
    answered = noticed.when(RESPONSE, by=chen, at=on("07-01")).then_once(
        MidTermResponded(narrative="Our accountant was ill.", evidence=(PHOTO,))
    )
    answered.when(END, by=STORY, at=on("07-04", "00:00")).then(MidTermNoticeEnded(answered=True), ProjectSuspended)
    noticed.when(RESPONSE, by=he).refused(RoleMissing, person="he")
    given(a_stopped_project()).when(RESPONSE, by=chen).refused(StageNotOpen, now="mid-term failed")


def test_when_the_notice_ends_the_project_is_stopped() -> None:
    noticed = given(a_silent_mid_term())
    noticed.when(END, by=STORY, at=on("07-03", "23:59")).refused(NotDue, deadline="mid-term-notice")
    stopped = noticed.when(END, by=STORY, at=on("07-04", "00:00")).then_once(
        MidTermNoticeEnded(answered=False), ProjectSuspended(cause="mid_term_failed", reason="")
    )
    stopped.when(RequestTranche(project=PROJECT, tranche="first", payee="Qinghe"), by=chen).refused(
        Suspended, reason="mid_term_failed"
    )


def test_a_project_suspended_already_is_not_suspended_twice() -> None:
    suspended = put(SuspendProject(project=PROJECT, reason="Under inquiry."), by=lin)
    given(a_silent_mid_term(), suspended).when(END, by=STORY, at=on("07-04")).then(MidTermNoticeEnded)


def test_only_a_second_chance_lets_a_failed_project_go_on() -> None:
    stopped = given(a_stopped_project())
    stopped.when(ResumeProject(project=PROJECT, reason="Please."), by=lin).refused(StageNotOpen, now="mid-term failed")
    again = stopped.when(GrantSecondChance(**until("07-31")), by=lin).then_once(
        SecondChanceGranted(
            due=on("08-01", "00:00"), remind_at=on("07-28", "00:00"), reason="The flood closed the hall."
        ),
        ProjectResumed(reason="The flood closed the hall."),
    )
    assert again.project().mid_term_passed is None
    again.when(SELF_ASSESSMENT, by=chen).then(SelfAssessmentSubmitted).when(assess(), by=yao).then(
        MidTermAssessed, MidTermPassed
    )


def test_a_second_chance_resumes_only_what_the_failure_stopped() -> None:
    inquiry = put(SuspendProject(project=PROJECT, reason="Under inquiry."), by=lin)
    ended = put(EndMidTermNotice(project=PROJECT), by=STORY, at=on("07-04", "00:00"))
    again = given(a_silent_mid_term(), inquiry, ended).when(GrantSecondChance(**until("07-31")), by=lin)
    assert again.then_once(SecondChanceGranted).project().suspension == "Under inquiry."


def test_there_is_one_second_chance_and_only_where_the_rules_have_it() -> None:
    again = given(a_silent_mid_term()).when(GrantSecondChance(**until("07-01")), by=lin).then_once(SecondChanceGranted)
    failed = again.when(LapseSelfAssessment(project=PROJECT), by=STORY, at=on("07-02")).then(MidTermFailed)
    failed.when(GrantSecondChance(**until("07-20")), by=lin).refused(StageNotOpen, now="second chance was given")
    given(a_silent_mid_term(second_chance_days=None)).when(GrantSecondChance(**until("07-20")), by=lin).refused(
        StageNotOpen, stage="second chance in the rules", now="none in the rules"
    )
    given(a_silent_mid_term()).when(GrantSecondChance(**until("07-29")), by=lin).refused(AboveLimit, field="until")
    given(an_open_mid_term()).when(GrantSecondChance(**until("07-01")), by=lin).refused(
        StageNotOpen, stage="mid-term failed"
    )


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_silence_reminds_fails_and_stops() -> None:
    world, commands = given(an_open_mid_term()).world, []
    while (deadline := next_of(world.get(Project, PROJECT))) and deadline.due < on("07-05"):
        commands.append(type(deadline.command))
        world = world.at(deadline.due).put(deadline.command, by=STORY)
    assert commands == [RemindSelfAssessment, LapseSelfAssessment, EndMidTermNotice]
