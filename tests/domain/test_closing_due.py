"""Closing duties with days 结项期限: they begin when a duty can be done, are reminded of, escalated, and may be extended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.archive import FinalAccountFiled, ProjectArchived, UsePublished
from domain.closing import ProjectClosed
from domain.closing_due import ClosingDutiesBegun, ClosingDutyOverdue, ClosingDutyReminded, DutyPlan
from domain.deadlines import Deadline, next_of, of_project
from domain.errors import NotDue, NotFound, RoleMissing, StageNotOpen
from domain.extension import DeadlineExtended
from domain.kernel import STORY
from domain.rescheduling import DeadlinesMoved, MovedDeadline
from tests.controls import chen, extend, lin, on, shen, song, tang
from tests.domain.closing import a_settled_one, account, archive, audit, publication, returned, with_duties
from tests.domain.closing_in_days import DEADLINES, TELL, begun, in_days, overdue, remind
from tests.domain.test_payment import failed
from tests.domain.test_rescheduling import MOVE, TAKE, calendar
from tests.world import given, put


def plan(duty: str, remind_at: str, due: str, overdue_at: str) -> DutyPlan:
    dates = {"remind_at": on(remind_at, "00:00"), "due": on(due, "00:00"), "overdue_at": on(overdue_at, "00:00")}
    return DutyPlan.model_validate({"duty": duty, **dates})


# ── when the days begin ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_can_be_done_has_its_days_from_the_last_payment_and_the_rest_when_its_turn_comes() -> None:
    started = (
        given(a_settled_one(in_days()))
        .when(TELL, by=STORY)
        .then_once(
            ClosingDutiesBegun(
                duties=(
                    plan("final-account", "10-28", "11-02", "11-09"),
                    plan("audit-report", "11-27", "12-02", "12-09"),
                    plan("publication", "10-26", "10-31", "10-31"),
                )
            )
        )
    )
    known = started.when(account(29_000), by=chen, at=on("10-10")).then(FinalAccountFiled)
    owed = known.when(TELL, by=STORY).then_once(
        ClosingDutiesBegun(duties=(plan("unspent", "10-21", "10-26", "10-26"),))
    )
    rest = given(lambda _: owed.world, put(returned(1_000), by=tang), put(audit(), by=chen), put(publication(), by=lin))
    last = rest.when(TELL, by=STORY).then_once(ClosingDutiesBegun(duties=(plan("archive", "10-19", "10-21", "10-21"),)))
    last.when(archive(), by=lin).then(ProjectArchived).when(TELL, by=STORY).then_once(ProjectClosed)


def test_duties_without_days_are_waited_for_without_a_deadline() -> None:
    untimed = given(a_settled_one())
    untimed.when(TELL, by=STORY).nothing_new()
    assert next_of(untimed.project()) is None
    only = given(a_settled_one(in_days({"duty": "audit-report", "within_days": 60, "remind_before_days": 5})))
    started = only.when(TELL, by=STORY).then(ClosingDutiesBegun)
    assert {command.duty for _, command in _open(started.project())} == {"audit-report"}


def _open(project: Any) -> list[Any]:
    return list(of_project(project))


# ── reminder and escalation ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("duty", "remind_at", "due", "overdue_at"),
    [
        ("final-account", "10-28", "11-02", "11-09"),
        ("audit-report", "11-27", "12-02", "12-09"),
        ("publication", "10-26", "10-31", "10-31"),
    ],
)
def test_a_duty_is_reminded_of_then_overdue_on_record_and_can_still_be_done(
    duty: str, remind_at: str, due: str, overdue_at: str
) -> None:
    before = given(begun())
    assert Deadline(on(remind_at, "00:00"), remind(duty)) in _open(before.project())
    assert Deadline(on(overdue_at, "00:00"), overdue(duty)) in _open(before.project())
    before.when(remind(duty), by=STORY, at=on(remind_at, "00:00").replace(day=1)).refused(
        NotDue, deadline="closing-duty-reminder", due=on(remind_at, "00:00")
    )
    reminded = before.when(remind(duty), by=STORY, at=on(remind_at, "00:00")).then_once(
        ClosingDutyReminded.model_validate({"duty": duty, "due": on(due, "00:00")})
    )
    reminded.when(overdue(duty), by=STORY).refused(NotDue, deadline="closing-duty-overdue", due=on(overdue_at, "00:00"))
    late = reminded.when(overdue(duty), by=STORY, at=on(overdue_at, "00:00")).then_once(
        ClosingDutyOverdue.model_validate({"duty": duty, "due": on(due, "00:00")})
    )
    assert duty not in {command.duty for _, command in _open(late.project())}
    late.when(publication(), by=lin).then(UsePublished)


def test_what_is_done_has_no_deadline_left() -> None:
    done = given(begun(), put(publication(), by=lin))
    assert "publication" not in {command.duty for _, command in _open(done.project())}
    done.when(remind(), by=STORY, at=on("12-01")).nothing_new()
    done.when(overdue(), by=STORY, at=on("12-01")).nothing_new()


def test_while_a_payment_that_came_back_is_made_again_nobody_is_late_with_what_follows_it() -> None:
    back = put(failed("bank-final", "final"), by=song)
    after = given(begun(), back)
    assert _open(after.project()) == []
    after.when(overdue(), by=STORY, at=on("12-01")).nothing_new()
    after.when(TELL, by=STORY).nothing_new()


def test_a_duty_whose_days_have_not_begun_is_not_found() -> None:
    for command in (remind("archive"), overdue("unspent")):
        given(begun()).when(command, by=STORY).refused(NotFound, kind="closing duty")
    for command in (remind(), overdue()):
        given(begun()).when(command, by=lin).refused(RoleMissing)


# ── more days, and another calendar ──────────────────────────────────────────────────────────────────────────────────


def test_an_officer_gives_more_days_also_when_it_is_late_and_it_is_reminded_of_again() -> None:
    late = (
        given(begun())
        .when(remind("final-account"), by=STORY, at=on("10-28"))
        .then(ClosingDutyReminded)
        .when(overdue("final-account"), by=STORY, at=on("11-09"))
        .then(ClosingDutyOverdue)
    )
    after = late.when(extend("closing-duty", "11-30", part="final-account"), by=lin).then_once(
        DeadlineExtended(
            deadline="closing-duty",
            part="final-account",
            was=on("11-02", "00:00"),
            due=on("12-01", "00:00"),
            remind_at=on("11-26", "00:00"),
            overdue_at=on("12-08", "00:00"),
            reason="Floods.",
        )
    )
    again = after.when(remind("final-account"), by=STORY, at=on("11-26")).then_once(ClosingDutyReminded)
    again.when(overdue("final-account"), by=STORY, at=on("12-07")).refused(NotDue)
    again.when(overdue("final-account"), by=STORY, at=on("12-08")).then_once(ClosingDutyOverdue)
    near = late.when(extend("closing-duty", "11-11", part="final-account"), by=lin).then(DeadlineExtended)
    assert near.project().closing.dues["final-account"].reminded, "they were reminded, and the new day is near"


def test_only_a_duty_that_is_open_is_extended() -> None:
    given(begun(), put(publication(), by=lin)).when(
        extend("closing-duty", "12-01", part="publication"), by=lin
    ).refused(StageNotOpen, stage="closing duty waited for", now="closing duty done")
    given(begun()).when(extend("closing-duty", "12-01", part="archive"), by=lin).refused(
        StageNotOpen, now="no deadline yet"
    )


def test_a_new_calendar_moves_what_is_reckoned_in_working_days_with_its_reminder() -> None:
    taken = given(begun(), put(calendar(date(2026, 10, 8)), by=shen), put(TAKE, by=STORY))
    moved = taken.when(MOVE, by=STORY).then_once(
        DeadlinesMoved(
            calendar=taken.round().rules.calendar,
            moved=(
                MovedDeadline(
                    deadline="closing-duty", part="publication", was=on("10-31", "00:00"), due=on("11-03", "00:00")
                ),
            ),
        )
    )
    due = moved.project().closing.dues["publication"]
    assert (due.remind_at, due.overdue_at) == (on("10-29", "00:00"), on("11-03", "00:00"))


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ({"within_days": 5, "within_working_days": 5}, "has within_days or within_working_days, one of both"),
        ({}, "has within_days or within_working_days, one of both"),
        ({"within_days": 5, "remind_before_days": 5}, "it is reminded of after its days have begun"),
    ],
)
def test_the_days_of_a_duty_are_sound(deadline: dict[str, int], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        in_days({"duty": "archive", "remind_before_days": 2, **deadline})


def test_a_duty_has_its_days_once_and_only_where_it_is_asked_for() -> None:
    with pytest.raises(ValidationError, match="closing deadlines: archive is named twice"):
        in_days(DEADLINES[-1], DEADLINES[-1])
    with pytest.raises(ValidationError, match="closing duty archive has days, and the programme does not ask for it"):
        with_duties(retention=(), deadlines=DEADLINES)
