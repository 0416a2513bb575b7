"""Closing 结项: a settled project, then a round none of whose money is outstanding; what is left goes back to the fund."""

from domain.agreement import CompleteAwards, GrantAward
from domain.award import DeclineAward
from domain.closing import CloseProject, CloseRound, ProjectClosed, RoundClosed, TerminateProject
from domain.errors import DutiesOpen, MoneyOutstanding, NotFound, RoleMissing, StageNotOpen
from domain.fund import Fund
from domain.kernel import STORY
from domain.movement import AllocationReturned, FundsReleased
from domain.round import Round
from domain.termination import ProjectTerminated
from tests.controls import FAILED, FUND, PROJECT, ROUND, also, chen, he, lin, stranger, yuan
from tests.domain.test_claim import OTHER, THIRD, to_be_granted
from tests.situations import (
    a_closed_project,
    a_closed_round,
    a_concluded_agreement,
    a_granted_award,
    a_paid_tranche,
    a_passed_notice,
    a_planned_round,
    a_settled_project,
    an_evaluated_project,
    an_open_round,
)
from tests.world import given, put, steps

CLOSE_PROJECT, CLOSE_ROUND = CloseProject(project=PROJECT), CloseRound(round=ROUND)


def test_a_settled_project_is_closed_with_its_grade() -> None:
    after = given(a_settled_project()).when(CLOSE_PROJECT, by=STORY).then_once(ProjectClosed(grade="a"))
    assert (after.project().stage, after.project().outcome, after.project().over) == ("closed", "closed", True)


def test_a_failed_project_is_closed_too() -> None:
    given(an_evaluated_project(FAILED)).when(CLOSE_PROJECT, by=STORY).then_once(ProjectClosed(grade="c"))


def test_a_project_with_unpaid_tranches_stays_open() -> None:
    given(an_evaluated_project()).when(CLOSE_PROJECT, by=STORY).nothing_new()
    given(a_concluded_agreement()).when(CLOSE_PROJECT, by=STORY).nothing_new()


def test_a_round_is_closed_and_what_it_did_not_use_goes_back_to_the_fund() -> None:
    after = (
        given(a_closed_project())
        .when(CLOSE_ROUND, by=lin)
        .then_once(RoundClosed(), AllocationReturned(round=ROUND, amount=yuan(30_000)))
    )
    assert after.round().stage == "closed"
    fund = after.world.get(Fund, FUND)
    assert fund.unallocated == yuan(70_000).minor
    assert fund.received - sum(fund.disbursed.values()) == fund.unallocated


def test_a_round_whose_budget_is_used_up_gives_nothing_back() -> None:
    given(a_planned_round(budget=yuan(30_000)), a_closed_project()).when(CLOSE_ROUND, by=lin).then_once(RoundClosed())


def test_an_award_that_could_not_be_granted_yet_keeps_a_round_open() -> None:
    """In a closed round it could never be granted, and nobody would hear of it again."""
    entrants = {PROJECT: chen, OTHER: he, THIRD: chen}
    granted = steps(*(put(GrantAward(project=id_), by=STORY) for id_ in (PROJECT, OTHER)))
    declined = {id_: put(DeclineAward(project=id_, reason="No."), by=by) for id_, by in entrants.items()}
    before = (to_be_granted(), granted, put(CompleteAwards(round=ROUND), by=STORY))
    waiting = given(*before, declined[PROJECT], declined[OTHER])
    waiting.when(CLOSE_ROUND, by=lin).refused(DutiesOpen, duties=THIRD)
    given(*before, *declined.values()).when(CLOSE_ROUND, by=lin).then_once(RoundClosed, AllocationReturned)


def test_promised_money_keeps_a_round_open() -> None:
    given(a_concluded_agreement()).when(CLOSE_ROUND, by=lin).refused(MoneyOutstanding, outstanding="CNY 30,000.00")
    given(an_evaluated_project()).when(CLOSE_ROUND, by=lin).refused(MoneyOutstanding, outstanding="CNY 30,000.00")


def test_a_round_is_not_closed_before_its_awards() -> None:
    given(an_open_round()).when(CLOSE_ROUND, by=lin).refused(StageNotOpen, stage="running", now="call")
    given(a_passed_notice()).when(CLOSE_ROUND, by=lin).refused(StageNotOpen, now="award")
    given().when(CLOSE_ROUND, by=also(stranger, "officer")).refused(NotFound, kind="round", id=ROUND)


def test_a_closed_round_can_be_read_for_ever() -> None:
    assert given(a_closed_round()).world.get(Round, ROUND).places[PROJECT].rank == 1


def test_a_project_that_does_not_deliver_is_terminated_and_what_it_was_not_paid_is_free_again() -> None:
    wish = TerminateProject(project=PROJECT, reason="The organisation has dissolved.")
    after = (
        given(a_paid_tranche())
        .when(wish, by=lin)
        .then_once(
            ProjectTerminated(cause="other", reason="The organisation has dissolved.", spent=None, to_return=None),
            FundsReleased(round=ROUND, project=PROJECT, amount=yuan(15_000)),
        )
    )
    assert (after.project().stage, after.project().outcome) == ("ended", "terminated")
    fund = after.world.get(Fund, FUND)
    assert (fund.disbursed[ROUND], fund.outstanding_in(ROUND)) == (yuan(15_000).minor, 0)


def test_only_a_project_under_way_is_terminated() -> None:
    wish = TerminateProject(project=PROJECT, reason="No answer.")
    given(a_granted_award()).when(wish, by=lin).refused(StageNotOpen, stage="delivery", now="agreement")
    given(a_closed_project()).when(wish, by=lin).refused(StageNotOpen, stage="delivery", now="closed")
    given(an_open_round()).when(wish, by=lin).refused(RoleMissing)
