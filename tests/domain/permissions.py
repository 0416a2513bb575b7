"""Who may do what: the specification, written out by hand. `python -m tests.domain.permissions` writes docs/permissions.md.

A command passes when the person holds one of its roles for one of its scopes, or everywhere. For project commands, `stages` are
the only ones in which it changes anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from domain.kernel import Role

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
WAITING = ("eligibility", "review", "roadshow", "agreement", "delivery", "evaluation")
HELD = (*OPEN, "delivery", "evaluation", "settlement")
UNDER_WAY = (*OPEN, "delivery", "evaluation", "settlement", "clawback")
PAYING = ("delivery", "evaluation", "settlement")


class Permission(NamedTuple):
    roles: tuple[Role, ...]
    scope: Scope
    stages: tuple[str, ...] = ()


PERMISSIONS: Final[dict[str, Permission]] = {
    # A command, and the side it is given for where that matters.
    # people, organisations, programmes, money
    "RegisterPerson": Permission(("steward", "system"), "any"),
    "GrantRole": Permission(("steward", "system"), "any"),
    "EndRole": Permission(("steward",), "any"),
    "RegisterOrganisation": Permission(("officer", "steward"), "any"),
    "RecordAffiliation": Permission(("officer", "steward"), "any"),
    "RecordGrade": Permission(("officer", "steward"), "any"),
    "RecordPlace": Permission(("officer", "steward"), "any"),
    "BanOrganisation": Permission(("officer", "steward"), "any"),
    "LiftBan": Permission(("officer", "steward"), "any"),
    "PublishProgramme": Permission(("steward",), "programme"),
    "PublishCalendar": Permission(("steward",), "programme"),
    "OpenFund": Permission(("trustee",), "fund"),
    "ReceiveFunds": Permission(("trustee",), "fund"),
    # a round
    "OpenRound": Permission(("officer",), "programme"),
    "OpenCall": Permission(("story",), "round"),
    "CloseCall": Permission(("story",), "round"),
    "ScheduleRoadshow": Permission(("officer",), "round"),
    "DrawRunningOrder": Permission(("officer",), "round"),
    "RecordAttendance": Permission(("officer",), "round"),
    "CommitToTieDraw": Permission(("officer",), "round"),
    "ClaimProject": Permission(("funder",), "round"),
    "WithdrawClaim": Permission(("funder",), "round"),
    "RecordTally": Permission(("officer",), "round"),
    "OpenVote": Permission(("officer",), "round"),
    "CastVote": Permission(("resident",), "round"),
    "CountVote": Permission(("story",), "round"),
    "ExtendRoundDeadline": Permission(("officer",), "round"),
    "CommitToDraw": Permission(("officer",), "round"),
    "DrawReviewers": Permission(("officer",), "round"),
    "OpenAssignment": Permission(("officer",), "round"),
    "ListApplications": Permission(("story",), "round"),
    "CompleteListing": Permission(("story",), "round"),
    "AssignByOptimisation": Permission(("officer",), "round"),
    "CompleteAssignment": Permission(("story",), "round"),
    "TakeCalendar": Permission(("story",), "round"),
    "CompleteMoves": Permission(("story",), "round"),
    "CloseAssessment": Permission(("officer",), "round"),
    "CollectScores": Permission(("story",), "round"),
    "CompletePlaces": Permission(("story",), "round"),
    "CompleteScores": Permission(("story",), "round"),
    "PublishRanking": Permission(("officer",), "round"),
    "RemindApproval": Permission(("story",), "round"),
    "EscalateApproval": Permission(("story",), "round"),
    "OpenNotice": Permission(("story",), "round"),
    "RaiseObjection": Permission(("resident", "applicant", "reviewer", "judge", "auditor", "funder"), "any"),
    "AssignObjection": Permission(("officer",), "round"),
    "AnswerObjection": Permission(("officer",), "round"),
    "RemindObjection": Permission(("story",), "round"),
    "EscalateObjection": Permission(("story",), "round"),
    "ConcludeNotice": Permission(("story",), "round"),
    "CompleteAwards": Permission(("story",), "round"),
    "ResumeAwards": Permission(("officer",), "round"),
    "CloseReserve": Permission(("officer", "story"), "round"),
    "CloseRound": Permission(("officer",), "round"),
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
    "ExtendProjectDeadline": Permission(("officer",), "project", WAITING),
    "MoveDeadlines": Permission(("story",), "project", (*OPEN, *PAYING)),
    "RecordSelection": Permission(("story",), "project", ("eligibility", "review", "roadshow", "selection")),
    "VoteOnAward": Permission(("approver",), "project", ("selection",)),
    "GrantAward": Permission(("story",), "project", ("notice",)),
    "RecordHoldUp": Permission(("story",), "project", UNDER_WAY),
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
    "ReportPaymentFailed": Permission(("payer",), "project", (*PAYING, "closed")),
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
    "RemindRepayment": Permission(("story",), "project", ("clawback",)),
    "RecordOverdueRepayment": Permission(("story",), "project", ("clawback",)),
    "RecordRepayment": Permission(("payer",), "project", ("clawback",)),
    "WaiveClawback": Permission(("approver",), "project", ("clawback",)),
    "TerminateProject": Permission(("officer",), "project", PAYING),
}

HEAD = """\
# Who may do what 谁能做什么

<!-- Written by `python -m tests.domain.permissions`; the table is in tests/domain/permissions.py. A test fails when this is stale. -->

A command passes when the person holds one of its roles for one of its scopes, or everywhere (`*`). It is decided in the domain
(`domain.commands.admit`), whatever page, API or program it comes from. On top of it the domain refuses by person:

- Who acts for an organisation (holds `applicant` for it, or everywhere) gives no command in any other role on its projects, nor
  answers an objection to one or adjusts its award: `ConflictOfInterest`. Stepping aside (`DeclareConflict`) is what they can do.
- Nobody takes two of the four steps of a tranche, signs for both sides, accepts the report they wrote, or answers their own
  objection.
- Nobody votes on an award whose ranking they published, or on a project they scored; nobody votes in two steps. The role approver
  may also be held for a body (the board) that a programme's approval names: then it lets pass in that body's steps.

The roles are those of a programme whose rules name no others: for a check (`CheckEligibility`, `ReturnForCompletion`) a programme
may name `verifier` or `evaluator` in the place of `officer`.

`story` is a Temporal workflow acting on a deadline; no person holds that role.

| command | roles | held | project stages |
|---|---|---|---|
"""


CELLS = """
## Stage by stage

What the domain answers to each command on a project, in each stage of the example's life: where it changes something, where it is
so already or nothing is to be done yet, and which refusal is given by which rule (a function of `domain/`) elsewhere. Every role
that is not named for a command is refused in every stage: `RoleMissing` by `commands.admit`. A test tries every role × command ×
stage (tests/domain/test_permission_cells.py).

| command | role | changes something | nothing new | refused |
|---|---|---|---|---|
"""


def page() -> str:
    lines = []
    for line, (roles, scope, stages) in PERMISSIONS.items():
        command, _, side = line.partition(" ")
        when = ", ".join(stage or "(new)" for stage in stages)
        lines.append(
            f"| `{command}`{f' for the {side}' if side else ''} | {', '.join(roles)} | {SCOPES[scope]} | {when} |\n"
        )
    unused = sorted(set(get_args(Role)) - {role for p in PERMISSIONS.values() for role in p.roles})
    tail = f"\nRoles that give no command: {', '.join(unused) or 'none'}.\n"
    from tests.domain.permission_cells import rows  # which needs this file first

    return HEAD + "".join(lines) + tail + CELLS + "".join(rows())


if __name__ == "__main__":
    FILE.write_text(page())
