"""Lives through what may follow a selection: a vote, a reserve that moves up, objections that are late, an honour, a hold-up."""

from __future__ import annotations

from domain.agreement import CompleteAwards, GrantAward
from domain.application import WithdrawApplication
from domain.approval import EscalateApproval, RemindApproval
from domain.award import RecordHoldUp, ResumeAwards
from domain.kernel import STORY
from domain.objection import AssignObjection, EscalateObjection, RemindObjection
from domain.reserve import CloseReserve
from tests.controls import PROJECT, ROUND, chen, lin, luo, on, rules_with
from tests.domain.selecting import ONE_AWARD, decline, three_presented, vote, with_approval
from tests.situations import (
    a_granted_award,
    a_passed_notice,
    a_presented_project,
    a_programme,
    a_ranking_to_approve,
    an_objection,
    collected_scores,
)
from tests.world import put

_anybody = ({"steps": [{"id": "leader"}]},)
_days = {"result_within_working_days": 3, "remind_before_days": 1}
_held_up = RecordHoldUp(project=PROJECT, command="GrantAward", refusal="FundExhausted")
_honour = {"prizes": [{"id": "merit", "words": {"zh": "优秀奖", "en": "Merit"}, "places": 1}]}
_in_time = {"answer_within_days": 7, "remind_before_days": 2}

LIVES = (
    (
        three_presented(with_approval(_anybody, days=_days)),
        a_ranking_to_approve(),
        put(RemindApproval(round=ROUND), by=STORY, at=on("04-22")),
        put(EscalateApproval(round=ROUND), by=STORY, at=on("04-23", "00:00")),
        put(vote("leader"), by=luo),
        put(vote("leader", "against", "second", "Not this year."), by=luo),
    ),
    (
        three_presented(rules_with(selection=ONE_AWARD)),
        a_granted_award(),
        put(decline(), by=chen),
    ),
    (
        three_presented(rules_with(selection=ONE_AWARD)),
        a_granted_award(),
        put(CloseReserve(round=ROUND), by=lin),
    ),
    (
        a_presented_project(),
        collected_scores(),
        put(WithdrawApplication(project=PROJECT, reason="Our room burned down."), by=chen),
    ),
    (
        a_programme(rules_with(notice=_in_time)),
        an_objection(),
        put(AssignObjection(round=ROUND, objection="objection-1", officer="xu"), by=lin),
        put(RemindObjection(round=ROUND, objection="objection-1"), by=STORY, at=on("04-26")),
        put(EscalateObjection(round=ROUND, objection="objection-1"), by=STORY, at=on("04-28")),
    ),
    (
        a_programme(rules_with(selection=_honour)),
        a_presented_project(),
        a_passed_notice(),
        put(GrantAward(project=PROJECT), by=STORY),
    ),
    (
        a_passed_notice(),
        put(_held_up, by=STORY),
        put(CompleteAwards(round=ROUND), by=STORY),
        put(ResumeAwards(round=ROUND), by=lin),
    ),
)
