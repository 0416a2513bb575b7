"""The kinds of deadlines there are: each is met in silence, and for each it is known how an officer gives more time."""

from __future__ import annotations

from typing import Final, get_args

from domain import deadlines
from domain.extendable import EXTENDABLE
from domain.kernel import COMMANDS, Command
from domain.round_extension import RoundDeadline
from tests.domain.test_deadlines import SILENCES, silence

CHORES = {"CompleteMoves", "MoveDeadlines", "TakeCalendar"}
"""What a story does at once, without a day."""
KINDS: Final = {
    kind.__name__
    for kind in vars(deadlines).values()
    if isinstance(kind, type) and issubclass(kind, Command) and kind.__name__ not in CHORES | {"Command"}
}
EXTENDED_BY: Final[dict[str, str]] = {
    # before the award
    "EscalateEligibility": "eligibility",
    "RemindCompletion": "completion",
    "LapseCompletion": "completion",
    "RemindReviewers": "review",
    "ConcludeReview": "review",
    "ConcludeRoadshow": "roadshow-scores",
    "GrantUnansweredRecusal": "recusal",
    "LapseAward": "agreement",
    # delivery and after
    "RemindReport": "report",
    "RecordOverdueReport": "report",
    "DefaultReport": "report",
    "RemindSelfAssessment": "DeferMidTerm",
    "LapseSelfAssessment": "DeferMidTerm",
    "EscalateMidTerm": "mid-term-review",
    "EndMidTermNotice": "mid-term-notice",
    "EscalateChange": "change",
    "RecordOverdueFollowUp": "follow-up",
    "RecordMissedVisit": "PlanVisit",
    "RemindVisit": "visit",
    "RecordOverdueVisit": "visit",
    "EscalateEvaluation": "evaluation",
    "RemindClosingDuty": "closing-duty",
    "RecordOverdueClosingDuty": "closing-duty",
    "RemindRepayment": "repayment",
    "RecordOverdueRepayment": "repayment",
    # a round
    "CloseCall": "call-closes",
    "CountVote": "vote",
    "RemindApproval": "approval",
    "EscalateApproval": "approval",
    "ConcludeNotice": "notice",
    "RemindObjection": "objection",
    "EscalateObjection": "objection",
    "CloseReserve": "reserve",
}
"""A deadline that can be extended, or the command that sets another day."""
A_DAY_THAT_COMES: Final = {
    "OpenCall",  # as it was announced
    "OpenMidTerm",  # the rules say when; what is waited for begins then
    "RecordTrancheDate",  # a gate of the plan that both sides signed
    "RecordLateTranche",  # the programme's own promise: late is on record, and nothing lapses
}
"""Nobody has to do anything until then, or nobody may give themselves more time for it."""


def test_every_kind_of_deadline_is_met_in_silence_by_some_project_or_round() -> None:
    met = {type(command).__name__ for situation in SILENCES for _, command in silence(situation)}
    assert met == KINDS


def test_of_every_kind_it_is_known_how_more_time_is_given_or_why_none_is() -> None:
    assert set(EXTENDED_BY) | A_DAY_THAT_COMES == KINDS
    assert not set(EXTENDED_BY) & A_DAY_THAT_COMES


def test_whatever_can_be_extended_is_a_deadline() -> None:
    known = {*EXTENDABLE, *get_args(RoundDeadline)}
    assert known == {how for how in EXTENDED_BY.values() if how not in COMMANDS}
