"""Claim 认领: sponsors take on projects on stage (C8, 15+N); where the budget does not reach, their money does."""

from typing import Any

from domain.claim import ClaimProject, ClaimWithdrawn, ProjectClaimed, WithdrawClaim
from domain.errors import (
    AboveLimit,
    AlreadyExists,
    ConflictOfInterest,
    CurrencyMismatch,
    NotFound,
    PurposeMismatch,
    StageNotOpen,
)
from domain.kernel import STORY, Actor, Money
from domain.notice import ConcludeNotice, OpenNotice
from domain.result import ProjectSelected, RecordSelection
from domain.rules import Rules
from domain.selection import PublishRanking
from tests.controls import FUND, PROJECT, ROUND, also, contest, he, jin, lin, on, rules_with, yuan
from tests.situations import (
    a_fund,
    a_presented_project,
    a_programme,
    a_ranked_round,
    a_reviewed_project,
    an_invited_project,
    collected_scores,
)
from tests.world import Given, Situation, given, put, steps

OTHER, THIRD = "other", "third"
SPONSOR = "Fenghua Spring Water Company"
rival = Actor(id="rival", grants=frozenset({("funder", ROUND)}))
PURPOSES = ("community-service", "sponsored")


def with_claims(**selection: Any) -> Rules:
    return rules_with(selection={"claims": {"purpose": "sponsored"}} | selection)


def claim(project: str = THIRD, amount: Money | None = None, **changes: Any) -> ClaimProject:
    content = {"round": ROUND, "project": project, "sponsor": SPONSOR, "amount": amount or yuan(20_000)}
    return ClaimProject.model_validate(content | {"pledge": "Water and money for the garden."} | changes)


def three_presented(rules: Rules | None = None) -> Situation:
    """The budget of 60,000 yuan reaches two of the three, of 30,000 each."""
    before = steps(a_programme(rules or with_claims()), a_fund(purposes=PURPOSES))
    presented = steps(
        a_presented_project(PROJECT, percent=90),
        a_presented_project(OTHER, percent=80, by=he),
        a_presented_project(THIRD, percent=70),
    )
    return Situation("three presented", presented, before)


def claimed(*claims: ClaimProject) -> Given:
    puts = (put(each, by=jin) for each in claims or (claim(),))
    ranking = put(PublishRanking(round=ROUND), by=lin)
    return given(three_presented(), *puts, collected_scores(), ranking)


# ── claiming ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sponsor_claims_a_project_on_stage_and_may_change_the_claim() -> None:
    first = given(three_presented()).when(claim(), by=jin).then_once(ProjectClaimed)
    after = first.when(claim(amount=yuan(25_000)), by=jin).then_once(ProjectClaimed)
    assert after.round().claims[THIRD].amount == yuan(25_000)


def test_a_project_is_claimed_from_its_session_on_until_the_ranking_is_published() -> None:
    rules = a_programme(with_claims()), a_fund(purposes=PURPOSES)
    given(*rules, a_reviewed_project()).when(claim(PROJECT), by=jin).refused(StageNotOpen, now="not on stage")
    invited = given(*rules, an_invited_project())
    invited.when(claim(PROJECT), by=jin).refused(StageNotOpen, stage="roadshow", now="not on stage")
    invited.when(claim(PROJECT), by=jin, at=on("04-15", "14:00")).then(ProjectClaimed)
    given(three_presented(), collected_scores()).when(claim(), by=jin).then(ProjectClaimed)
    claimed().when(claim(OTHER), by=jin).refused(StageNotOpen, now="notice")
    claimed().when(claim(), by=jin).nothing_new()


def test_one_sponsor_claims_a_project_of_the_round_for_no_more_than_it_asks() -> None:
    one = given(three_presented(), put(claim(), by=jin))
    one.when(claim(), by=rival).refused(AlreadyExists, kind="claim", id=THIRD)
    one.when(claim("elsewhere"), by=jin).refused(NotFound, kind="project", id="elsewhere")
    one.when(claim(amount=yuan(30_001)), by=jin).refused(AboveLimit, field="amount", limit="CNY 30,000.00")
    euros = claim(amount=Money(currency="EUR", minor=1))
    one.when(euros, by=jin).refused(CurrencyMismatch, field="amount", currency="EUR", expected="CNY")
    one.when(claim(OTHER), by=also(jin, "applicant", "xingguang")).refused(ConflictOfInterest)


def test_only_where_the_rules_have_claims_and_the_fund_has_their_purpose() -> None:
    given(a_presented_project()).when(claim(PROJECT), by=jin).refused(
        StageNotOpen, stage="claims in the rules", now="none in the rules"
    )
    given(a_programme(with_claims()), a_presented_project()).when(claim(PROJECT), by=jin).refused(
        PurposeMismatch, purpose="sponsored", fund=FUND
    )


def test_a_sponsor_withdraws_their_own_claim_until_the_ranking_is_published() -> None:
    withdraw = WithdrawClaim(round=ROUND, project=THIRD, reason="A bad year.")
    one = given(three_presented(), put(claim(), by=jin))
    after = one.when(withdraw, by=jin).then_once(ClaimWithdrawn(project=THIRD, reason="A bad year."))
    assert after.round().claims == {}
    one.when(withdraw, by=rival).refused(NotFound, kind="claim", id=THIRD)
    claimed().when(withdraw, by=jin).refused(StageNotOpen, now="notice")


# ── ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def places(world: Given) -> dict[str, tuple[int | None, str | None]]:
    return {
        place.project: (place.award.minor // 100 if place.award else None, place.sponsor)
        for place in world.round().places.values()
    }


def test_a_claimed_project_that_the_budget_does_not_reach_goes_on_with_its_sponsors_money() -> None:
    assert places(claimed()) == {PROJECT: (30_000, None), OTHER: (30_000, None), THIRD: (20_000, SPONSOR)}


def test_a_claim_on_a_project_that_the_budget_reaches_changes_nothing() -> None:
    assert places(claimed(claim(PROJECT))) == {PROJECT: (30_000, None), OTHER: (30_000, None), THIRD: (None, None)}


def test_a_claim_takes_no_place_of_the_budgets_awards() -> None:
    one = three_presented(with_claims(awards_at_most=1, reserve_at_most=2))
    ranked = given(one, put(claim(OTHER), by=jin), collected_scores(), put(PublishRanking(round=ROUND), by=lin))
    assert places(ranked) == {PROJECT: (30_000, None), OTHER: (20_000, SPONSOR), THIRD: (None, None)}
    assert ranked.round().places[THIRD].reserve == 1


def test_below_the_least_score_a_claim_does_not_help() -> None:
    low = three_presented(with_claims(least_score=80))
    ranked = given(low, put(claim(), by=jin), collected_scores(), put(PublishRanking(round=ROUND), by=lin))
    assert places(ranked)[THIRD] == (None, None)
    assert ranked.round().places[THIRD].reason == "below_least_score"


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_be_granted() -> Situation:
    steps_ = steps(
        put(claim(), by=jin),
        a_ranked_round(),
        put(OpenNotice(round=ROUND), by=STORY),
        put(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25")),
    )
    return Situation("to be granted", steps_, three_presented())


def test_the_project_hears_who_its_sponsor_is() -> None:
    after = claimed().when(RecordSelection(project=THIRD), by=STORY).then_once(ProjectSelected)
    assert (after.project(THIRD).sponsor, after.project(THIRD).award) == (SPONSOR, yuan(20_000))


def test_waiting_for_a_shortlist_is_not_being_on_stage() -> None:
    """In a contest the preliminary review comes first: nobody has heard the project yet."""
    from tests.domain.test_stages import BEST, two_reviewed_entries

    content = contest().model_dump()
    content["stages"][-1]["claims"] = {"purpose": "sponsored"}
    waiting = given(a_programme(Rules.model_validate(content)), a_fund(purposes=PURPOSES), two_reviewed_entries())
    assert waiting.project(BEST).stage == "selection"
    waiting.when(claim(BEST, yuan(5_000)), by=jin).refused(StageNotOpen, stage="roadshow", now="not on stage")
