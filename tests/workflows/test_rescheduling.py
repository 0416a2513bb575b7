"""Rescheduling 期限重排, on the real stack: stories carry a longer call and a new calendar to whatever is open."""

from __future__ import annotations

from datetime import date

from domain.project import Project
from domain.rescheduling import PublishCalendar
from domain.round import Round
from tests.controls import PROGRAMME, PROJECT, ROUND, apply_with, chen, extend_round, lin, on, shen
from tests.workflows.journeys import Staged, an_open_call
from tests.workflows.test_lives import names


async def test_a_longer_call_and_a_new_calendar_reach_every_open_application(staged: Staged) -> None:
    async with staged() as stage:
        await an_open_call(stage)
        await stage.do(apply_with(), by=chen)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).eligibility_due == on("03-28", "00:00")
        await stage.do(extend_round("call-closes", "03-25"), by=lin)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).eligibility_due == on("04-03", "00:00")
        holidays = tuple(date(2026, 3, day) for day in (30, 31))
        await stage.do(PublishCalendar(programme=PROGRAMME, holidays=holidays), by=shen)
        await stage.rest()
        assert stage.store.load(Round, ROUND).rules.calendar.holidays == holidays
        assert stage.store.load(Project, PROJECT).eligibility_due == on("04-07", "00:00")
        assert [await stage.next_deadline() for _ in range(2)] == [on("03-26", "00:00"), on("04-07", "00:00")]
        assert stage.store.load(Project, PROJECT).eligibility_overdue
        told = [name for name in names(stage, f"round:{ROUND}") if name in {"CalendarTaken", "MovesCompleted"}]
        assert told == ["MovesCompleted", "CalendarTaken", "MovesCompleted"]
