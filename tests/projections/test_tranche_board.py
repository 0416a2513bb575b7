"""Where every tranche is, and exactly what it waits for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.gate import waits_for
from domain.project import PAYING, Project
from domain.suspension import SuspendProject
from domain.tranche_chain import Tranche
from projections import tranche_board
from tests.controls import FUND, ORGANISATION, PROJECT, ROUND, lin, on
from tests.projections.conftest import Reader
from tests.projections.lives import (
    LIVES,
    a_failed_evaluation,
    a_payment_that_came_back,
    a_tranche_behind_a_day_and_an_invoice,
    a_tranche_sent_back,
    an_award_not_signed,
)
from tests.situations import (
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_paid_tranche,
    a_submitted_report,
    an_approved_tranche,
)
from tests.world import put


def waiting(reader: Reader) -> list[tuple[str, str, str]]:
    return [(row["status"], row["waits_for"], row["waits_role"]) for row in reader.rows("tranche_board")]


def test_a_granted_award_is_split_into_tranches_behind_their_gates(reader: Reader) -> None:
    reader.told(a_granted_award())
    assert waiting(reader) == [
        ("planned", "agreement", "applicant"),
        ("planned", "report mid-term", "applicant"),
        ("planned", "evaluation", "applicant"),
    ]
    assert [row["amount_fen"] for row in reader.rows("tranche_board")] == [15_000_00, 9_000_00, 6_000_00]


def test_the_first_tranche_can_be_requested_once_the_agreement_is_concluded(reader: Reader) -> None:
    reader.told(a_concluded_agreement())
    first = reader.one("tranche_board", waits_for="request")
    assert (first["tranche"], first["waits_role"], first["since"]) == ("first", "applicant", on("04-28"))


def test_a_report_handed_in_waits_for_the_officer(reader: Reader) -> None:
    assert waiting(reader.told(a_submitted_report()))[1] == ("planned", "report mid-term", "officer")


def test_a_delivered_project_waits_for_the_evaluator(reader: Reader) -> None:
    assert waiting(reader.told(a_delivered_project()))[2] == ("planned", "evaluation", "evaluator")


def test_an_approved_tranche_waits_for_payment_and_says_who_took_which_step(reader: Reader) -> None:
    row = reader.told(an_approved_tranche()).one("tranche_board", status="approved")
    assert (row["waits_for"], row["waits_role"]) == ("payment", "payer")
    assert [row[step] for step in ("requested_by", "verified_by", "approved_by", "paid_by")] == [
        "chen",
        "gao",
        "luo",
        None,
    ]


def test_a_paid_tranche_keeps_the_banks_date_and_reference(reader: Reader) -> None:
    row = reader.told(a_paid_tranche()).one("tranche_board", status="paid")
    assert (row["paid_by"], row["paid_on"], row["reference"]) == ("song", date(2026, 4, 30), "bank-first")
    assert (row["payee"], row["waits_for"]) == ("Qinghe", "")


def test_a_tranche_sent_back_says_why_and_waits_to_be_requested_again(reader: Reader) -> None:
    seen = []
    for _ in reader.step_by_step([tranche_board.MODEL], a_tranche_sent_back()):
        seen += reader.rows("tranche_board", status="refused-back")
    assert seen[0]["refused_by"] == "gao"
    assert seen[0]["refused_reason"] == "the account's name differs"
    assert seen[0]["waits_for"] == "request"
    last = reader.one(
        "tranche_board", project=PROJECT, waits_for="verification", status="requested", amount_at_least="1000000"
    )
    assert (last["payee"], last["verified_by"], last["refused_by"]) == ("Qinghe centre", None, "gao")


def test_a_tranche_says_thing_by_thing_what_it_waits_for_and_since_when(reader: Reader) -> None:
    seen: list[Any] = []
    for _ in reader.step_by_step([tranche_board.MODEL], a_tranche_behind_a_day_and_an_invoice()):
        for row in reader.rows("tranche_board"):
            if row["tranche"] == "t1" and (row["waits_for"], row["since"]) not in [each[:2] for each in seen]:
                seen.append((row["waits_for"], row["since"], [(each["what"], each["role"]) for each in row["awaited"]]))
    day, invoice = ("date 2026-05-28", ""), ("document invoice", "applicant")
    assert seen == [
        (
            "agreement and document invoice",
            on("04-25"),
            [("agreement", "applicant"), ("document invoice", "applicant")],
        ),
        ("date 2026-05-28 and document invoice", on("04-28"), [day, invoice]),
        ("date 2026-05-28", on("05-02"), [day]),
        ("request", on("05-28", "00:00"), [("request", "applicant")]),
        ("verification", on("05-29"), [("verification", "verifier")]),
    ]


def test_a_thing_keeps_the_moment_since_which_it_is_waited_for_when_another_is_done(reader: Reader) -> None:
    for recorded in reader.step_by_step([tranche_board.MODEL], a_tranche_behind_a_day_and_an_invoice()):
        if recorded.name.startswith("DocumentFiled"):
            row = reader.rows("tranche_board")[0]
            assert [datetime.fromisoformat(each["since"]) for each in row["awaited"]] == [on("04-28")]


def test_what_is_on_its_way_waits_for_the_resumption_of_a_suspended_project(reader: Reader) -> None:
    reader.told(an_approved_tranche(), put(SuspendProject(project=PROJECT, reason="Under inquiry."), by=lin))
    assert waiting(reader)[0] == ("approved", "resumption", "officer")


def test_orders_parts_and_payments_that_came_back_are_on_the_board(reader: Reader) -> None:
    seen = []
    for recorded in reader.step_by_step([tranche_board.MODEL], a_payment_that_came_back()):
        if recorded.name.partition(".")[0] in {
            "PaymentOrdered",
            "TranchePaid",
            "PaymentFailed",
            "PayeeChanged",
            "TrancheRefused",
        }:
            row = reader.rows("tranche_board")[0]
            seen.append((row["status"], row["waits_for"], row["paid_fen"], row["order_number"], row["reference"]))
    assert seen == [
        ("ordered", "payment", 0, "reading-hour/first/1", None),
        ("ordered", "payment", 4_000_00, "reading-hour/first/1", "bank-1"),
        ("paid", "", 15_000_00, "reading-hour/first/1", "bank-2"),
        ("approved", "order", 4_000_00, None, None),
        ("approved", "order", 4_000_00, None, None),
        ("refused-back", "request", 4_000_00, None, None),
    ]
    row = reader.rows("tranche_board")[0]
    assert (row["failed_by"], row["failed_reason"], row["approvers"]) == ("song", "The account is closed.", [])
    assert (row["payee"], row["refused_reason"]) == ("Team", "payee changed to Team")


def test_what_a_failed_evaluation_leaves_is_forfeited(reader: Reader) -> None:
    assert [row["status"] for row in reader.told(a_failed_evaluation()).rows("tranche_board")] == [
        "paid",
        "forfeited",
        "forfeited",
    ]


def test_an_award_that_lapsed_will_not_be_paid(reader: Reader) -> None:
    reader.told(an_award_not_signed())
    assert {row["status"] for row in reader.rows("tranche_board")} == {"forfeited"}


@pytest.mark.parametrize(
    "filters", [{"round": ROUND}, {"organisation": ORGANISATION}, {"fund": FUND}, {"programme": "fenghua-micro"}]
)
def test_a_funder_narrows_the_board_down(reader: Reader, filters: dict[str, str]) -> None:
    reader.told(a_concluded_agreement())
    assert len(reader.rows("tranche_board", **filters)) == 3
    assert reader.rows("tranche_board", **dict.fromkeys(filters, "another")) == []


def next_step(project: Project, tranche: Tranche) -> str:
    orders = tranche.status == "approved" and project.rules.paying.orders
    then = {"planned": "request", "requested": "verification", "verified": "approval"}
    return "order" if orders else then.get(tranche.status, "payment")


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_after_every_event_the_board_agrees_with_the_domain(reader: Reader, life: Any) -> None:
    for recorded in reader.step_by_step([tranche_board.MODEL], life()):
        rows = {(row["project"], row["tranche"]): row for row in reader.rows("tranche_board")}
        for project in (state for state in reader.states.values() if isinstance(state, Project)):
            for tranche in project.tranches.values():
                row = rows.pop((project.id, tranche.id))
                status = row["status"].replace("refused-back", "planned")
                assert status == ("forfeited" if project.stage == "ended" else tranche.status)
                if project.stage in PAYING and tranche.status not in {"paid", "forfeited"}:
                    shut = waits_for(project, tranche, recorded.recorded_at)
                    assert row["waits_for"] == (shut or next_step(project, tranche))
        assert rows == {}
