"""Lives of projects on their way: mid-term evaluation, visits, coaching, changes, a request to withdraw, a clawback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain.clawback import RecordOverdueRepayment, RemindRepayment
from domain.coaching import FollowUpCoaching, RecordOverdueFollowUp
from domain.consent import ApproveChange, EscalateChange, RefuseChange
from domain.delivery import AcceptReport
from domain.demanded_visit import RecordOverdueVisit, RemindVisit
from domain.kernel import STORY
from domain.midterm import RemindSelfAssessment
from domain.midterm_review import DeferMidTerm, EscalateMidTerm, GrantSecondChance
from domain.termination import RefuseWithdrawal, RequestWithdrawal
from domain.visit import RecordMissedVisit
from tests.controls import PROJECT, chen, lin, luo, on, song, yao
from tests.delivering import (
    DOUBT,
    RESPONSE,
    a_full_report,
    a_late_report,
    a_planned_visit,
    a_recorded_visit,
    a_self_assessment,
    a_silent_mid_term,
    a_stopped_project,
    an_assessed_mid_term,
    an_open_mid_term,
    delivery_under,
    until,
    with_reports,
    with_visits,
)
from tests.ending import WAIVE, a_change, a_clawback, a_coaching, repay, request_change, wei
from tests.situations import a_concluded_agreement
from tests.world import World, put

LIVES: tuple[tuple[Callable[[World], World], ...], ...] = (
    (a_silent_mid_term(), put(RESPONSE, by=chen), put(GrantSecondChance(**until("07-15")), by=lin)),
    (
        a_stopped_project(),
        put(GrantSecondChance(**until("07-15")), by=lin),
        put(RemindSelfAssessment(project=PROJECT), by=STORY, at=on("07-12")),
    ),
    (a_late_report(),),
    (
        a_clawback(),
        put(RemindRepayment(project=PROJECT, instalment="1"), by=STORY, at=on("07-25")),
        put(RecordOverdueRepayment(project=PROJECT, instalment="1"), by=STORY, at=on("08-11")),
        put(repay(), by=song),
        put(WAIVE, by=luo),
    ),
    (
        a_concluded_agreement(),
        put(RequestWithdrawal(project=PROJECT, reason="Our only teacher has moved away."), by=chen),
        put(RefuseWithdrawal(project=PROJECT, reason="There is another teacher."), by=lin),
    ),
    (
        a_coaching(),
        put(RecordOverdueFollowUp(project=PROJECT, advice="lists"), by=STORY, at=on("06-06")),
        put(FollowUpCoaching(project=PROJECT, advice="lists", outcome="done", note="Every afternoon."), by=wei),
    ),
    (
        a_change(budget=[{"item": "books", "amount": "CNY 20000.00"}], ends_on=date(2026, 10, 25)),
        put(EscalateChange(project=PROJECT, change="later"), by=STORY, at=on("05-12")),
        put(ApproveChange(project=PROJECT, change="later"), by=lin),
        put(ApproveChange(project=PROJECT, change="later"), by=luo),
        put(request_change("team", team="Two more teachers."), by=chen),
        put(RefuseChange(project=PROJECT, change="team", reason="They are not named."), by=lin),
    ),
    (
        delivery_under(with_reports(published=True)),
        put(a_full_report(), by=chen),
        put(AcceptReport(project=PROJECT, report="mid-term"), by=lin),
    ),
    (an_open_mid_term(), put(DeferMidTerm(**until("07-01")), by=lin)),
    (a_self_assessment(), put(DOUBT, by=yao), put(EscalateMidTerm(project=PROJECT), by=STORY, at=on("07-01"))),
    (an_assessed_mid_term(),),
    (
        delivery_under(with_visits()),
        put(RemindVisit(project=PROJECT, visit="early"), by=STORY, at=on("05-29", "00:00")),
        put(RecordOverdueVisit(project=PROJECT, visit="early"), by=STORY, at=on("06-13", "00:00")),
    ),
    (a_planned_visit(), put(RecordMissedVisit(project=PROJECT, visit="spring"), by=STORY, at=on("05-21"))),
    (a_recorded_visit(),),
)
