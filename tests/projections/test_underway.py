"""What waits for whom between the agreement and the end, and which dates are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.clawback import RecordOverdueRepayment
from domain.kernel import STORY
from domain.suspension import SuspendProject
from domain.termination import RequestWithdrawal
from tests.controls import PROJECT, chen, lin, on
from tests.delivering import (
    a_late_report,
    a_planned_visit,
    a_recorded_visit,
    a_self_assessment,
    a_silent_mid_term,
    a_stopped_project,
    an_open_mid_term,
    delivery_under,
    plan_visit,
    with_visits,
)
from tests.ending import OTHER_LINES, a_change, a_clawback, a_coaching
from tests.projections.conftest import Reader
from tests.situations import a_concluded_agreement
from tests.world import World, put, steps

PLANNED = steps(delivery_under(with_visits()), put(plan_visit("early"), by=lin))
SUSPENDED = steps(a_concluded_agreement(), put(SuspendProject(project=PROJECT, reason="Under inquiry."), by=lin))
LEAVING = steps(a_concluded_agreement(), put(RequestWithdrawal(project=PROJECT, reason="We have moved."), by=chen))
LATE = steps(a_clawback(), put(RecordOverdueRepayment(project=PROJECT, instalment="1"), by=STORY, at=on("08-11")))


@pytest.mark.parametrize(
    ("situation", "kind", "found"),
    [
        (an_open_mid_term(), "self_assessment", [("applicant", "", None, on("06-28", "00:00"))]),
        (a_self_assessment(), "mid_term", [("evaluator", "", None, on("07-01", "00:00"))]),
        (a_silent_mid_term(), "response", [("applicant", "", None, on("07-04", "00:00"))]),
        (a_stopped_project(), "second_chance", [("officer", "", None, None)]),
        (a_stopped_project(), "resumption", []),
        (SUSPENDED, "resumption", [("officer", "", None, None)]),
        (delivery_under(with_visits()), "visit", [("officer", "early", None, on("06-08", "00:00"))]),
        (PLANNED, "visit", [("evaluator", "early", "yao", on("05-21", "00:00"))]),
        (a_late_report(), "resumption", [("officer", "", None, None)]),
        (a_late_report(resumed_when="submitted"), "resumption", []),  # the report is waited for, and does
        (LEAVING, "withdrawal", [("officer", "", None, None)]),
        (a_planned_visit(), "visit", [("evaluator", "spring", "yao", on("05-21", "00:00"))]),
        (a_recorded_visit(), "visit", []),
        (
            a_coaching(),
            "follow_up",
            [("mentor", "lists", "wei", on("06-06", "00:00")), ("mentor", "receipts", "wei", on("06-13", "00:00"))],
        ),
        (
            a_change(budget=OTHER_LINES),
            "change",
            [("approver", "later", None, on("05-12", "00:00")), ("officer", "later", None, on("05-12", "00:00"))],
        ),
        (
            a_clawback(),
            "repayment",
            [
                ("applicant", "1", None, on("08-01", "00:00")),
                ("applicant", "2", None, on("09-01", "00:00")),
                ("payer", "1", None, on("08-01", "00:00")),
                ("payer", "2", None, on("09-01", "00:00")),
            ],
        ),
    ],
)
def test_each_thing_waits_for_somebody(
    reader: Reader, situation: Callable[[World], World], kind: str, found: list[tuple[Any, ...]]
) -> None:
    rows = reader.told(situation).rows("duties", project=PROJECT, kind=kind)
    assert sorted((row["role"], row["part"], row["person"], row["due"]) for row in rows) == found


def test_money_that_is_late_in_coming_back_concerns_the_officer_too(reader: Reader) -> None:
    rows = reader.told(LATE).rows("duties", project=PROJECT, kind="repayment")
    late = [row["role"] for row in rows if row["part"] == "1" and row["again"]]
    assert sorted(late) == ["applicant", "officer", "payer"]


def test_a_suspended_project_asks_for_no_tranche(reader: Reader) -> None:
    assert reader.told(SUSPENDED).rows("duties", project=PROJECT, kind="tranche") == []


@pytest.mark.parametrize(
    ("situation", "deadline", "roles", "persons"),
    [
        (an_open_mid_term(), ("LapseSelfAssessment", ""), ["applicant"], []),
        (a_self_assessment(), ("EscalateMidTerm", ""), ["evaluator"], []),
        (a_planned_visit(), ("RecordMissedVisit", "spring"), [], ["yao"]),
        (delivery_under(with_visits()), ("RecordOverdueVisit", "early"), ["officer"], []),
        (PLANNED, ("RemindVisit", "early"), [], ["yao"]),
        (a_coaching(), ("RecordOverdueFollowUp", "lists"), [], ["wei"]),
        (a_change(budget=OTHER_LINES), ("EscalateChange", "later"), ["officer", "approver"], []),
        (a_clawback(), ("RecordOverdueRepayment", "1"), ["applicant"], []),
    ],
)
def test_each_date_says_who_would_be_late(
    reader: Reader, situation: Callable[[World], World], deadline: tuple[str, str], roles: list[str], persons: list[str]
) -> None:
    kind, part = deadline
    reader.told(situation)
    rows = [row for row in reader.rows("deadlines", kind=kind) if row["part"] == part]
    assert [(list(row["late_roles"]), list(row["late_persons"])) for row in rows] == [(roles, persons)]
