"""Who may do what: the specification, written out by hand. `python -m tests.domain.permissions` writes docs/permissions.md.

A command passes when the person holds one of its roles for one of its scopes, or everywhere. `stages` are the only ones
in which it changes anything: of a project or a round; of anything else, that it is new ("") or recorded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from domain.kernel import Role
from domain.round import RoundStage

Scope = Literal["any", "programme", "fund", "round", "project", "organisation"]
SCOPES: Final[dict[Scope, str]] = {
    "any": "for anything at all",
    "programme": "for the programme",
    "fund": "for the fund",
    "round": "for the round or its programme",
    "project": "for the project, its organisation, round, programme or fund",
    "organisation": "for the applying organisation",
}
FILE = Path(__file__).parent.parent.parent / "docs" / "permissions.md"
OPEN = ("eligibility", "review", "roadshow", "selection", "notice", "agreement")
HELD = (*OPEN, "delivery", "evaluation", "settlement")
UNDER_WAY = (*OPEN, "delivery", "evaluation", "settlement", "clawback")
PAYING = ("delivery", "evaluation", "settlement")
NEW, RECORDED = ("",), ("recorded",)
HEARING = ("call", "assessment")
CLAIMING = ("assessment", "ranking", "selection")
TELLING = ("published", "notice", "award")
ROUND_OPEN: Final = tuple(stage for stage in get_args(RoundStage) if stage not in {"", "closed"})
VOTING = ("call", "assessment", "listing", "assigning", "ranking", "selection", "published")
"""A vote for the selection goes on while a shortlist before it is made."""


class Permission(NamedTuple):
    roles: tuple[Role, ...]
    scope: Scope
    stages: tuple[str, ...] = ()


PERMISSIONS: Final[dict[str, Permission]] = {
    # A command, and the side it is given for or the deadline it is about, where that matters.
    # people, organisations, programmes, money
    "RegisterPerson": Permission(("steward", "system"), "any", NEW),
    "GrantRole": Permission(("steward", "system"), "any", RECORDED),
    "EndRole": Permission(("steward",), "any", RECORDED),
    "RegisterOrganisation": Permission(("officer", "steward"), "any", NEW),
    "RecordAffiliation": Permission(("officer", "steward"), "any", RECORDED),
    "RecordGrade": Permission(("officer", "steward"), "any", RECORDED),
    "RecordPlace": Permission(("officer", "steward"), "any", RECORDED),
    "BanOrganisation": Permission(("officer", "steward"), "any", RECORDED),
    "LiftBan": Permission(("officer", "steward"), "any", RECORDED),
    "PublishProgramme": Permission(("steward",), "programme", (*NEW, *RECORDED)),
    "PublishCalendar": Permission(("steward",), "programme", RECORDED),
    "OpenFund": Permission(("trustee",), "fund", NEW),
    "ReceiveFunds": Permission(("trustee",), "fund", RECORDED),
    # a round
    "OpenRound": Permission(("officer",), "programme", NEW),
    "OpenCall": Permission(("story",), "round", ("planned",)),
    "CloseCall": Permission(("story",), "round", ("call",)),
    "ScheduleRoadshow": Permission(("officer",), "round", HEARING),
    "DrawRunningOrder": Permission(("officer",), "round", HEARING),
    "RecordAttendance": Permission(("officer",), "round", HEARING),
    "CommitToTieDraw": Permission(("officer",), "round", HEARING),
    "ClaimProject": Permission(("funder",), "round", CLAIMING),
    "WithdrawClaim": Permission(("funder",), "round", CLAIMING),
    "RecordTally": Permission(("officer",), "round", HEARING),
    "OpenVote": Permission(("officer",), "round", HEARING),
    "CastVote": Permission(("resident",), "round", VOTING),
    "CountVote": Permission(("story",), "round", VOTING),
    "ExtendRoundDeadline call-closes": Permission(("officer",), "round", ("planned", "call")),
    "ExtendRoundDeadline vote": Permission(("officer",), "round", ("call", "assessment")),
    "ExtendRoundDeadline objection": Permission(("officer",), "round", ("notice",)),
    "ExtendRoundDeadline approval": Permission(("officer",), "round", ("approval",)),
    "ExtendRoundDeadline notice": Permission(("officer",), "round", ("notice",)),
    "ExtendRoundDeadline reserve": Permission(("officer",), "round", ("approval", *TELLING, "running")),
    "CommitToDraw": Permission(("officer",), "round", ("planned", "call")),
    "DrawReviewers": Permission(("officer",), "round", ("assessment",)),
    "OpenAssignment": Permission(("officer",), "round", ("assessment",)),
    "ListApplications": Permission(("story",), "round", ("listing",)),
    "CompleteListing": Permission(("story",), "round", ("listing",)),
    "AssignByOptimisation": Permission(("officer",), "round", ("assessment",)),
    "CompleteAssignment": Permission(("story",), "round", ("assigning",)),
    "TakeCalendar": Permission(("story",), "round", ROUND_OPEN),
    "CompleteMoves": Permission(("story",), "round", (*ROUND_OPEN, "closed")),
    "CloseAssessment": Permission(("officer",), "round", ("assessment",)),
    "CollectScores": Permission(("story",), "round", ("ranking",)),
    "CompletePlaces": Permission(("story",), "round", ("published",)),
    "CompleteScores": Permission(("story",), "round", ("ranking",)),
    "PublishRanking": Permission(("officer",), "round", ("selection",)),
    "RemindApproval": Permission(("story",), "round", ("approval",)),
    "EscalateApproval": Permission(("story",), "round", ("approval",)),
    "OpenNotice": Permission(("story",), "round", ("notice",)),
    "RaiseObjection": Permission(
        ("resident", "applicant", "reviewer", "judge", "auditor", "funder"), "any", ("notice",)
    ),
    "AssignObjection": Permission(("officer",), "round", ("notice",)),
    "AnswerObjection": Permission(("officer",), "round", ("notice",)),
    "RemindObjection": Permission(("story",), "round", ("notice",)),
    "EscalateObjection": Permission(("story",), "round", ("notice",)),
    "ConcludeNotice": Permission(("story",), "round", ("notice",)),
    "CompleteAwards": Permission(("story",), "round", ("award",)),
    "ResumeAwards": Permission(("officer",), "round", ("running",)),
    "CloseReserve": Permission(("officer", "story"), "round", ("running",)),
    "CloseRound": Permission(("officer",), "round", ("running",)),
    # a project, from application to closing
    "SubmitApplication": Permission(("applicant",), "organisation", ("",)),
    "WithdrawApplication": Permission(("applicant",), "organisation", OPEN),
    "CheckEligibility": Permission(("officer",), "project", ("eligibility",)),
    # … or the role that the programme's rules name for the check
    "ReturnForCompletion": Permission(("officer",), "project", ("eligibility",)),
    "CompleteApplication": Permission(("applicant",), "organisation", ("eligibility",)),
    "OpenEligibility": Permission(("story",), "project", ("eligibility",)),
    "RemindCompletion": Permission(("story",), "project", ("eligibility",)),
    "LapseCompletion": Permission(("story",), "project", ("eligibility",)),
    "EscalateEligibility": Permission(("story",), "project", ("eligibility",)),
    "AssignReviewers": Permission(("officer",), "project", ("eligibility", "review")),
    "SeatReviewers": Permission(("story",), "project", ("eligibility", "review")),
    "DeclareConflict": Permission(("reviewer", "judge"), "project", ("eligibility", "review", "roadshow")),
    "AskForRecusal": Permission(("applicant",), "organisation", ("eligibility", "review", "roadshow")),
    "DecideRecusal": Permission(("officer",), "project", ("eligibility", "review", "roadshow")),
    "GrantUnansweredRecusal": Permission(("story",), "project", ("eligibility", "review", "roadshow")),
    "ReplaceReviewer": Permission(("officer",), "project", ("eligibility", "review")),
    "WithdrawFromPanel": Permission(("reviewer",), "project", ("eligibility", "review")),
    "OpenReview": Permission(("story",), "project", ("review",)),
    "SubmitReview": Permission(("reviewer",), "project", ("review",)),
    "RemindReviewers": Permission(("story",), "project", ("review",)),
    "ConcludeReview": Permission(("story",), "project", ("review",)),
    "InviteToRoadshow": Permission(("officer",), "project", ("roadshow",)),
    "OpenSlot": Permission(("officer",), "project", ("roadshow",)),
    "CloseSlot": Permission(("officer",), "project", ("roadshow",)),
    "RecordAbsence": Permission(("officer",), "project", ("roadshow",)),
    "ScoreRoadshow": Permission(("judge",), "project", ("roadshow",)),
    "ConcludeRoadshow": Permission(("story",), "project", ("roadshow",)),
    "ExtendProjectDeadline eligibility": Permission(("officer",), "project", ("eligibility",)),
    "ExtendProjectDeadline completion": Permission(("officer",), "project", ("eligibility",)),
    "ExtendProjectDeadline recusal": Permission(("officer",), "project", ("eligibility", "review", "roadshow")),
    "ExtendProjectDeadline review": Permission(("officer",), "project", ("review",)),
    "ExtendProjectDeadline roadshow-scores": Permission(("officer",), "project", ("roadshow",)),
    "ExtendProjectDeadline agreement": Permission(("officer",), "project", ("agreement",)),
    "ExtendProjectDeadline report": Permission(("officer",), "project", ("delivery",)),
    "ExtendProjectDeadline mid-term-review": Permission(("officer",), "project", ("delivery",)),
    "ExtendProjectDeadline mid-term-notice": Permission(("officer",), "project", ("delivery",)),
    "ExtendProjectDeadline change": Permission(("officer",), "project", ("delivery",)),
    "ExtendProjectDeadline follow-up": Permission(("officer",), "project", PAYING),
    "ExtendProjectDeadline repayment": Permission(("officer",), "project", ("clawback",)),
    "ExtendProjectDeadline evaluation": Permission(("officer",), "project", ("evaluation",)),
    "MoveDeadlines": Permission(("story",), "project", (*OPEN, *PAYING)),
    "RecordSelection": Permission(("story",), "project", ("eligibility", "review", "roadshow", "selection")),
    "VoteOnAward": Permission(("approver",), "project", ("selection",)),
    "GrantAward": Permission(("story",), "project", ("notice",)),
    "RecordHoldUp": Permission(("story",), "project", UNDER_WAY),
    "ReceiveSponsorship": Permission(("trustee",), "project", ("notice", "agreement", *PAYING)),
    "RevokeAward": Permission(("officer",), "project", ("notice",)),
    "RefundSponsorship": Permission(("trustee",), "project", ("ended",)),
    "DeclineAward": Permission(("applicant",), "organisation", ("notice", "agreement")),
    "SignAgreement organisation": Permission(("applicant",), "organisation", ("agreement",)),
    "SignAgreement bureau": Permission(("officer",), "project", ("agreement",)),
    "LapseAward": Permission(("story",), "project", ("agreement",)),
    "SubmitReport": Permission(("applicant",), "organisation", ("delivery",)),
    "AcceptReport": Permission(("officer",), "project", ("delivery",)),
    "ReturnReport": Permission(("officer",), "project", ("delivery",)),
    "RemindReport": Permission(("story",), "project", ("delivery",)),
    "RecordOverdueReport": Permission(("story",), "project", ("delivery",)),
    "DefaultReport": Permission(("story",), "project", ("delivery",)),
    "OpenMidTerm": Permission(("story",), "project", ("delivery",)),
    "SubmitSelfAssessment": Permission(("applicant",), "organisation", ("delivery",)),
    "RemindSelfAssessment": Permission(("story",), "project", ("delivery",)),
    "LapseSelfAssessment": Permission(("story",), "project", ("delivery",)),
    "NoteMidTermDoubt": Permission(("evaluator", "officer"), "project", ("delivery",)),
    "AssessMidTerm": Permission(("evaluator",), "project", ("delivery",)),
    "EscalateMidTerm": Permission(("story",), "project", ("delivery",)),
    "DeferMidTerm": Permission(("officer",), "project", ("delivery",)),
    "RespondToMidTerm": Permission(("applicant",), "organisation", ("delivery",)),
    "EndMidTermNotice": Permission(("story",), "project", ("delivery",)),
    "GrantSecondChance": Permission(("officer",), "project", ("delivery",)),
    "PlanVisit": Permission(("officer",), "project", PAYING),
    "RecordVisit": Permission(("officer", "evaluator"), "project", PAYING),
    "RemindVisit": Permission(("story",), "project", PAYING),
    "RecordOverdueVisit": Permission(("story",), "project", PAYING),
    "ExtendProjectDeadline visit": Permission(("officer",), "project", PAYING),
    "RecordMissedVisit": Permission(("story",), "project", PAYING),
    "RecordCoaching": Permission(("mentor", "officer"), "project", PAYING),
    "FollowUpCoaching": Permission(("mentor", "officer"), "project", PAYING),
    "RecordOverdueFollowUp": Permission(("story",), "project", PAYING),
    "RequestChange": Permission(("applicant",), "organisation", ("delivery",)),
    "ApproveChange": Permission(("officer", "approver"), "project", ("delivery",)),
    "RefuseChange": Permission(("officer", "approver"), "project", ("delivery",)),
    "EscalateChange": Permission(("story",), "project", ("delivery",)),
    "SuspendProject": Permission(("officer",), "project", PAYING),
    "ResumeProject": Permission(("officer",), "project", PAYING),
    "OrderPayment": Permission(("payer",), "project", PAYING),
    "ReportPaymentFailed": Permission(("payer",), "project", (*PAYING, "closed", "ended")),
    "ChangePayee": Permission(("applicant",), "organisation", PAYING),
    "AnswerPayeeChange": Permission(("officer",), "project", PAYING),
    "FileDocument": Permission(("applicant",), "organisation", PAYING),
    "RecordLateTranche": Permission(("story",), "project", PAYING),
    "RecordTrancheDate": Permission(("story",), "project", PAYING),
    "RequestTranche": Permission(("applicant",), "organisation", PAYING),
    "VerifyTranche": Permission(("verifier",), "project", PAYING),
    "ApproveTranche": Permission(("approver",), "project", PAYING),
    "RefuseTranche": Permission(("verifier", "approver"), "project", PAYING),
    "RecordPayment": Permission(("payer",), "project", PAYING),
    "FileServices": Permission(("applicant",), "organisation", ("delivery",)),
    "CheckServices": Permission(("officer",), "project", ("delivery", "evaluation")),
    "OpenEvaluation": Permission(("story",), "project", ("evaluation",)),
    "SubmitEvaluation": Permission(("evaluator",), "project", ("evaluation",)),
    "EscalateEvaluation": Permission(("story",), "project", ("evaluation",)),
    "FileFinalAccount": Permission(("applicant",), "organisation", ("settlement",)),
    "RecordUnspentReturned": Permission(("trustee",), "project", ("settlement",)),
    "FileAuditReport": Permission(("auditor", "applicant"), "project", ("settlement",)),
    "RecordPublication": Permission(("officer",), "project", ("settlement",)),
    "ArchiveProject": Permission(("officer",), "project", ("settlement",)),
    "CloseProject": Permission(("story",), "project", ("settlement",)),
    "RecordContribution": Permission(("applicant",), "organisation", HELD),
    "AcceptContribution": Permission(("officer",), "project", HELD),
    "RefuseContribution": Permission(("officer",), "project", HELD),
    "RequestWithdrawal": Permission(("applicant",), "organisation", PAYING),
    "RefuseWithdrawal": Permission(("officer",), "project", PAYING),
    "RemindClosingDuty": Permission(("story",), "project", ("settlement",)),
    "RecordOverdueClosingDuty": Permission(("story",), "project", ("settlement",)),
    "ExtendProjectDeadline closing-duty": Permission(("officer",), "project", ("settlement",)),
    "RemindRepayment": Permission(("story",), "project", ("clawback",)),
    "RecordOverdueRepayment": Permission(("story",), "project", ("clawback",)),
    "RecordRepayment": Permission(("payer",), "project", ("clawback",)),
    "WaiveClawback": Permission(("approver",), "project", ("clawback",)),
    "TerminateProject": Permission(("officer",), "project", PAYING),
}

if __name__ == "__main__":
    from tests.domain.permission_page import page  # which needs this file first

    FILE.write_text(page())
