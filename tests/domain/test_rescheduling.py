"""Rescheduling 期限重排: a changed calendar and a longer call move what is still open, by as many working days as were left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from domain.calendar import Calendar
from domain.deadlines import Chore, chore_of
from domain.errors import Malformed, NotFound, RoleMissing
from domain.kernel import STORY, Command
from domain.programme import Programme
from domain.rescheduling import (
    CalendarPublished,
    CalendarTaken,
    CompleteMoves,
    DeadlinesMoved,
    MovedDeadline,
    MoveDeadlines,
    PublishCalendar,
    TakeCalendar,
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
from tests.situations import (
    a_concluded_agreement,
    a_fund,
    a_granted_award,
    a_programme,
    an_application,
    an_open_notice,
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
