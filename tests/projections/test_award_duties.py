"""What waits for whom between the ranking and the running projects, and who is late there."""

from __future__ import annotations

from domain.agreement import GrantAward
from domain.award import RecordHoldUp
from domain.kernel import STORY
from domain.objection import AssignObjection
from domain.selection import Adjustment
from projections import duties
from tests.controls import PROJECT, ROUND, lin, on, rules_with, tang, yuan
from tests.domain.selecting import ONE_AWARD, board, three_presented, vote, with_approval
from tests.domain.test_claim import THIRD, to_be_granted
from tests.domain.test_refund import refund, revoked
from tests.domain.test_sponsorship import came_in
from tests.domain.test_sponsorship import held_up as sponsorship_held_up
from tests.projections.conftest import Reader
from tests.projections.test_duties import kinds
from tests.situations import (
    a_granted_award,
    a_passed_notice,
    a_presented_project,
    a_programme,
    a_ranking_to_approve,
    an_objection,
)
from tests.world import put


def test_an_assigned_objection_waits_for_its_officer_until_its_own_day(reader: Reader) -> None:
    in_time = a_programme(rules_with(notice={"answer_within_days": 7}))
    assign = put(AssignObjection(round=ROUND, objection="objection-1", officer="xu"), by=lin)
    row = reader.told(in_time, an_objection(), assign).one("duties")
    assert (row["kind"], row["person"], row["project"], row["due"]) == (
        *("objection", "xu", PROJECT),
        on("04-28", "00:00"),
    )


def test_an_award_waits_for_everybody_who_votes_on_it_by_name_or_for_the_bodys_members(reader: Reader) -> None:
    less = Adjustment(project=PROJECT, award=yuan(15_000), reason="Less.")
    voted = put(vote("panel"), by=board[0])
    reader.told(a_programme(with_approval()), a_presented_project(), a_ranking_to_approve([less]), voted)
    rows = [(row["role"], row["part"], row["person"]) for row in reader.rows("duties", kind="vote")]
    assert rows == [("approver", f"{PROJECT}/panel", "en"), ("approver", f"{PROJECT}/panel", "gu")]


def test_an_award_waits_for_a_bodys_members_whoever_they_are(reader: Reader) -> None:
    row = reader.told(a_programme(with_approval()), a_presented_project(), a_ranking_to_approve()).one("duties")
    assert (row["kind"], row["part"], row["person"], row["project"]) == ("vote", f"{PROJECT}/board", None, PROJECT)


def test_an_open_reserve_waits_to_be_closed_before_its_round(reader: Reader) -> None:
    reader.told(three_presented(rules_with(selection=ONE_AWARD)), a_granted_award())
    assert kinds(reader, role="officer") == ["reserve", "signature"]


def test_an_award_the_story_could_not_grant_waits_for_the_officer_until_it_is_granted(reader: Reader) -> None:
    held_up = put(RecordHoldUp(project=PROJECT, command="GrantAward", refusal="FundExhausted"), by=STORY)
    life = (a_passed_notice(), held_up, put(GrantAward(project=PROJECT), by=STORY))
    seen = [kinds(reader, project=PROJECT) for _ in reader.step_by_step([duties.MODEL], *life)]
    assert [each for each in seen if "grant" in each] == [["grant"]]
    assert seen[-1] == ["signature", "signature"]


def test_what_a_sponsor_paid_for_a_project_that_ended_waits_for_the_trustee_to_give_it_back(reader: Reader) -> None:
    """With its award still held up it waits for the officer."""
    life = (to_be_granted(), came_in(15_000), sponsorship_held_up(), revoked(), put(refund(15_000), by=tang))
    seen = [tuple(kinds(reader, project=THIRD)) for _ in reader.step_by_step([duties.MODEL], *life)]
    assert [*dict.fromkeys(seen)][-2:] == [("grant", "pledge", "sponsorship"), ("refund",)]
    assert seen[-1] == ()


def test_approvers_who_have_not_voted_are_late_by_name(reader: Reader) -> None:
    less = Adjustment(project=PROJECT, award=yuan(15_000), reason="Less.")
    rules = with_approval(days={"result_within_working_days": 3})
    reader.told(
        a_programme(rules), a_presented_project(), a_ranking_to_approve([less]), put(vote("panel"), by=board[0])
    )
    row = reader.one("deadlines")
    assert (row["kind"], row["late_roles"], row["late_persons"]) == ("EscalateApproval", ["approver"], ["en", "gu"])


def test_each_objection_has_its_deadlines_and_whoever_answers_is_late(reader: Reader) -> None:
    in_time = a_programme(rules_with(notice={"answer_within_days": 7, "remind_before_days": 2}))
    assign = put(AssignObjection(round=ROUND, objection="objection-1", officer="xu"), by=lin)
    reader.told(in_time, an_objection(), an_objection("objection-2"), assign)
    late = [(row["kind"], row["part"], row["late_persons"]) for row in reader.rows("deadlines", late_role="officer")]
    assert late == [
        ("RemindObjection", "objection-1", ["xu"]),
        ("RemindObjection", "objection-2", []),
        ("EscalateObjection", "objection-1", ["xu"]),
        ("EscalateObjection", "objection-2", []),
    ]
