"""Lives of a project and its round, each with another ending; together they meet every deadline and every duty."""

from __future__ import annotations

from collections.abc import Callable

from domain.agreement import GrantAward, LapseAward
from domain.application import WithdrawApplication
from domain.delivery import AcceptReport, RecordOverdueReport, RemindReport
from domain.eligibility import CheckEligibility, EscalateEligibility
from domain.evaluation import EscalateEvaluation, OpenEvaluation
from domain.gate import FileDocument, RecordTrancheDate
from domain.kernel import STORY
from domain.notice import ConcludeNotice
from domain.payment import OrderPayment
from domain.payment_due import RecordLateTranche
from domain.report_return import ReturnReport
from domain.review import AssignReviewers, ConcludeReview, DeclareConflict, OpenReview, RemindReviewers, SubmitReview
from domain.roadshow import ConcludeRoadshow, InviteToRoadshow
from domain.round_opening import CloseCall
from domain.tranche import RefuseTranche, RequestTranche
from tests.controls import (
    FAILED,
    GOOD,
    PROJECT,
    ROUND,
    answer,
    apply_with,
    chen,
    evaluate,
    extend,
    extend_round,
    findings,
    gao,
    he,
    li,
    lin,
    objection,
    on,
    pay,
    report,
    schedule,
    sign,
    song,
    sun,
    tranches_of,
    wang,
    xu,
    yao,
    yuan,
)
from tests.domain.test_payee import AGREE, change
from tests.domain.test_payment import failed, with_orders
from tests.domain.test_payment_due import paid_within
from tests.situations import (
    a_closed_call,
    a_closed_round,
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_paid_tranche,
    a_presented_project,
    a_programme,
    a_session,
    a_submitted_report,
    a_verified_tranche,
    an_accepted_report,
    an_application,
    an_approved_tranche,
    an_invited_project,
    an_objection,
    an_open_notice,
    an_open_review,
    an_open_round,
)
from tests.world import World, put, steps

Life = Callable[[World], World]


def the_whole_life() -> Life:
    """From the first registration to the closed round, with a second project beside it that stops at the ranking."""
    return steps(a_presented_project(), a_presented_project("garden", percent=30, by=he), a_closed_round())


def a_late_check() -> Life:
    late = put(EscalateEligibility(project=PROJECT), by=STORY, at=on("03-28"))
    refused = put(CheckEligibility(project=PROJECT, findings=findings(budget="unclear")), by=lin, at=on("03-30"))
    return steps(an_application(), a_closed_call(), late, refused)


def a_review_nobody_answers() -> Life:
    """Reminded, extended twice with other reviewers, one conflict declared, lapsed."""
    return steps(
        an_open_review(),
        put(RemindReviewers(project=PROJECT), by=STORY, at=on("04-03")),
        put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-07")),
        put(AssignReviewers(project=PROJECT, reviewers=("qian",)), by=lin, at=on("04-08")),
        put(DeclareConflict(project=PROJECT, reason="my sister works there"), by=li, at=on("04-09")),
        put(SubmitReview(project=PROJECT, scores=GOOD), by=wang, at=on("04-10")),
        put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-15")),
        put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-23")),
    )


def a_roadshow_nobody_scores() -> Life:
    """Invited, a judge steps aside, the session is moved, nobody scores in time."""
    return steps(
        an_invited_project(),
        a_session(),
        put(DeclareConflict(project=PROJECT, reason="my pupil"), by=sun, at=on("04-03")),
        put(schedule(at=on("04-16", "14:00")), by=lin, at=on("04-04")),
        put(InviteToRoadshow(project=PROJECT, session="afternoon"), by=lin, at=on("04-04")),
        put(ConcludeRoadshow(project=PROJECT), by=STORY, at=on("04-20")),
    )


def objections_answered() -> Life:
    """Two objections; the first is answered within the days, the second after them, and ends the notice."""
    return steps(
        an_objection(),
        put(objection("objection-2"), by=he, at=on("04-21")),
        put(answer(upheld=False), by=lin, at=on("04-22")),
        put(answer(upheld=True, id_="objection-2"), by=xu, at=on("04-27")),
        put(GrantAward(project=PROJECT), by=STORY, at=on("04-27")),
    )


def an_objection_dismissed() -> Life:
    dismissed = put(answer(upheld=False), by=lin, at=on("04-22"))
    return steps(an_objection(), dismissed, put(ConcludeNotice(round="spring-2026"), by=STORY, at=on("04-25")))


def an_award_not_signed() -> Life:
    return steps(a_granted_award(), put(LapseAward(project=PROJECT), by=STORY, at=on("05-11")))


def an_award_withdrawn() -> Life:
    return steps(
        a_granted_award(), put(WithdrawApplication(project=PROJECT, reason="no people"), by=chen, at=on("05-01"))
    )


def a_report_sent_back() -> Life:
    """Reminded, overdue, handed in, returned, handed in again, accepted."""
    return steps(
        a_concluded_agreement(),
        put(RemindReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-06")),
        put(RecordOverdueReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-20")),
        put(report("mid-term"), by=chen, at=on("07-21")),
        put(ReturnReport(project=PROJECT, report="mid-term", reason="no lists"), by=lin, at=on("07-22")),
        put(report("mid-term"), by=chen, at=on("07-24")),
        put(AcceptReport(project=PROJECT, report="mid-term"), by=lin, at=on("07-25")),
        put(report("final"), by=chen, at=on("08-01")),
        put(ReturnReport(project=PROJECT, report="final", reason="no lists"), by=lin, at=on("08-02")),
    )


def a_tranche_sent_back() -> Life:
    """Verified, refused, asked for again; the second one waits for the report and is then requested."""
    refuse = put(RefuseTranche(project=PROJECT, tranche="first", reason="the account's name differs"), by=gao)
    again = put(RequestTranche(project=PROJECT, tranche="first", payee="Qinghe centre"), by=chen)
    second = put(RequestTranche(project=PROJECT, tranche="second", payee="Qinghe centre"), by=chen)
    return steps(a_verified_tranche(), refuse, again, a_submitted_report(), an_accepted_report(), second)


def a_failed_evaluation() -> Life:
    late = put(EscalateEvaluation(project=PROJECT), by=STORY, at=on("09-25"))
    return steps(a_paid_tranche(), a_delivered_project(), late, put(evaluate(FAILED), by=yao))


def a_tranche_behind_a_day_and_an_invoice() -> Life:
    """The invoice comes first, the day then, and the tranche is asked for."""
    gate = {
        "kind": "all",
        "of": [{"kind": "date", "days_after_agreement": 30}, {"kind": "document", "document": "invoice"}],
    }
    return steps(
        a_programme(tranches_of(gate, {"kind": "report", "report": "mid-term"})),
        a_concluded_agreement(),
        put(FileDocument(project=PROJECT, tranche="t1", document="invoice", sha256="b" * 64), by=chen, at=on("05-02")),
        put(RecordTrancheDate(project=PROJECT, tranche="t1"), by=STORY, at=on("05-28", "00:00")),
        put(RequestTranche(project=PROJECT, tranche="t1", payee="Qinghe"), by=chen, at=on("05-29")),
    )


def a_payment_that_came_back() -> Life:
    """Ordered, paid in part and in full, one part came back; then another payee is agreed to, and the rest goes there."""
    part = pay(reference="bank-1").model_copy(update={"amount": yuan(4_000)})
    again = put(RequestTranche(project=PROJECT, tranche="first", payee="Team"), by=chen, at=on("05-20"))
    return steps(
        a_programme(with_orders()),
        an_approved_tranche(),
        put(OrderPayment(project=PROJECT, tranche="first"), by=song, at=on("05-05")),
        put(part, by=song, at=on("05-06")),
        put(pay(reference="bank-2"), by=song, at=on("05-07")),
        put(failed("bank-2"), by=song, at=on("05-09")),
        put(change(), by=chen, at=on("05-10")),
        put(AGREE, by=lin, at=on("05-11")),
        again,
    )


def a_late_tranche() -> Life:
    """Nobody asks for it in its fifteen working days."""
    late = put(RecordLateTranche(project=PROJECT, tranche="first"), by=STORY, at=on("05-22", "00:00"))
    return steps(a_programme(paid_within(15)), a_concluded_agreement(), late)


def more_days_until_the_review() -> Life:
    """The call, the formal check once it is overdue, the review once it is extended; then silence."""
    review = steps(
        put(CheckEligibility(project=PROJECT, findings=findings()), by=lin, at=on("04-13")),
        put(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin),
        put(OpenReview(project=PROJECT), by=STORY),
        put(RemindReviewers(project=PROJECT), by=STORY, at=on("04-24")),
        put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-28")),
        put(extend("review", "05-20"), by=lin, at=on("04-29")),
        put(RemindReviewers(project=PROJECT), by=STORY, at=on("05-17")),
        put(ConcludeReview(project=PROJECT), by=STORY, at=on("05-21")),
    )
    return steps(
        an_open_round(),
        put(extend_round("call-closes", "03-25"), by=lin, at=on("03-12")),
        put(apply_with(), by=chen, at=on("03-25")),
        put(CloseCall(round=ROUND), by=STORY, at=on("03-26")),
        put(EscalateEligibility(project=PROJECT), by=STORY, at=on("04-03")),
        put(extend("eligibility", "04-12"), by=lin, at=on("04-04")),
        review,
    )


def more_days_from_the_roadshow_on() -> Life:
    """The roadshow's scores, the notice, the signatures, a report on record as overdue, the evaluation."""
    late = steps(
        put(RemindReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-28")),
        put(RecordOverdueReport(project=PROJECT, report="mid-term"), by=STORY, at=on("08-11")),
        put(extend("report", "08-31", "mid-term"), by=lin, at=on("08-12")),
        put(RemindReport(project=PROJECT, report="mid-term"), by=STORY, at=on("08-25")),
        put(RecordOverdueReport(project=PROJECT, report="mid-term"), by=STORY, at=on("09-08")),
        put(report("mid-term"), by=chen, at=on("09-09")),
        put(AcceptReport(project=PROJECT, report="mid-term"), by=lin),
        put(report("final"), by=chen),
        put(AcceptReport(project=PROJECT, report="final"), by=lin),
        put(OpenEvaluation(project=PROJECT), by=STORY),
        put(extend("evaluation", "11-30"), by=lin, at=on("09-10")),
        put(EscalateEvaluation(project=PROJECT), by=STORY, at=on("12-01")),
    )
    return steps(
        an_invited_project(),
        put(extend("roadshow-scores", "04-20"), by=lin),
        a_presented_project(),
        an_open_notice(),
        put(extend_round("notice", "04-28"), by=lin),
        put(ConcludeNotice(round=ROUND), by=STORY, at=on("04-29")),
        put(GrantAward(project=PROJECT), by=STORY),
        put(extend("agreement", "05-20"), by=lin, at=on("05-02")),
        put(sign("organisation"), by=chen, at=on("05-19")),
        put(sign("bureau"), by=lin, at=on("05-20")),
        late,
    )


LIVES = (
    the_whole_life,
    a_late_check,
    a_review_nobody_answers,
    a_roadshow_nobody_scores,
    objections_answered,
    an_objection_dismissed,
    an_award_not_signed,
    an_award_withdrawn,
    a_report_sent_back,
    a_tranche_sent_back,
    a_tranche_behind_a_day_and_an_invoice,
    a_payment_that_came_back,
    a_late_tranche,
    a_failed_evaluation,
    more_days_until_the_review,
    more_days_from_the_roadshow_on,
)
