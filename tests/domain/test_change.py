"""Changes 变更: asked for by the organisation, old beside new, made when everybody whose consent the rules want has given it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.agreement import ReportPlan
from domain.budget import BudgetLine
from domain.change import (
    ChangeApproved,
    ChangeConsented,
    ChangeOverdue,
    ChangeRefused,
    ChangeRequested,
    ReportsMoved,
)
from domain.commands import parse
from domain.consent import ApproveChange, EscalateChange, RefuseChange
from domain.errors import (
    AboveLimit,
    AlreadyExists,
    CurrencyMismatch,
    Malformed,
    NotDue,
    NotFound,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.kernel import STORY, Money
from domain.progress import BudgetChange, Diff, EndChange, TextChange
from tests.controls import PROJECT, also, chen, extend, he, lin, luo, on, xu, yuan
from tests.ending import OTHER_LINES, a_change, changeable, request_change
from tests.situations import (
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_submitted_report,
    an_accepted_report,
)
from tests.world import given, put

APPROVE, REFUSE = (
    ApproveChange(project=PROJECT, change="later"),
    RefuseChange(project=PROJECT, change="later", reason="It was promised otherwise."),
)
ESCALATE = EscalateChange(project=PROJECT, change="later")
LATER = date(2026, 10, 25)


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_changes_is_said_old_beside_new() -> None:
    given(changeable()).when(
        request_change(plan="Thirty afternoons.", team="Two more teachers."), by=chen, at=on("05-04")
    ).then_once(
        ChangeRequested(
            change="later",
            requested_by="chen",
            reason="The hall is closed.",
            diff=Diff(
                plan=TextChange(was="Twenty afternoons of reading together.", now="Thirty afternoons."),
                team=TextChange(was="", now="Two more teachers."),
            ),
            consents=("officer",),
            answer_by=on("05-12", "00:00"),
        )
    )


def test_for_a_budget_the_rules_want_two_consents() -> None:
    asked = given(changeable()).when(request_change(budget=OTHER_LINES), by=chen).events[0]
    assert isinstance(asked, ChangeRequested)
    assert asked.diff.budget == BudgetChange(was=(BudgetLine(item="books", amount=yuan(30_000)),), now=OTHER_LINES)
    assert asked.consents == ("officer", "approver")


def test_a_budget_never_raises_the_award_nor_changes_the_currency() -> None:
    more = (*OTHER_LINES, BudgetLine(item="chairs", amount=yuan(1)))
    given(changeable()).when(request_change(budget=more), by=chen).refused(
        AboveLimit, field="budget", value="CNY 30,001.00", limit="CNY 30,000.00"
    )
    own = (*OTHER_LINES, BudgetLine(item="chairs", amount=yuan(1), paid_by="own"))
    given(changeable()).when(request_change(budget=own), by=chen).then(ChangeRequested)
    euros = (BudgetLine(item="books", amount=Money(currency="EUR", minor=100)),)
    given(changeable()).when(request_change(budget=euros), by=chen).refused(CurrencyMismatch, field="budget")


@pytest.mark.parametrize(
    ("day", "refusal"),
    [("2026-05-04", Malformed), ("2026-09-25", Malformed), ("2026-12-25", AboveLimit)],
)
def test_another_end_is_another_day_ahead_within_the_rules(day: str, refusal: type[Malformed]) -> None:
    wish = request_change(ends_on=date.fromisoformat(day))
    given(changeable()).when(wish, by=chen, at=on("05-04")).refused(refusal, field="ends_on")
    last = request_change(ends_on=date(2026, 12, 24))
    given(changeable()).when(last, by=chen, at=on("05-04")).then(ChangeRequested)


def test_one_change_is_answered_before_the_next_is_asked_for() -> None:
    asked = given(a_change(plan="Thirty afternoons."))
    asked.when(request_change("another", team="x"), by=chen).refused(
        StageNotOpen, stage="no open change", now="change requested"
    )
    asked.when(request_change(plan="Forty afternoons."), by=chen).refused(AlreadyExists, kind="change", id="later")
    asked.when(request_change(plan="Thirty afternoons."), by=chen).nothing_new()


def test_only_what_the_rules_allow_may_change() -> None:
    given(changeable(allowed=["plan"])).when(request_change(team="x"), by=chen).refused(
        Malformed, field="team", rule="may not be changed by the rules of the programme"
    )
    given(a_concluded_agreement()).when(request_change(team="x"), by=chen).refused(NotFound, kind="change in the rules")
    given(changeable()).when(request_change(team="x"), by=he).refused(RoleMissing, person="he")
    given(a_granted_award()).when(request_change(team="x"), by=chen).refused(StageNotOpen, now="agreement")
    given(a_delivered_project()).when(request_change(team="x"), by=chen).refused(StageNotOpen, now="evaluation")


def test_a_change_of_nothing_is_none() -> None:
    with pytest.raises(Malformed, match="must change the plan, the budget, the end, the team or the leader"):
        parse("RequestChange", {"project": PROJECT, "change": "later", "reason": "x"})


def test_the_end_does_not_move_when_every_report_is_handed_in() -> None:
    given(changeable(), an_accepted_report(), a_submitted_report("final")).when(
        request_change(ends_on=LATER), by=chen
    ).refused(StageNotOpen, stage="report due", now="every report handed in")


# ── answering ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_consent_makes_a_change_of_the_plan() -> None:
    after = (
        given(a_change(plan="Thirty afternoons."))
        .when(APPROVE, by=lin)
        .then_once(
            ChangeConsented(change="later", person="lin", role="officer"),
            ChangeApproved(
                change="later",
                version=1,
                diff=Diff(plan=TextChange(was="Twenty afternoons of reading together.", now="Thirty afternoons.")),
            ),
        )
    )
    assert after.project().plan == "Thirty afternoons."
    next_ = after.when(request_change("team", team="Two teachers."), by=chen).then(ChangeRequested)
    second = next_.when(ApproveChange(project=PROJECT, change="team"), by=lin).then(ChangeConsented, ChangeApproved)
    assert [event.version for _, event in second.world.events if isinstance(event, ChangeApproved)] == [1, 2]
    assert second.project().team == "Two teachers."


def test_two_consents_come_from_two_people() -> None:
    first = given(a_change(budget=OTHER_LINES)).when(APPROVE, by=lin).then_once(ChangeConsented)
    assert first.project().budget == (BudgetLine(item="books", amount=yuan(30_000)),)
    first.when(APPROVE, by=xu).refused(StageNotOpen, stage="a consent that is wanted")
    both = first.when(APPROVE, by=luo).then_once(ChangeConsented, ChangeApproved)
    assert both.project().budget == OTHER_LINES
    approver_first = given(a_change(budget=OTHER_LINES), put(APPROVE, by=luo))
    approver_first.when(APPROVE, by=also(luo, "officer")).refused(SamePerson, person="luo")


def test_an_approver_is_not_asked_where_the_rules_do_not_want_one() -> None:
    given(a_change(plan="x")).when(APPROVE, by=luo).refused(StageNotOpen, now="consent given or not wanted")
    given(a_change(plan="x")).when(APPROVE, by=chen).refused(RoleMissing, person="chen")


def test_a_later_end_moves_the_reports_that_are_not_handed_in() -> None:
    asked = given(changeable(), an_accepted_report(), put(request_change(ends_on=LATER), by=chen, at=on("07-02")))
    event = asked.world.events[-1][1]
    assert isinstance(event, ChangeRequested)
    assert event.diff.end == EndChange(was=date(2026, 9, 25), now=LATER)
    moved = (
        asked.when(APPROVE, by=lin)
        .then(ChangeConsented)
        .when(APPROVE, by=luo)
        .then(
            ChangeConsented,
            ChangeApproved,
            ReportsMoved(
                change="later",
                reports=(
                    ReportPlan(
                        id="final",
                        remind_at=on("10-19", "00:00"),
                        due=on("10-26", "00:00"),
                        overdue_at=on("11-02", "00:00"),
                    ),
                ),
            ),
        )
    )
    assert moved.project().report("final").due == on("10-26", "00:00")


def test_the_end_asked_for_is_the_end_also_when_an_officer_has_extended_the_report_meanwhile() -> None:
    asked = put(request_change(ends_on=LATER), by=chen, at=on("07-02"))
    longer = put(extend("report", "09-30", "final"), by=lin)
    both = given(changeable(), an_accepted_report(), asked, longer, put(APPROVE, by=lin))
    assert both.when(APPROVE, by=luo).then(ChangeConsented, ChangeApproved, ReportsMoved).project().report(
        "final"
    ).due == on("10-26", "00:00")


def test_an_earlier_end_leaves_no_report_in_the_past() -> None:
    asked = given(changeable(), put(request_change(ends_on=date(2026, 6, 1)), by=chen, at=on("05-04")))
    moved = asked.world.put(APPROVE, by=lin).put(APPROVE, by=luo).events[-1][1]
    assert isinstance(moved, ReportsMoved)
    assert [(plan.id, plan.due) for plan in moved.reports] == [
        ("mid-term", on("05-05", "00:00")),
        ("final", on("06-02", "00:00")),
    ]


def test_a_change_may_be_refused_and_everything_stays() -> None:
    refused = (
        given(a_change(plan="x"))
        .when(REFUSE, by=lin)
        .then_once(ChangeRefused(change="later", refused_by="lin", reason="It was promised otherwise."))
    )
    assert refused.project().plan == "Twenty afternoons of reading together."
    refused.when(APPROVE, by=lin).refused(StageNotOpen, stage="change requested", now="change refused")
    refused.when(request_change("again", plan="y"), by=chen).then(ChangeRequested)


def test_a_change_nobody_asked_for_is_not_found() -> None:
    wishes: list[Any] = [(APPROVE, lin), (REFUSE, lin), (ESCALATE, STORY)]
    for command, by in wishes:
        given(changeable()).when(command, by=by).refused(NotFound, kind="change", id="later")


def test_a_change_nobody_answers_is_escalated_once() -> None:
    asked = given(a_change(plan="x"))
    due = on("05-12", "00:00")
    asked.when(ESCALATE, by=STORY, at=due - timedelta(seconds=1)).refused(NotDue, deadline="change")
    late = asked.when(ESCALATE, by=STORY, at=due).then_once(ChangeOverdue(change="later", due=due))
    late.when(APPROVE, by=lin).then(ChangeConsented, ChangeApproved)
    given(a_change(plan="x"), put(REFUSE, by=lin)).when(ESCALATE, by=STORY, at=due).nothing_new()
