"""The commands on a project with everything filled in, who gives them, and an example of every stage of a project."""

from __future__ import annotations

from datetime import date

from domain.agreement import GrantAward, LapseAward
from domain.application import WithdrawApplication
from domain.archive import (
    ArchivedFile,
    ArchiveProject,
    FileAuditReport,
    FileFinalAccount,
    RecordPublication,
    RecordUnspentReturned,
)
from domain.assigning import SeatReviewers
from domain.award import DeclineAward, RecordHoldUp, RevokeAward
from domain.change import RequestChange
from domain.clawback import RecordOverdueRepayment, RemindRepayment
from domain.closing import CloseProject, TerminateProject
from domain.closing_due import RecordOverdueClosingDuty, RemindClosingDuty
from domain.coaching import FollowUpCoaching, RecordCoaching, RecordOverdueFollowUp
from domain.completion import CompleteApplication, LapseCompletion, RemindCompletion, ReturnForCompletion
from domain.consent import ApproveChange, EscalateChange, RefuseChange
from domain.contribution import AcceptContribution, RefuseContribution
from domain.delivery import AcceptReport, RecordOverdueReport, RemindReport
from domain.demanded_visit import RecordOverdueVisit, RemindVisit
from domain.eligibility import CheckEligibility, EscalateEligibility, OpenEligibility
from domain.evaluation import EscalateEvaluation, OpenEvaluation
from domain.extendable import EXTENDABLE
from domain.extension import ExtendProjectDeadline
from domain.gate import FileDocument, RecordTrancheDate
from domain.kernel import STORY, Actor, Command
from domain.midterm import LapseSelfAssessment, OpenMidTerm, RemindSelfAssessment
from domain.midterm_review import (
    DeferMidTerm,
    EndMidTermNotice,
    EscalateMidTerm,
    GrantSecondChance,
    NoteMidTermDoubt,
    RespondToMidTerm,
)
from domain.panel import ReplaceReviewer, WithdrawFromPanel
from domain.payee import AnswerPayeeChange, ChangePayee
from domain.payment import OrderPayment, ReportPaymentFailed
from domain.payment_due import RecordLateTranche
from domain.progress import Missing
from domain.project import Stage
from domain.recusal import AskForRecusal, DecideRecusal, GrantUnansweredRecusal
from domain.refund import RefundSponsorship
from domain.report_default import DefaultReport
from domain.report_return import ReturnReport
from domain.rescheduling import MoveDeadlines
from domain.result import RecordSelection
from domain.review import AssignReviewers, ConcludeReview, DeclareConflict, OpenReview, RemindReviewers, SubmitReview
from domain.roadshow import ConcludeRoadshow, InviteToRoadshow, ScoreRoadshow
from domain.service import CheckServices, FileServices, ServiceFinding
from domain.slot import CloseSlot, OpenSlot, RecordAbsence
from domain.sponsorship import ReceiveSponsorship
from domain.suspension import ResumeProject, SuspendProject
from domain.termination import RefuseWithdrawal, RequestWithdrawal
from domain.tranche import ApproveTranche, RefuseTranche, RequestTranche, VerifyTranche
from domain.visit import RecordMissedVisit
from domain.voting import VoteOnAward
from tests.controls import (
    GOOD,
    PROJECT,
    SHOWN,
    apply_with,
    chen,
    contribute,
    evaluate,
    findings,
    gao,
    lin,
    luo,
    ma,
    pay,
    report,
    sign,
    song,
    sun,
    tang,
    wang,
    yao,
    yuan,
)
from tests.delivering import SELF_ASSESSMENT, assess, plan_visit, record_visit
from tests.domain.purchasing import event
from tests.ending import WAIVE, a_clawback, repay
from tests.situations import (
    a_closed_project,
    a_delivered_project,
    a_granted_award,
    a_presented_project,
    a_ranked_round,
    a_verified_tranche,
    an_application,
    an_evaluated_project,
    an_invited_project,
    an_open_review,
    an_open_round,
)
from tests.world import Situation, put

STAGES: dict[Stage, Situation] = {
    "": an_open_round(),
    "eligibility": an_application(),
    "review": an_open_review(),
    "roadshow": an_invited_project(),
    "selection": a_presented_project(),
    "notice": a_ranked_round(),
    "agreement": a_granted_award(),
    "delivery": a_verified_tranche(),
    "evaluation": a_delivered_project(),
    "settlement": an_evaluated_project(),
    "clawback": a_clawback(),
    "closed": a_closed_project(),
    "ended": Situation("withdrawn", put(WithdrawApplication(project=PROJECT, reason="x"), by=chen), an_application()),
}
P = PROJECT
DAY = date(2027, 6, 1)
HASH = "a" * 64
PARTS = {
    "recusal": "wang",
    "change": "later",
    "follow-up": "lists",
    "repayment": "1",
    "closing-duty": "publication",
    "visit": "early",
}
WISHES: list[tuple[Command, Actor]] = [
    (apply_with(), chen),
    (WithdrawApplication(project=P, reason="x"), chen),
    (CheckEligibility(project=P, findings=findings()), lin),
    (ReturnForCompletion(project=P, missing=(Missing(item="x", reason="y"),)), lin),
    (CompleteApplication(project=P, note="x"), chen),
    (OpenEligibility(project=P), STORY),
    (RemindCompletion(project=P), STORY),
    (LapseCompletion(project=P), STORY),
    (EscalateEligibility(project=P), STORY),
    (AssignReviewers(project=P, reviewers=("li", "wang", "zhao", "qian")), lin),
    (DeclareConflict(project=P, reason="x"), wang),
    (AskForRecusal(project=P, person="wang", ground="x"), chen),
    (DecideRecusal(project=P, person="wang", granted=True, reason="x"), lin),
    (GrantUnansweredRecusal(project=P, person="wang"), STORY),
    (ReplaceReviewer(project=P, old="wang", new="qian", reason="x"), lin),
    (WithdrawFromPanel(project=P, reason="x"), wang),
    (SeatReviewers(project=P), STORY),
    (OpenReview(project=P), STORY),
    (SubmitReview(project=P, scores=(GOOD[1], GOOD[0], *GOOD[2:])), wang),
    (RemindReviewers(project=P), STORY),
    (ConcludeReview(project=P), STORY),
    (InviteToRoadshow(project=P, session="afternoon"), lin),
    (ScoreRoadshow(project=P, scores=(SHOWN[1], SHOWN[0], *SHOWN[2:])), sun),
    (OpenSlot(project=P), lin),
    (CloseSlot(project=P), lin),
    (RecordAbsence(project=P), lin),
    (ConcludeRoadshow(project=P), STORY),
    (MoveDeadlines(project=P), STORY),
    (RecordSelection(project=P), STORY),
    (VoteOnAward(project=P, step="leader", choice="for"), luo),
    (GrantAward(project=P), STORY),
    (RecordHoldUp(project=P, command="GrantAward", refusal="FundExhausted"), STORY),
    (ReceiveSponsorship(project=P, amount=yuan(1), received_on=DAY, reference="gift"), tang),
    (RefundSponsorship(project=P, amount=yuan(1), refunded_on=DAY, reference="refund"), tang),
    (RevokeAward(project=P, reason="x"), lin),
    (DeclineAward(project=P, reason="x"), chen),
    (sign("organisation", "b" * 64), chen),
    (sign("bureau", "b" * 64), lin),
    (LapseAward(project=P), STORY),
    (report("final"), chen),
    (AcceptReport(project=P, report="mid-term"), lin),
    (ReturnReport(project=P, report="mid-term", reason="x"), lin),
    (RemindReport(project=P, report="final"), STORY),
    (RecordOverdueReport(project=P, report="final"), STORY),
    (DefaultReport(project=P, report="final"), STORY),
    (OpenMidTerm(project=P), STORY),
    (SELF_ASSESSMENT, chen),
    (RemindSelfAssessment(project=P), STORY),
    (LapseSelfAssessment(project=P), STORY),
    (NoteMidTermDoubt(project=P, means="visit", doubt="x", finding="x"), yao),
    (assess(), yao),
    (EscalateMidTerm(project=P), STORY),
    (DeferMidTerm(project=P, until=DAY, reason="x"), lin),
    (RespondToMidTerm(project=P, narrative="x"), chen),
    (EndMidTermNotice(project=P), STORY),
    (GrantSecondChance(project=P, until=DAY, reason="x"), lin),
    (plan_visit(day="12-31", visitor="xu"), lin),
    (record_visit(), yao),
    (RecordMissedVisit(project=P, visit="spring"), STORY),
    (RemindVisit(project=P, visit="early"), STORY),
    (RecordOverdueVisit(project=P, visit="early"), STORY),
    (RecordCoaching(project=P, session="one", held_on=date(2026, 3, 1), topic="x"), lin),
    (FollowUpCoaching(project=P, advice="lists", outcome="done", note="x"), lin),
    (RecordOverdueFollowUp(project=P, advice="lists"), STORY),
    (RequestChange(project=P, change="one", reason="x", plan="x"), chen),
    (ApproveChange(project=P, change="later"), lin),
    (RefuseChange(project=P, change="later", reason="x"), lin),
    (EscalateChange(project=P, change="later"), STORY),
    (RequestWithdrawal(project=P, reason="x"), chen),
    (RefuseWithdrawal(project=P, reason="x"), lin),
    (RemindClosingDuty(project=P, duty="publication"), STORY),
    (RecordOverdueClosingDuty(project=P, duty="publication"), STORY),
    (RemindRepayment(project=P, instalment="1"), STORY),
    (RecordOverdueRepayment(project=P, instalment="1"), STORY),
    (repay(), song),
    (WAIVE, luo),
    (SuspendProject(project=P, reason="x"), lin),
    (ResumeProject(project=P, reason="x"), lin),
    (OrderPayment(project=P, tranche="first"), song),
    (ReportPaymentFailed(project=P, tranche="first", reference="bank-first", reason="x"), song),
    (ChangePayee(project=P, payee="Team", reason="x", consent_sha256="c" * 64), chen),
    (AnswerPayeeChange(project=P, payee="Team", agreed=True), lin),
    (FileDocument(project=P, tranche="first", document="invoice", sha256="b" * 64), chen),
    (RecordTrancheDate(project=P, tranche="first"), STORY),
    (RecordLateTranche(project=P, tranche="first"), STORY),
    (RequestTranche(project=P, tranche="first", payee="Qinghe"), chen),
    (VerifyTranche(project=P, tranche="first"), gao),
    (ApproveTranche(project=P, tranche="first"), luo),
    (RefuseTranche(project=P, tranche="first", reason="x"), gao),
    (pay(), song),
    (FileServices(project=P, services=(event("first"),)), chen),
    (CheckServices(project=P, findings=(ServiceFinding(service="first", accepted=True),)), lin),
    (OpenEvaluation(project=P), STORY),
    (evaluate(), yao),
    (EscalateEvaluation(project=P), STORY),
    *(
        (
            ExtendProjectDeadline(
                project=P,
                deadline=each,
                report="mid-term" if each == "report" else None,
                part=PARTS.get(each),
                until=DAY,
                reason="r",
            ),
            lin,
        )
        for each in EXTENDABLE
    ),
    (FileFinalAccount(project=P, spent=yuan(1), account_sha256=HASH), chen),
    (RecordUnspentReturned(project=P, amount=yuan(1), received_on=DAY, reference="back"), tang),
    (FileAuditReport(project=P, auditor="Firm", report_sha256=HASH), ma),
    (RecordPublication(project=P, published_on=DAY, place="website", evidence_sha256=HASH), lin),
    (ArchiveProject(project=P, files=(ArchivedFile(retention="vouchers", title="x", sha256=HASH),)), lin),
    (CloseProject(project=P), STORY),
    (contribute(), chen),
    (AcceptContribution(project=P, contribution="gift"), lin),
    (RefuseContribution(project=P, contribution="gift", reason="x"), lin),
    (TerminateProject(project=P, reason="r"), lin),
]
