"""Moved deadlines 重排的期限: what a new calendar moves, by how much, and what stays although the calendar changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.approval import ApprovalOpened, EscalateApproval, RemindApproval
from domain.deadlines import next_of
from domain.errors import NotFound
from domain.extension import fixing
from domain.kernel import STORY
from domain.notice import NoticeOpened
from domain.payment_due import open_due
from domain.programme import Programme
from domain.recusal import AskForRecusal
from domain.rescheduling import (
    CalendarPublished,
    CalendarTaken,
    DeadlinesMoved,
    MovedDeadline,
    MovesCompleted,
)
from tests.controls import (
    CALENDAR_2026,
    PROGRAMME,
    PROJECT,
    ROUND,
    RULES,
    chen,
    extend,
    extend_round,
    lin,
    on,
    shen,
)
from tests.domain.test_deadlines import TO_APPROVE
from tests.domain.test_payment_due import paid_within
from tests.domain.test_rescheduling import APRIL, COMPLETE, MOVE, TAKE, calendar, told
from tests.ending import a_change
from tests.situations import (
    a_closed_call,
    a_closed_round,
    a_concluded_agreement,
    a_programme,
    an_application,
    an_open_notice,
    an_open_review,
    people,
)
from tests.world import Situation, given, put, steps


def test_the_formal_check_moves_by_the_days_that_were_taken_away_and_says_so() -> None:
    published = given(an_application(), a_closed_call(), put(calendar(*APRIL), by=shen, at=on("03-24")))
    taken = published.when(TAKE, by=STORY).then_once(CalendarTaken)
    moved = taken.when(MOVE, by=STORY).then_once(
        DeadlinesMoved(
            calendar=taken.round().rules.calendar,
            moved=(MovedDeadline(deadline="eligibility", was=on("03-28", "00:00"), due=on("04-01", "00:00")),),
        )
    )
    assert moved.project().rules.calendar == taken.round().rules.calendar
    found = next_of(moved.project())
    assert found is not None
    assert found.due == on("04-01", "00:00")
    moved.when(COMPLETE, by=STORY).then_once(MovesCompleted())


def test_a_working_day_more_makes_a_deadline_come_sooner() -> None:
    saturday = (*CALENDAR_2026.make_up_days, date(2026, 3, 28))
    short = steps(an_application(), a_closed_call(), put(calendar(*APRIL), by=shen, at=on("03-24")), told())
    longer = given(short, put(calendar(*APRIL, made_up=saturday), by=shen), told())
    assert longer.project().eligibility_due == on("03-31", "00:00")


def test_what_is_reckoned_in_calendar_days_stays() -> None:
    before = given(an_open_review())
    after = given(an_open_review(), put(calendar(*APRIL), by=shen), told())
    assert after.project().now.due == before.project().now.due
    assert after.project().rules.calendar != before.project().rules.calendar


def test_a_day_an_officer_fixed_stays_that_day() -> None:
    fixed = put(extend("eligibility", "04-10"), by=lin, at=on("03-24"))
    after = given(an_application(), a_closed_call(), fixed, put(calendar(*APRIL), by=shen), told())
    assert after.project().eligibility_due == on("04-11", "00:00")


def test_an_answer_to_a_wish_for_recusal_moves_too() -> None:
    conflicts = {"kinds": ("employee",), "look_back_years": 2, "recusal_within_working_days": 5}
    rules = RULES.model_validate(RULES.model_dump() | {"conflicts": conflicts})
    ask = put(AskForRecusal(project=PROJECT, person="wang", ground="Our director."), by=chen, at=on("03-25"))
    after = given(a_programme(rules), an_open_review(), ask)
    was = after.project().recusals["wang"].due
    moved = given(a_programme(rules), an_open_review(), ask, put(calendar(*APRIL), by=shen), told())
    assert moved.project().recusals["wang"].due == was + timedelta(days=2)


def test_a_notice_is_made_longer_but_never_shorter() -> None:
    friday, saturday = date(2026, 4, 24), date(2026, 4, 18)
    longer = given(an_open_notice(), put(calendar(friday), by=shen))
    after = longer.when(TAKE, by=STORY).then_once(
        CalendarTaken(
            calendar=longer.world.get(Programme, PROGRAMME).rules.calendar,
            notice_was=on("04-25", "00:00"),
            notice_ends_at=on("04-28", "00:00"),
        )
    )
    assert after.round().notice_ends_at == on("04-28", "00:00")
    worked = put(calendar(made_up=(*CALENDAR_2026.make_up_days, saturday)), by=shen)
    shorter = given(an_open_notice(), worked, put(TAKE, by=STORY))
    assert shorter.round().notice_ends_at == on("04-25", "00:00")
    fixed = given(an_open_notice(), put(extend_round("notice", "04-28"), by=lin), put(calendar(friday), by=shen))
    assert given(lambda _: fixed.world, put(TAKE, by=STORY)).round().notice_ends_at == on("04-29", "00:00")


def test_a_notice_reckoned_in_calendar_days_stays() -> None:
    """Its last day falls on a working day, but it was not reckoned in them."""
    content = RULES.model_dump()
    *before, notice = content["stages"]
    in_days = {name: value for name, value in notice.items() if name != "working_days"} | {"days": 7}
    rules = RULES.model_validate(content | {"stages": [*before, in_days]})
    opened = given(a_programme(rules), an_open_notice())
    was = opened.round().notice_ends_at
    assert was == on("04-25", "00:00")
    taken = opened.when(calendar(date(2026, 4, 24)), by=shen).then(CalendarPublished).when(TAKE, by=STORY)
    assert taken.then_once(CalendarTaken).round().notice_ends_at == was


def test_a_later_notice_moves_again_although_an_officer_fixed_the_one_before() -> None:
    fixed = given(an_open_notice(), put(extend_round("notice", "04-28"), by=lin)).round()
    assert fixed.fixed == {"notice"}
    assert NoticeOpened(ends_at=on("05-20", "00:00")).apply(fixed).fixed == frozenset()


def test_the_result_of_an_approval_is_expected_later_and_its_reminder_moves_with_it() -> None:
    tuesday = date(2026, 4, 21)
    opened = given(TO_APPROVE)
    assert (opened.round().approval_due, opened.round().approval_remind_at) == (
        on("04-23", "00:00"),
        on("04-22", "00:00"),
    )
    taken = (
        opened.when(calendar(tuesday), by=shen)
        .then(CalendarPublished)
        .when(TAKE, by=STORY)
        .then_once(
            CalendarTaken(
                calendar=CALENDAR_2026.model_copy(
                    update={"holidays": tuple(sorted((*CALENDAR_2026.holidays, tuesday)))}
                ),
                notice_was=None,
                notice_ends_at=None,
                approval_was=on("04-23", "00:00"),
                approval_due=on("04-24", "00:00"),
            )
        )
    )
    assert next_of(taken.round()) == (on("04-23", "00:00"), RemindApproval(round=ROUND))
    fixed = given(TO_APPROVE, put(extend_round("approval", "04-27"), by=lin), put(calendar(tuesday), by=shen))
    assert given(lambda _: fixed.world, put(TAKE, by=STORY)).round().approval_due == on("04-28", "00:00")
    again = ApprovalOpened(projects=(PROJECT,), due=on("05-20", "00:00")).apply(fixed.round())
    assert again.fixed == frozenset(), "what was fixed for one approval is not fixed for the next"


def test_a_result_that_is_late_already_stays_late() -> None:
    late = put(EscalateApproval(round=ROUND), by=STORY, at=on("04-23", "00:00"))
    after = given(TO_APPROVE, late, put(calendar(date(2026, 4, 21)), by=shen), put(TAKE, by=STORY)).round()
    assert (after.approval_due, after.approval_overdue) == (on("04-23", "00:00"), True)


def test_the_answer_to_a_change_moves_and_one_an_officer_gave_days_for_does_not() -> None:
    thursday = calendar(date(2026, 5, 7))
    asked = given(a_change(plan="Thirty afternoons."))
    moved = given(lambda _: asked.world, put(thursday, by=shen), told())
    assert moved.project().change("later").answer_by == on("05-13", "00:00")
    fixed = put(extend("change", "05-20", part="later"), by=lin)
    after = given(lambda _: asked.world, fixed, put(thursday, by=shen), told())
    assert after.project().change("later").answer_by == on("05-21", "00:00")


def test_the_day_a_tranche_is_to_be_paid_by_follows_the_calendar_and_the_event_says_so() -> None:
    agreed = given(a_programme(paid_within(15)), a_concluded_agreement())
    published = given(lambda _: agreed.world, put(calendar(date(2026, 5, 7)), by=shen), put(TAKE, by=STORY))
    moved = published.when(MOVE, by=STORY).then_once(
        DeadlinesMoved(
            calendar=published.round().rules.calendar,
            moved=(
                MovedDeadline(deadline="tranche-due", part="first", was=on("05-22", "00:00"), due=on("05-23", "00:00")),
            ),
        )
    )
    assert open_due(moved.project(), moved.project().tranche("first")) == on("05-23", "00:00")


def test_a_check_fixed_in_one_stage_leaves_the_next_to_the_calendar() -> None:
    fixed = given(an_application(), put(extend("eligibility", "04-10"), by=lin)).project()
    assert fixing(fixed, "eligibility") in fixed.fixed
    assert fixing(replace(fixed, step="second-check"), "eligibility") not in fixed.fixed


def test_gates_and_dates_still_to_be_reckoned_go_by_the_new_calendar() -> None:
    after = given(a_concluded_agreement(), put(calendar(*APRIL), by=shen), told())
    assert after.project().rules.calendar.holidays[:2] == APRIL


@pytest.mark.parametrize("situation", [a_closed_round(), people()], ids=lambda situation: situation.name)
def test_what_is_over_is_left_as_it_was(situation: Situation) -> None:
    world = given(situation).world
    if world.get(Programme, PROGRAMME).exists:
        world = world.put(calendar(*APRIL), by=shen)
        assert world.decided(TAKE, STORY) == ()
    assert world.decided(MOVE, STORY) == ()
    assert world.decided(COMPLETE, STORY) == ()


def test_a_round_that_does_not_exist_takes_nothing() -> None:
    given(a_programme(), put(calendar(*APRIL), by=shen)).when(TAKE, by=STORY).refused(NotFound, kind="round")
