"""Which deadlines are open, and who is late."""

from __future__ import annotations

from typing import Any

import pytest

from domain import deadlines as domain_deadlines
from domain.project import Project
from domain.suspension import SuspendProject
from projections import deadlines
from tests.controls import PROJECT, ROUND, lin, on
from tests.domain.test_completion import RETURNED
from tests.domain.test_eligibility import FINANCIAL
from tests.domain.test_payment_due import paid_within
from tests.projections.conftest import Reader
from tests.projections.lives import LIVES, a_report_sent_back
from tests.situations import (
    a_granted_award,
    a_programme,
    a_verified_tranche,
    an_application,
    an_open_review,
    an_open_round,
)
from tests.world import put


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_after_every_event_of_a_life_the_rows_are_the_domains_deadlines(reader: Reader, life: Any) -> None:
    for recorded in reader.step_by_step([deadlines.MODEL], life()):
        found = {(row["subject"], row["kind"], row["part"], row["due"]) for row in reader.rows("deadlines")}
        assert found == open_in(reader.states), f"after {recorded.position} {recorded.name}"


def open_in(states: dict[str, Any]) -> set[Any]:
    found = set()
    for stream, state in states.items():
        if stream.startswith(("project:", "round:")):
            of = domain_deadlines.of_project if isinstance(state, Project) else domain_deadlines.of_round
            for due, command in of(state):
                found.add(
                    (
                        stream,
                        type(command).__name__,
                        getattr(command, "report", "") or getattr(command, "tranche", ""),
                        due,
                    )
                )
    return found


def test_an_open_round_waits_for_its_last_day(reader: Reader) -> None:
    row = reader.told(an_open_round()).one("deadlines")
    assert (row["subject"], row["round"], row["kind"]) == (f"round:{ROUND}", ROUND, "CloseCall")
    assert row["due"] == on("03-21", "00:00")
    assert row["since"] == on("03-09")
    assert row["late_roles"] == row["late_persons"] == []


def test_silent_reviewers_are_named(reader: Reader) -> None:
    rows = reader.told(an_open_review()).rows("deadlines", late_person="wang")
    assert [(row["kind"], row["late_persons"]) for row in rows] == [
        ("RemindReviewers", ["li", "wang", "zhao"]),
        ("ConcludeReview", ["li", "wang", "zhao"]),
    ]


def test_who_is_late_with_a_completion_or_a_check_is_named_by_role(reader: Reader) -> None:
    rows = reader.told(*RETURNED).rows("deadlines", late_role="applicant")
    assert [row["kind"] for row in rows] == ["RemindCompletion", "LapseCompletion"]


def test_a_third_party_is_late_with_its_check(reader: Reader) -> None:
    row = reader.told(*FINANCIAL).one("deadlines", kind="EscalateEligibility")
    assert row["late_roles"] == ["verifier"]


def test_a_side_that_has_not_signed_is_late(reader: Reader) -> None:
    row = reader.told(a_granted_award()).one("deadlines", kind="LapseAward")
    assert row["late_roles"] == ["applicant", "officer"]
    assert (row["title"], row["organisation"]) == ("Reading hour 阅读时光", "qinghe")


def test_a_report_reminded_of_and_overdue_has_no_deadline_left(reader: Reader) -> None:
    reader.told(a_report_sent_back())
    assert [(r["kind"], r["part"]) for r in reader.rows("deadlines")] == [
        ("RemindReport", "final"),
        ("RecordOverdueReport", "final"),
    ]


def test_who_has_the_next_word_on_a_tranche_is_late_with_it(reader: Reader) -> None:
    reader.told(a_programme(paid_within(15)), a_verified_tranche())
    row = reader.one("deadlines", kind="RecordLateTranche")
    assert (row["part"], row["late_roles"], row["due"]) == ("first", ["approver"], on("05-22", "00:00"))


def test_whose_act_the_gate_of_a_tranche_waits_for_is_late_with_it(reader: Reader) -> None:
    suspended = put(SuspendProject(project=PROJECT, reason="Under inquiry."), by=lin)
    reader.told(a_programme(paid_within(15)), a_verified_tranche(), suspended)
    assert reader.one("deadlines", kind="RecordLateTranche")["late_roles"] == ["officer"]


def test_the_earliest_comes_first_and_a_moment_bounds_them(reader: Reader) -> None:
    """The waker asks for what is due by the moment a demonstration's clock moves to."""
    reader.told(an_application())
    every = [row["due"] for row in reader.rows("deadlines")]
    assert every == sorted(every)
    assert len(every) == 2
    assert len(reader.rows("deadlines", due_before=every[0].isoformat())) == 1
    assert len(reader.rows("deadlines", subject=f"project:{PROJECT}")) == 1
