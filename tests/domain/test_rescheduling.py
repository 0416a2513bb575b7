"""Rescheduling 期限重排: a changed calendar and a longer call move what is still open, by as many working days as were left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, example
from hypothesis import given as whatever
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.deadlines import Chore, chore_of, next_of
from domain.errors import Malformed, NotFound, RoleMissing
from domain.kernel import STORY, Command
from domain.programme import Programme
from domain.recusal import AskForRecusal
from domain.rescheduling import (
    CalendarPublished,
    CalendarTaken,
    CompleteMoves,
    DeadlinesMoved,
    MovedDeadline,
    MoveDeadlines,
    MovesCompleted,
    PublishCalendar,
    TakeCalendar,
    kept,
)
from domain.round import Round
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
    open_round,
    publish,
    shen,
    yao,
)
from tests.domain.test_calendar import ZONES, calendars
from tests.situations import (
    a_closed_call,
    a_closed_round,
    a_concluded_agreement,
    a_fund,
    a_granted_award,
    a_programme,
    an_application,
    an_open_notice,
    an_open_review,
    an_open_round,
    an_organisation,
    people,
)
from tests.world import Situation, World, given, put, steps

APRIL = tuple(date(2026, 3, day) for day in (26, 27))
"""Two working days that a storm takes away while the formal check is open."""


def calendar(*more: date, made_up: tuple[date, ...] = CALENDAR_2026.make_up_days) -> PublishCalendar:
    """The example's holidays and some more."""
    return PublishCalendar(programme=PROGRAMME, holidays=(*CALENDAR_2026.holidays, *more), make_up_days=made_up)


TAKE, MOVE, COMPLETE = TakeCalendar(round=ROUND), MoveDeadlines(project=PROJECT), CompleteMoves(round=ROUND)


def told(at: datetime | None = None) -> Callable[[World], World]:
    """The stories carry the calendar to the round and its project."""
    return steps(put(TAKE, by=STORY, at=at), put(MOVE, by=STORY, at=at), put(COMPLETE, by=STORY, at=at))


# ── publishing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_steward_publishes_a_calendar_and_the_same_again_says_nothing_new() -> None:
    wish = calendar(*APRIL)
    after = given(a_programme()).when(wish, by=shen).then_once(CalendarPublished)
    assert after.world.get(Programme, PROGRAMME).rules.calendar.holidays[:2] == APRIL
    shuffled = wish.model_copy(update={"holidays": (*reversed(wish.holidays), *APRIL)})
    after.when(shuffled, by=shen).nothing_new()
    given(a_programme()).when(calendar(), by=shen).nothing_new()
    given(a_programme()).when(wish, by=lin).refused(RoleMissing)
    given(people()).when(wish, by=shen).refused(NotFound, kind="programme")


def test_a_day_is_not_both_a_holiday_and_worked() -> None:
    given(a_programme()).when(calendar(date(2026, 5, 9)), by=shen).refused(
        Malformed, field="make_up_days", rule="must not be holidays as well: 2026-05-09"
    )


def test_a_round_opened_afterwards_begins_under_the_new_calendar() -> None:
    ready = steps(a_programme(), a_fund(), an_organisation(), put(calendar(*APRIL), by=shen))
    after = given(ready, put(open_round(), by=lin))
    assert after.round().rules.calendar.holidays[:2] == APRIL
    assert chore_of(after.round(), after.world.get(Programme, PROGRAMME)) is None


def test_rules_published_later_bring_their_own_calendar_and_move_no_round_that_has_begun() -> None:
    other = RULES.model_copy(update={"calendar": Calendar(holidays=(date(2026, 6, 19),))})
    after = given(an_application(), put(publish(other), by=shen))
    assert after.world.get(Programme, PROGRAMME).rules.calendar == other.calendar
    after.when(TAKE, by=STORY).nothing_new()
    both = given(an_application(), put(calendar(*APRIL), by=shen), put(publish(other), by=shen))
    assert both.world.get(Programme, PROGRAMME).rules.calendar == other.calendar
    both.when(TAKE, by=STORY).then(CalendarTaken)


# ── what is open moves ───────────────────────────────────────────────────────────────────────────────────────────────


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


# ── a longer call ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_longer_call_moves_the_formal_check_of_applications_already_in() -> None:
    early = given(an_application(), put(extend_round("call-closes", "03-25"), by=lin))
    assert early.round().moving
    moved = early.when(MOVE, by=STORY).then_once(
        DeadlinesMoved(
            calendar=None,
            moved=(MovedDeadline(deadline="eligibility", was=on("03-28", "00:00"), due=on("04-03", "00:00")),),
        )
    )
    late = given(an_open_round(), put(extend_round("call-closes", "03-25"), by=lin), an_application())
    assert moved.project().eligibility_due == late.project().eligibility_due
    late.when(MOVE, by=STORY).nothing_new()


def test_a_formal_check_an_officer_gave_more_days_for_is_not_moved_by_the_call() -> None:
    given(
        an_application(),
        put(extend("eligibility", "06-01"), by=lin),
        put(extend_round("call-closes", "03-25"), by=lin),
    ).when(MOVE, by=STORY).nothing_new()


def test_a_longer_notice_concerns_no_project() -> None:
    assert not given(an_open_notice(), put(extend_round("notice", "04-28"), by=lin)).round().moving


# ── what the stories do ──────────────────────────────────────────────────────────────────────────────────────────────


def _chore(*situations: Callable[[World], World]) -> Chore | None:
    world = given(*situations).world
    return chore_of(world.get(Round, ROUND), world.get(Programme, PROGRAMME))


@pytest.mark.parametrize("situation", [an_open_round(), an_open_notice(), a_granted_award(), a_concluded_agreement()])
def test_a_rounds_story_takes_the_calendar_over_tells_its_projects_and_is_done(situation: Situation) -> None:
    published = put(calendar(date(2026, 12, 30)), by=shen)
    assert _chore(situation) is None
    assert _chore(situation, published) == Chore(TAKE)
    taken = put(TAKE, by=STORY)
    assert _chore(situation, published, taken) == Chore(COMPLETE, paged="MoveDeadlines")
    assert _chore(situation, published, taken, put(COMPLETE, by=STORY)) is None


def test_an_extended_call_is_told_to_its_projects_once() -> None:
    longer = put(extend_round("call-closes", "03-25"), by=lin)
    assert _chore(an_application(), longer) == Chore(COMPLETE, paged="MoveDeadlines")
    assert _chore(an_application(), longer, put(COMPLETE, by=STORY)) is None


@pytest.mark.parametrize("command", [TAKE, MOVE, COMPLETE], ids=lambda command: type(command).__name__)
def test_only_stories_move_deadlines(command: Command) -> None:
    for who in (lin, shen, chen, yao):
        given(an_application()).when(command, by=who).refused(RoleMissing)


# ── properties, across holidays, make-up days, year ends and time zones ──────────────────────────────────────────────

around_new_year = st.datetimes(datetime(2025, 12, 20), datetime(2026, 1, 20), timezones=st.just(UTC))  # noqa: DTZ001
around_summer_time = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 20), timezones=st.just(UTC))  # noqa: DTZ001
moments = st.one_of(around_new_year, around_summer_time)
counts = st.integers(min_value=1, max_value=30)


def working_days_left(calendar: Calendar, at: datetime, due: datetime) -> int:
    first, last = calendar.day_of(at), calendar.day_of(due - timedelta(microseconds=1))
    return sum(calendar.is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


@whatever(calendars(), calendars(), moments, counts, st.integers(0, 40))
def test_as_many_working_days_are_left_under_the_new_calendar(
    old: Calendar, other: Calendar, opened: datetime, count: int, hours: int
) -> None:
    new = Calendar(time_zone=old.time_zone, holidays=other.holidays, make_up_days=other.make_up_days)
    due = old.after_working_days(opened, count)
    at = opened + timedelta(hours=6 * hours)
    assume(at < due)
    moved = kept(old, new, due, at)
    assert working_days_left(new, at, moved) == working_days_left(old, at, due)
    assert new.is_working_day(new.day_of(moved - timedelta(microseconds=1)))
    assert moved > at, "nobody is late all at once"


@whatever(calendars(), moments, counts)
def test_the_same_calendar_moves_nothing(calendar: Calendar, at: datetime, count: int) -> None:
    due = calendar.after_working_days(at, count)
    assert kept(calendar, calendar, due, at) == due


@whatever(
    st.sampled_from(ZONES), moments, counts, st.sets(st.dates(date(2025, 12, 20), date(2026, 5, 30)), max_size=20)
)
@example("America/New_York", datetime(2026, 3, 6, 12, tzinfo=UTC), 3, {date(2026, 3, 9)})
@example("Pacific/Auckland", datetime(2026, 4, 2, 12, tzinfo=UTC), 3, {date(2026, 4, 6)})
def test_more_holidays_never_bring_a_deadline_forward(zone: str, at: datetime, count: int, more: set[date]) -> None:
    old, new = Calendar(time_zone=zone), Calendar(time_zone=zone, holidays=tuple(more))
    due = old.after_working_days(at, count)
    moved = kept(old, new, due, at)
    assert moved >= due
    assert moved == new.start_of(new.day_of(moved)), "still at the end of a day, whatever the hour does in spring"


@whatever(calendars(), moments, counts)
def test_there_and_back_is_where_it_was(calendar: Calendar, at: datetime, count: int) -> None:
    plain = Calendar(time_zone=calendar.time_zone)
    due = plain.after_working_days(at, count)
    assert kept(calendar, plain, kept(plain, calendar, due, at), at) == due


@whatever(calendars(), calendars(), moments)
def test_what_is_over_or_was_not_reckoned_in_working_days_stays(old: Calendar, new: Calendar, at: datetime) -> None:
    past = old.after_working_days(at, 1) - timedelta(days=30)
    assert kept(old, new, past, at) == past
    rest = next(
        old.day_of(at) + timedelta(days=n)
        for n in range(1, 60)
        if not old.is_working_day(old.day_of(at) + timedelta(days=n))
    )
    fixed = old.end_of(rest)
    assert kept(old, new, fixed, at) == fixed


def test_a_deadline_on_a_day_that_becomes_a_holiday_goes_to_the_next_working_day() -> None:
    """民法典 203: a last day that is a day of rest is followed by the day after it."""
    today = datetime.fromisoformat("2026-09-30T10:00:00+08:00")
    old, new = Calendar(), Calendar(holidays=(date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)))
    due = old.end_of(date(2026, 9, 30))
    assert kept(old, new, due, today) == old.end_of(date(2026, 10, 5))


def test_over_the_year_end_the_new_years_table_counts() -> None:
    old = Calendar(holidays=(date(2026, 1, 1),))
    new = Calendar(holidays=(date(2026, 1, 1), date(2026, 1, 2)), make_up_days=(date(2026, 1, 4),))
    at = datetime.fromisoformat("2025-12-30T12:00:00+08:00")
    due = old.after_working_days(at, 3)  # 31 December, 2 and 5 January
    assert old.day_of(due) == date(2026, 1, 6)
    assert kept(old, new, due, at) == new.end_of(date(2026, 1, 5))  # 31 December, Sunday the 4th, Monday the 5th
