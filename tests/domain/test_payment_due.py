"""A tranche is to be paid so many working days after the agreement (C3: the first within 15); late is on record."""

import pytest
from pydantic import ValidationError

from domain.deadlines import of_project
from domain.errors import NotDue
from domain.kernel import STORY
from domain.payment_due import RecordLateTranche, TrancheLate
from domain.project import Project
from domain.rules import Rules
from tests.controls import PROJECT, RULES, on, pay, song
from tests.situations import a_concluded_agreement, a_paid_tranche, a_programme, an_approved_tranche
from tests.world import given

LATE = RecordLateTranche(project=PROJECT, tranche="first")
DUE = on("05-22", "00:00")
"""Signed on Tuesday 28 April; three holidays, and a make-up Saturday, lie on the way to the fifteenth working day."""


def paid_within(days: int) -> Rules:
    content = RULES.model_dump(mode="json")
    content["tranches"][0]["pay_within_working_days"] = days
    return Rules.model_validate(content)


def open_for(project: Project) -> list[object]:
    return [deadline.due for deadline in of_project(project) if deadline.command == LATE]


def test_the_fifteenth_working_day_is_the_last() -> None:
    agreed = given(a_programme(paid_within(15)), a_concluded_agreement())
    assert open_for(agreed.project()) == [DUE]
    agreed.when(LATE, by=STORY, at=on("05-21", "23:59")).refused(NotDue, deadline="tranche-due", due=DUE)
    late = agreed.when(LATE, by=STORY, at=DUE).then_once(TrancheLate(tranche="first", due=DUE))
    assert open_for(late.project()) == []


def test_what_is_late_can_still_be_paid() -> None:
    late = given(a_programme(paid_within(15)), an_approved_tranche()).when(LATE, by=STORY, at=DUE).then(TrancheLate)
    assert len(late.when(pay(), by=song).events) == 2


def test_what_is_paid_in_time_is_not_late() -> None:
    paid = given(a_programme(paid_within(15)), a_paid_tranche())
    assert open_for(paid.project()) == []
    paid.when(LATE, by=STORY, at=on("06-01")).nothing_new()


def test_without_such_a_rule_no_tranche_is_late() -> None:
    given(a_concluded_agreement()).when(LATE, by=STORY, at=on("12-01")).nothing_new()


def test_no_days_are_no_rule() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        paid_within(0)
