"""Approval 审批: between the ranking and what follows, every award is decided; silence is reminded of and escalated."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.application import ApplicationWithdrawn, WithdrawApplication
from domain.approval import (
    ApprovalConcluded,
    ApprovalOpened,
    ApprovalOverdue,
    ApprovalRefused,
    ApprovalReminded,
    AwardApproved,
    EscalateApproval,
    RemindApproval,
)
from domain.errors import NotDue, StageNotOpen
from domain.kernel import STORY
from domain.notice import OpenNotice
from domain.organisation import ApplicationLeft
from domain.reserve import PlaceVacated, ReservePromoted
from domain.result import ProjectNotSelected, ProjectReserved, ProjectSelected, RecordSelection
from domain.round_extension import RoundDeadlineExtended
from domain.rules.approval import ApprovalRules
from domain.selection import PublishRanking, RankingPublished
from domain.voting import AwardVoted
from tests.controls import ROUND, chen, extend_round, lin, luo, on, yuan
from tests.domain.selecting import FIRST, ONE_AWARD, SECOND, THIRD, decline, three_presented, vote, with_approval
from tests.situations import a_presented_project, a_programme, a_ranking_to_approve, an_open_notice, collected_scores
from tests.world import Given, given

ANYBODY: tuple[dict[str, Any], ...] = ({"steps": [{"id": "leader"}]},)
THREE_DAYS = {"result_within_working_days": 3, "remind_before_days": 1}
PUBLISH = PublishRanking(round=ROUND)
NO = "Not this year."


def to_approve(**rules: Any) -> Given:
    return given(three_presented(with_approval(ANYBODY, **rules)), a_ranking_to_approve())


def test_a_published_ranking_is_approved_first_and_no_project_is_told_before() -> None:
    rules = with_approval(ANYBODY, days=THREE_DAYS)
    after = (
        given(a_programme(rules), a_presented_project(), collected_scores())
        .when(PUBLISH, by=lin, at=on("04-17"))
        .then_once(
            RankingPublished,
            ApprovalOpened(projects=(FIRST,), due=on("04-23", "00:00"), remind_at=on("04-22", "00:00")),
        )
    )
    assert after.round().stage == "approval"
    after.when(RecordSelection(project=FIRST), by=STORY).refused(StageNotOpen, stage="notice", now="approval")
    after.when(OpenNotice(round=ROUND), by=STORY).nothing_new()


def test_with_nothing_to_approve_the_round_goes_on_at_once() -> None:
    poor = given(a_programme(with_approval(ANYBODY)), a_presented_project(percent=10), collected_scores())
    assert poor.when(PUBLISH, by=lin).then_once(RankingPublished).round().stage == "published"


def test_when_every_award_is_decided_the_round_goes_on_by_itself() -> None:
    two = to_approve()
    one = two.when(vote("leader", project=FIRST), by=luo).then(AwardVoted, AwardApproved)
    done = one.when(vote("leader", "against", SECOND, NO), by=luo).then(
        AwardVoted, ApprovalRefused(project=SECOND, step="leader", reasons=(NO,)), ApprovalConcluded(approved=1)
    )
    assert done.round().stage == "notice"
    done.when(RecordSelection(project=FIRST), by=STORY).then_once(ProjectSelected)
    done.when(RecordSelection(project=SECOND), by=STORY).then_once(
        ProjectNotSelected(stage="selection", rank=2, total=8_000, reason="approval_refused")
    )


def test_without_a_public_notice_every_project_is_told_then() -> None:
    one = given(three_presented(with_approval(ANYBODY, noticed=False, selection=ONE_AWARD)), a_ranking_to_approve())
    done = one.when(vote("leader"), by=luo).then(AwardVoted, AwardApproved, ApprovalConcluded)
    assert done.round().stage == "published"


def test_for_a_refused_award_the_reserve_moves_up_and_is_voted_on_as_well() -> None:
    one = to_approve(selection=ONE_AWARD, days=THREE_DAYS)
    refused = one.when(vote("leader", "against", reason=NO), by=luo, at=on("04-20")).then(
        AwardVoted,
        ApprovalRefused,
        ReservePromoted(project=SECOND, reserve=1, award=yuan(30_000)),
        ApprovalOpened(projects=(SECOND,), due=on("04-24", "00:00"), remind_at=on("04-23", "00:00")),
    )
    assert refused.round().stage == "approval"
    done = refused.when(vote("leader", project=SECOND), by=luo).then(
        AwardVoted, AwardApproved, ApprovalConcluded(approved=1)
    )
    done.when(RecordSelection(project=SECOND), by=STORY).then_once(ProjectSelected)
    done.when(RecordSelection(project=THIRD), by=STORY).then_once(ProjectReserved(rank=3, total=7_400, reserve=2))


def test_a_withdrawal_leaves_nothing_to_vote_on_and_the_reserve_moves_up() -> None:
    leave = WithdrawApplication(project=FIRST, reason="Our room burned down.")
    alone = given(a_programme(with_approval(ANYBODY)), a_presented_project(), a_ranking_to_approve())
    alone.when(leave, by=chen).then(
        ApplicationWithdrawn,
        ApplicationLeft,
        PlaceVacated(project=FIRST, reason="withdrawn"),
        ApprovalConcluded(approved=0),
    )
    several = to_approve(selection=ONE_AWARD)
    left = several.when(leave, by=chen).then(
        ApplicationWithdrawn, ApplicationLeft, PlaceVacated, ReservePromoted, ApprovalOpened
    )
    left.when(vote("leader"), by=luo).refused(StageNotOpen, stage="award to approve", now="decided")


def test_nobody_declines_what_is_not_approved_yet() -> None:
    to_approve().when(decline(), by=chen).refused(StageNotOpen, stage="notice", now="selection")


def test_silence_is_reminded_of_and_escalated_and_never_consent() -> None:
    remind, escalate = RemindApproval(round=ROUND), EscalateApproval(round=ROUND)
    late = given(three_presented(with_approval(ANYBODY, days=THREE_DAYS)), a_ranking_to_approve())
    late.when(remind, by=STORY, at=on("04-21")).refused(NotDue, deadline="approval-reminder")
    late.when(escalate, by=STORY, at=on("04-22")).refused(NotDue, deadline="approval")
    due = on("04-23", "00:00")
    told = late.when(remind, by=STORY, at=on("04-22")).then_once(ApprovalReminded(projects=(FIRST, SECOND), due=due))
    over = told.when(escalate, by=STORY, at=due).then_once(ApprovalOverdue(projects=(FIRST, SECOND), due=due))
    assert over.round().stage == "approval"
    over.when(vote("leader"), by=luo).then(AwardVoted, AwardApproved)


def test_without_days_for_the_result_nobody_is_reminded() -> None:
    silent = to_approve()
    for command in (RemindApproval(round=ROUND), EscalateApproval(round=ROUND)):
        silent.when(command, by=STORY, at=on("12-31")).nothing_new()


STEP = {"id": "leader"}


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([{"steps": []}], "at least 1 item"),
        ([{"steps": [STEP, STEP]}], "steps: leader is named twice"),
        (
            [{"steps": [{"id": "a", "of": ["li"]}, {"id": "b", "of": ["li"]}]}],
            "the voters of one tier: li is named twice",
        ),
        ([{"steps": [{"id": "a", "of": ["li", "li"]}]}], "step a: li is named twice"),
        ([{"steps": [STEP | {"needs": "half"}]}], "step leader needs half of its members: say of, or body with size"),
        ([{"steps": [STEP | {"of": ["li"], "body": "board"}]}], "step leader names persons or a body, not both"),
        ([{"steps": [STEP | {"size": 3}]}], "step leader has a size and no body"),
        ([{"up_to": "CNY 5.00", "steps": [STEP]}], "only the last has none"),
        ([{"steps": [STEP]}, {"steps": [STEP]}], "only the last has none"),
        (
            [{"up_to": "CNY 5.00", "steps": [STEP]}, {"up_to": "CNY 5.00", "steps": [STEP]}, {"steps": [STEP]}],
            "tiers go up by up_to, each above the one before",
        ),
        (
            [{"up_to": "EUR 5.00", "steps": [STEP]}, {"steps": [STEP]}],
            "tier of approval is in EUR, the programme in CNY",
        ),
    ],
)
def test_a_matrix_that_cannot_decide_is_not_a_rule(tiers: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        with_approval(tiers)


def test_a_reminder_needs_a_day_to_remind_of() -> None:
    with pytest.raises(ValidationError, match="remind_before_days needs result_within_working_days"):
        ApprovalRules.model_validate({"id": "approval", "tiers": ANYBODY, "remind_before_days": 1})


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (("approval", "selection", "notice"), "stage approval comes before a selection: there is nothing to approve"),
        (("selection", "notice", "approval"), "stage approval comes too late: one approval and one public notice"),
        (("selection", "approval", "again"), "stage again comes too late"),
        (("selection", "notice", "more"), "stage more comes too late"),
    ],
)
def test_one_approval_and_one_notice_follow_the_selection_in_this_order(order: tuple[str, ...], said: str) -> None:
    rules = with_approval(ANYBODY)
    stages = {stage.id: stage.model_dump() for stage in rules.stages}
    stages |= {"again": stages["approval"] | {"id": "again"}, "more": stages["notice"] | {"id": "more"}}
    before = [stages[id_] for id_ in ("eligibility", "review", "roadshow")]
    with pytest.raises(ValidationError, match=said):
        type(rules).model_validate(rules.model_dump() | {"stages": [*before, *(stages[id_] for id_ in order)]})


def test_what_is_put_before_its_time_changes_nothing() -> None:
    for command in (RemindApproval(round=ROUND), EscalateApproval(round=ROUND)):
        given(collected_scores()).when(command, by=STORY).nothing_new()


def test_approvers_are_given_more_days_also_when_theirs_are_over_and_are_reminded_again() -> None:
    days = {"result_within_working_days": 3, "remind_before_days": 1}
    opened = given(a_programme(with_approval(days=days)), a_presented_project(), a_ranking_to_approve())
    late = opened.when(EscalateApproval(round=ROUND), by=STORY, at=on("04-23", "00:00")).then(ApprovalOverdue)
    after = late.when(extend_round("approval", "04-30"), by=lin).then_once(RoundDeadlineExtended).round()
    assert (after.approval_due, after.approval_remind_at) == (on("05-01", "00:00"), on("04-30", "00:00"))
    assert not after.approval_overdue
    plain = given(a_programme(with_approval()), a_presented_project(), a_ranking_to_approve())
    plain.when(extend_round("approval", "04-30"), by=lin).refused(StageNotOpen, now="no deadline yet")
    given(an_open_notice()).when(extend_round("approval", "04-30"), by=lin).refused(StageNotOpen, now="notice")
