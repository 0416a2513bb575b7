"""Voting 表决: named votes by the matrix of the amount (C13); more than half or two thirds of all members (C14)."""

from datetime import date
from typing import Any

import pytest

from domain.approval import ApprovalConcluded, ApprovalRefused, AwardApproved
from domain.errors import (
    AlreadyVoted,
    ConflictOfInterest,
    NotFound,
    NotOnBody,
    ReasonMissing,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.kernel import Actor
from domain.places import Approval, Vote
from domain.review import DeclareConflict
from domain.rules import Rules
from domain.rules.approval import ApprovalStep, ApprovalTier
from domain.selection import Adjustment
from domain.voting import AwardVoted
from tests.controls import PROJECT, also, lin, luo, qian, sun, wang, yuan
from tests.domain.selecting import FIRST, MATRIX, SECOND, board, chair, secretary, vote, with_approval
from tests.domain.test_register import affiliation
from tests.situations import a_panel, a_presented_project, a_programme, a_ranking_to_approve
from tests.world import Given, given, put

du, en, gu = board


def to_approve(award: int = 30_000, tiers: tuple[dict[str, Any], ...] = MATRIX) -> Given:
    """One award of so much, published by lin."""
    less = () if award == 30_000 else (Adjustment(project=PROJECT, award=yuan(award), reason="Less."),)
    return given(a_programme(with_approval(tiers)), a_presented_project(), a_ranking_to_approve(less))


def test_a_small_award_is_one_persons() -> None:
    after = (
        to_approve(10_000)
        .when(vote("secretary"), by=secretary)
        .then_once(
            AwardVoted(project=PROJECT, step="secretary", voter="bai", choice="for", reason=""),
            AwardApproved(project=PROJECT),
            ApprovalConcluded(approved=1),
        )
    )
    assert after.round().stage == "notice"


def test_above_it_the_panel_votes_first_by_more_than_half_and_then_the_chair() -> None:
    votes = to_approve(10_001)
    votes.when(vote("chair"), by=chair).refused(StageNotOpen, stage="chair", now="panel")
    half = votes.when(vote("panel"), by=du).then_once(AwardVoted).when(vote("panel"), by=gu).then_once(AwardVoted)
    half.when(vote("panel"), by=en).refused(StageNotOpen, stage="panel", now="chair")
    half.when(vote("chair"), by=chair).then_once(AwardVoted, AwardApproved, ApprovalConcluded)


def test_the_largest_need_two_thirds_of_the_board() -> None:
    one = to_approve(20_001).when(vote("board"), by=du).then(AwardVoted)
    one.when(vote("board"), by=en).then_once(AwardVoted, AwardApproved, ApprovalConcluded)


def test_a_vote_against_decides_where_one_is_enough_and_its_reason_is_published() -> None:
    after = (
        to_approve(10_000)
        .when(vote("secretary", "against", reason="Too dear."), by=secretary)
        .then_once(
            AwardVoted, ApprovalRefused(project=PROJECT, step="secretary", reasons=("Too dear.",)), ApprovalConcluded
        )
    )
    assert (after.round().stage, after.round().vacated[PROJECT]) == ("published", "approval_refused")


def test_a_vote_that_cannot_pass_any_more_is_refused_at_once() -> None:
    one = to_approve().when(vote("board", "against", reason="No."), by=du).then(AwardVoted)
    one.when(vote("board", "abstain"), by=en).then(AwardVoted, ApprovalRefused, ApprovalConcluded)


@pytest.mark.parametrize(
    ("needs", "size", "needed"),
    [("one", 5, 1), ("half", 4, 3), ("half", 5, 3), ("two-thirds", 9, 6), ("two-thirds", 10, 7)],
)
def test_a_majority_is_of_all_members(needs: str, size: int, needed: int) -> None:
    step = ApprovalStep.model_validate({"id": "board", "needs": needs, "body": "board", "size": size})
    assert step.needed == needed


def test_abstaining_and_stepping_aside_count_among_all_members() -> None:
    step = ApprovalStep(id="board", needs="half", body="board", size=3)
    approval = Approval(ApprovalTier(steps=(step,)))
    for voter, choice in (("a", "recused"), ("b", "for")):
        approval = approval.with_vote("board", voter, Vote(choice))  # type: ignore[arg-type]
    assert not approval.passed(step)
    assert not approval.failed(step)
    assert approval.with_vote("board", "c", Vote("abstain")).failed(step)


# ── nobody is left to vote ───────────────────────────────────────────────────────────────────────────────────────────

CHAIR_LAST = (
    {"up_to": "CNY 20000.00", "steps": [{"id": "panel", "of": ["du", "en"]}, {"id": "chair", "of": ["hua"]}]},
    {"steps": [{"id": "board", "needs": "half", "body": "board", "size": 3}]},
)


def aside(step: str, by: Actor, world: Given) -> Given:
    return world.when(vote(step, "recused"), by=by).then_once(AwardVoted)


def test_where_a_single_approver_steps_aside_those_of_the_next_higher_tier_decide() -> None:
    """C13: instead of the secretary-general the panel and then the chairman, as for larger awards."""
    raised = aside("secretary", secretary, to_approve(10_000))
    assert raised.round().approvals[PROJECT].step.id == "panel"
    raised.when(vote("secretary", "recused"), by=secretary).nothing_new()
    raised.when(vote("chair"), by=chair).refused(StageNotOpen, stage="chair", now="panel")
    panel = raised.when(vote("panel"), by=du).then(AwardVoted).when(vote("panel"), by=en).then(AwardVoted)
    panel.when(vote("chair"), by=chair).then_once(AwardVoted, AwardApproved, ApprovalConcluded)
    panel.when(vote("chair", "against", reason="No."), by=chair).then(AwardVoted, ApprovalRefused, ApprovalConcluded)


def test_who_voted_below_does_not_vote_again_above() -> None:
    below = to_approve(10_000, tiers=CHAIR_LAST).when(vote("panel"), by=du).then(AwardVoted)
    raised = aside("chair", chair, below)
    raised.when(vote("board"), by=du).refused(SamePerson, person="du", earlier="VoteOnAward")
    one = raised.when(vote("board"), by=en).then(AwardVoted)
    one.when(vote("board"), by=gu).then_once(AwardVoted, AwardApproved, ApprovalConcluded)


def test_within_a_tier_the_next_step_decides_and_no_award_passes_without_its_last_one() -> None:
    first = ({"steps": [{"id": "secretary", "of": ["bai"]}, {"id": "chair", "of": ["hua"]}]},)
    next_ = aside("secretary", secretary, to_approve(tiers=first))
    next_.when(vote("chair"), by=chair).then_once(AwardVoted, AwardApproved, ApprovalConcluded)
    next_.when(vote("chair", "recused"), by=chair).then_once(AwardVoted, ApprovalRefused, ApprovalConcluded)


def test_where_no_tier_is_above_an_award_that_nobody_may_approve_is_refused() -> None:
    alone = ({"steps": [{"id": "chair", "of": ["hua"]}]},)
    to_approve(tiers=alone).when(vote("chair", "recused"), by=chair).then_once(
        AwardVoted, ApprovalRefused(project=PROJECT, step="chair", reasons=()), ApprovalConcluded
    )
    same = ({"up_to": "CNY 20000.00", **alone[0]}, {"steps": [{"id": "board", "of": ["du"]}, *alone[0]["steps"]]})
    to_approve(10_000, tiers=same).when(vote("chair", "recused"), by=chair).then_once(
        AwardVoted, ApprovalRefused, ApprovalConcluded
    )


def test_of_several_who_are_named_somebody_is_left() -> None:
    one = aside("panel", du, to_approve(10_000, tiers=CHAIR_LAST))
    assert one.round().approvals[PROJECT].step.id == "panel"
    one.when(vote("panel"), by=en).then_once(AwardVoted)


def test_a_step_above_with_the_same_id_counts_only_whom_it_names() -> None:
    tiers = (
        {"up_to": "CNY 20000.00", "steps": [{"id": "leader", "of": ["hua"]}]},
        {"steps": [{"id": "leader", "of": ["bai"]}]},
    )
    raised = aside("leader", chair, to_approve(10_000, tiers=tiers))
    raised.when(vote("leader"), by=secretary).then_once(AwardVoted, AwardApproved, ApprovalConcluded)


def test_a_vote_is_given_once_and_stays() -> None:
    voted = to_approve().when(vote("board"), by=du).then_once(AwardVoted)
    voted.when(vote("board", "against", reason="Changed my mind."), by=du).refused(AlreadyVoted, person="du")


def test_a_no_needs_its_reason() -> None:
    to_approve().when(vote("board", "against", reason="  "), by=du).refused(ReasonMissing, field="reason")


def test_only_the_persons_named_or_the_bodys_members_vote() -> None:
    to_approve(10_000).when(vote("secretary"), by=chair).refused(NotOnBody, person="hua", step="secretary")
    to_approve().when(vote("board"), by=secretary).refused(NotOnBody, person="bai", step="board")
    to_approve().when(vote("board"), by=luo).refused(NotOnBody, person="luo")  # approver everywhere is no member
    to_approve().when(vote("board"), by=lin).refused(RoleMissing, person="lin")


def test_where_nobody_is_named_any_approver_votes() -> None:
    anybody = ({"steps": [{"id": "leader"}]},)
    to_approve(tiers=anybody).when(vote("leader"), by=luo).then(AwardVoted, AwardApproved, ApprovalConcluded)
    to_approve(tiers=anybody).when(vote("leader"), by=Actor(id="far", grants=frozenset({("approver", "x")}))).refused(
        RoleMissing, person="far"
    )


def test_who_scored_published_or_voted_before_does_not_vote() -> None:
    anybody = ({"steps": [{"id": "leader"}, {"id": "second"}]},)
    votes = to_approve(tiers=anybody)
    for who, earlier in ((wang, "SubmitReview"), (sun, "ScoreRoadshow"), (lin, "PublishRanking")):
        votes.when(vote("leader"), by=also(who, "approver")).refused(SamePerson, person=who.id, earlier=earlier)
    passed = votes.when(vote("leader"), by=luo).then(AwardVoted)
    passed.when(vote("second"), by=luo).refused(SamePerson, person="luo", earlier="VoteOnAward")


def test_nobody_votes_on_their_own_organisations_award() -> None:
    to_approve().when(vote("board"), by=also(du, "applicant", "qinghe")).refused(
        ConflictOfInterest, person="du", reason="acts for qinghe"
    )


def test_who_declared_a_conflict_does_not_vote() -> None:
    anybody = ({"steps": [{"id": "leader"}]},)
    aside = put(DeclareConflict(project=PROJECT, reason="My sister works there."), by=qian)
    votes = given(a_programme(with_approval(anybody)), a_panel(4), aside, a_presented_project(), a_ranking_to_approve())
    votes.when(vote("leader"), by=also(qian, "approver")).refused(ConflictOfInterest, reason="declared")


def test_who_belongs_to_the_applicant_by_the_register_does_not_vote() -> None:
    rules = Rules.model_validate(
        with_approval().model_dump() | {"conflicts": {"kinds": ["board"], "look_back_years": 2}}
    )
    recorded = put(affiliation("du", until=date(2025, 6, 30)), by=lin)
    votes = given(a_programme(rules), a_presented_project(), recorded, a_ranking_to_approve())
    votes.when(vote("board"), by=du).refused(ConflictOfInterest, person="du", reason="recorded as board of qinghe")
    votes.when(vote("board"), by=en).then(AwardVoted)


def test_who_may_not_judge_an_award_steps_aside_so_that_nobody_waits_for_their_vote() -> None:
    """Without it, two votes for and one that nobody may give would never be a result."""
    half = with_approval(({"steps": [{"id": "panel", "needs": "half", "of": ["du", "wang", "lin"]}]},))
    rules = Rules.model_validate(half.model_dump() | {"conflicts": {"kinds": ["board"], "look_back_years": 2}})
    recorded = put(affiliation("du", until=date(2025, 6, 30)), by=lin)
    votes = given(a_programme(rules), a_presented_project(), recorded, a_ranking_to_approve())
    partial = also(du, "approver")
    for who in (partial, also(partial, "applicant", "qinghe"), also(wang, "approver"), also(lin, "approver")):
        stepped_aside = votes.when(vote("panel", "recused"), by=who).then_once(AwardVoted)
        assert stepped_aside.round().approvals[PROJECT].of_step("panel")[who.id].choice == "recused"
    aside = votes.when(vote("panel", "recused"), by=partial).then(AwardVoted)
    aside.when(vote("panel", "recused"), by=also(wang, "approver")).then(AwardVoted, ApprovalRefused, ApprovalConcluded)


def test_there_is_something_to_vote_on() -> None:
    to_approve().when(vote("board", project=SECOND), by=du).refused(RoleMissing)  # a project nobody knows has no body
    to_approve().when(vote("board", project=SECOND), by=also(du, "approver")).refused(
        NotFound, kind="award to approve", id=SECOND
    )
    given(a_presented_project()).when(vote("board"), by=luo).refused(NotFound, kind="award to approve", id=FIRST)
    done = to_approve(10_000).when(vote("secretary"), by=secretary).then(AwardVoted, AwardApproved, ApprovalConcluded)
    done.when(vote("secretary"), by=luo).refused(StageNotOpen, stage="approval", now="notice")
