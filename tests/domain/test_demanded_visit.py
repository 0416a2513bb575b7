"""Demanded visits 走访要求: by a day, once or on a rhythm; reminded of, then overdue on record, and still to be made."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domain.deadlines import Deadline, of_project
from domain.demanded_visit import (
    RecordOverdueVisit,
    RemindVisit,
    VisitOverdue,
    VisitPlan,
    VisitReminded,
    VisitsDemanded,
    demanded,
)
from domain.errors import NotDue, NotFound, RoleMissing, StageNotOpen
from domain.extension import DeadlineExtended
from domain.kernel import STORY
from domain.visit import VisitPlanned, VisitRecorded
from tests.controls import PROJECT, chen, extend, lin, on, prizes, sign, yao
from tests.delivering import EARLY, delivery_under, plan_visit, record_visit, ruled, with_visits
from tests.situations import a_concluded_agreement, a_granted_award, a_programme
from tests.world import given, put

REMIND, OVERDUE = RemindVisit(project=PROJECT, visit="early"), RecordOverdueVisit(project=PROJECT, visit="early")
DUE = on("06-08", "00:00")
PLAN = VisitPlan(id="early", remind_at=on("05-29", "00:00"), due=DUE, overdue_at=on("06-13", "00:00"))
ASKED_FOR = VisitsDemanded(visits=(PLAN,))


def test_the_days_of_a_visit_begin_with_the_agreement() -> None:
    signed = given(a_programme(with_visits()), a_granted_award(), put(sign("organisation"), by=chen, at=on("04-28")))
    assert ASKED_FOR in signed.when(sign("bureau"), by=lin).events


def test_they_begin_with_the_award_where_there_is_no_agreement() -> None:
    granted = given(a_programme(prizes(visits=[EARLY])), a_granted_award())
    assert any(isinstance(event, VisitsDemanded) for _, event in granted.world.events)


def test_on_a_rhythm_there_is_one_in_each_period() -> None:
    rules = with_visits(id="yearly", every_months=12, times=3, due_days=0)
    (event,) = demanded(rules, on("04-28"))
    plans = event.model_dump()["visits"]
    assert [(plan["id"], plan["due"].date().isoformat()) for plan in plans] == [
        ("yearly-1", "2027-04-29"),
        ("yearly-2", "2028-04-29"),
        ("yearly-3", "2029-04-29"),
    ]


def test_a_visit_is_reminded_of_then_overdue_on_record_and_can_still_be_made() -> None:
    before = given(delivery_under(with_visits()))
    before.when(REMIND, by=STORY, at=on("05-28", "23:59")).refused(NotDue, deadline="visit-reminder")
    reminded = before.when(REMIND, by=STORY, at=on("05-29", "00:00")).then_once(VisitReminded(visit="early", due=DUE))
    reminded.when(OVERDUE, by=STORY, at=on("06-12", "23:59")).refused(NotDue, deadline="visit-overdue")
    late = reminded.when(OVERDUE, by=STORY, at=on("06-13", "00:00")).then_once(VisitOverdue(visit="early", due=DUE))
    late.when(record_visit("early"), by=yao).then(VisitRecorded)


def test_a_planned_visit_keeps_the_day_by_which_it_was_demanded_and_a_recorded_one_has_none() -> None:
    planned = given(delivery_under(with_visits())).when(plan_visit("early"), by=lin).then(VisitPlanned)
    assert Deadline(PLAN.overdue_at, OVERDUE) in [*of_project(planned.project())]
    made = planned.when(record_visit("early"), by=yao, at=on("05-21")).then(VisitRecorded)
    assert "early" not in {getattr(command, "visit", "") for _, command in of_project(made.project())}
    for command in (REMIND, OVERDUE):
        made.when(command, by=STORY, at=on("12-01")).nothing_new()


def test_another_visit_does_not_stand_for_the_demanded_one() -> None:
    other = given(delivery_under(with_visits()), put(record_visit("spring"), by=yao, at=on("05-21")))
    other.when(REMIND, by=STORY, at=on("05-29")).then(VisitReminded)


def test_an_officer_gives_more_days_for_it_and_it_is_reminded_of_again() -> None:
    reminded = given(delivery_under(with_visits())).when(REMIND, by=STORY, at=on("05-29")).then(VisitReminded)
    late = reminded.when(OVERDUE, by=STORY, at=on("06-13")).then(VisitOverdue)
    after = late.when(extend("visit", "06-30", part="early"), by=lin).then_once(
        DeadlineExtended(
            deadline="visit",
            part="early",
            was=DUE,
            due=on("07-01", "00:00"),
            remind_at=on("06-21", "00:00"),
            overdue_at=on("07-06", "00:00"),
            reason="Floods.",
        )
    )
    again = after.when(REMIND, by=STORY, at=on("06-21")).then_once(VisitReminded)
    again.when(OVERDUE, by=STORY, at=on("07-06")).then_once(VisitOverdue)


def test_only_a_demanded_visit_that_was_not_made_is_waited_for() -> None:
    plain = given(a_concluded_agreement())
    for command in (REMIND, OVERDUE):
        plain.when(command, by=STORY, at=on("12-01")).refused(NotFound, kind="demanded visit")
        given(delivery_under(with_visits())).when(command, by=lin).refused(RoleMissing)
    plain.when(extend("visit", "06-30", part="early"), by=lin).refused(NotFound, kind="demanded visit")
    made = given(delivery_under(with_visits()), put(record_visit("early"), by=yao, at=on("05-21")))
    made.when(extend("visit", "06-30", part="early"), by=lin).refused(StageNotOpen, now="visit recorded")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"every_months": 12}, "visit early: a rhythm is every_months and times"),
        ({"times": 2}, "visit early: a rhythm is every_months and times"),
        ({"id": "x" * 61, "every_months": 12, "times": 2}, "the id of a rhythm has at most 60 characters"),
        ({"remind_before_days": 40}, "visit early: it is reminded of after its days have begun"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        with_visits(**changes)


def test_each_demanded_visit_has_its_own_name() -> None:
    with pytest.raises(ValidationError, match="visits: early is named twice"):
        ruled(visits=[EARLY, EARLY])
