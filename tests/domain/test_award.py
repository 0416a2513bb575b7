"""Award 授予: declining it, an honour without money, and what a story could not grant."""

from collections.abc import Callable
from datetime import date

from domain.agreement import AwardGranted, CompleteAwards, GrantAward
from domain.award import (
    AwardDeclined,
    AwardHeldUp,
    AwardRevoked,
    AwardsResumed,
    DeclineAward,
    HonourConferred,
    RecordHoldUp,
    ResumeAwards,
    RevokeAward,
)
from domain.closing import CloseRound, RoundClosed
from domain.errors import DutiesOpen, FundExhausted, RoleMissing, StageNotOpen
from domain.fund import Fund
from domain.kernel import STORY, Event
from domain.movement import AllocationReturned, FundsCommitted, FundsReleased
from domain.organisation import GradeRecorded, Organisation
from domain.register import RecordGrade
from domain.reserve import PlaceVacated, ReservePromoted
from domain.result import CompletePlaces, ProjectSelected, RecordSelection
from domain.selection import PublishRanking
from tests.controls import FUND, ORGANISATION, PROJECT, ROUND, chen, he, lin, rules_with, yuan
from tests.domain.selecting import ONE_AWARD, SECOND, decline, three_presented
from tests.situations import (
    a_concluded_agreement,
    a_granted_award,
    a_passed_notice,
    a_presented_project,
    a_programme,
    a_ranked_round,
    collected_scores,
)
from tests.world import World, given, put, steps

HONOUR = {"prizes": [{"id": "merit", "words": {"zh": "优秀奖", "en": "Merit"}, "places": 1}]}
GRANT, RESUME = GrantAward(project=PROJECT), ResumeAwards(round=ROUND)
REVOKE = RevokeAward(project=PROJECT, reason="The money will not come.")
CLOSE = CloseRound(round=ROUND)
GIVEN_BACK = FundsReleased(round=ROUND, project="other", amount=yuan(60_000))
HELD_UP = RecordHoldUp(project=PROJECT, command="GrantAward", refusal="FundExhausted")


def test_an_organisation_declines_its_award_until_the_agreement_is_concluded() -> None:
    told = AwardDeclined(declined_by="chen", reason="Our teacher has moved away.")
    before = given(a_ranked_round()).when(decline(), by=chen).then_once(told)
    assert (before.project().stage, before.project().outcome) == ("ended", "declined")
    given(a_granted_award()).when(decline(), by=chen).then_once(told, FundsReleased)
    given(a_concluded_agreement()).when(decline(), by=chen).refused(StageNotOpen, stage="notice", now="delivery")
    given(a_granted_award()).when(decline(), by=he).refused(RoleMissing, person="he")
    given(a_granted_award()).when(DeclineAward(project="never", reason="x"), by=chen).refused(RoleMissing)


def test_an_honour_without_money_ends_with_being_conferred() -> None:
    noticed = given(a_programme(rules_with(selection=HONOUR)), a_presented_project(), a_passed_notice())
    assert noticed.project().prize == "merit"
    after = noticed.when(GRANT, by=STORY).then_once(HonourConferred(prize="merit"))
    assert (after.project().stage, after.project().outcome) == ("ended", "honoured")
    assert after.world.get(Fund, FUND).promised == {}


def test_an_honour_is_told_like_an_award() -> None:
    published = given(
        a_programme(rules_with(selection=HONOUR)), collected_scores(), put(PublishRanking(round=ROUND), by=lin)
    )
    published.when(RecordSelection(project=PROJECT), by=STORY).then_once(
        ProjectSelected(rank=1, total=8_600, award=None, prize="merit")
    )


GRADED = {
    "by_grade": [{"grade": "4a", "least_score": 86, "amount": "CNY 20000.00"}, {"grade": "3a", "least_score": 60}],
    "grade_valid_years": 5,
}


def test_a_grade_that_is_the_result_goes_on_the_register_when_it_is_awarded() -> None:
    noticed = given(a_programme(rules_with(selection=GRADED)), a_presented_project(), a_passed_notice())
    recorded = GradeRecorded(grade="4A", valid_until=date(2031, 4, 24))
    after = noticed.when(GRANT, by=STORY).then_once(recorded, AwardGranted, FundsCommitted)
    assert after.world.get(Organisation, ORGANISATION).grade == "4A"


def test_a_grade_without_money_goes_on_the_register_too() -> None:
    lower = GRADED | {"by_grade": [{"grade": "3a", "least_score": 60}]}
    noticed = given(a_programme(rules_with(selection=lower)), a_presented_project(), a_passed_notice())
    noticed.when(GRANT, by=STORY).then_once(GradeRecorded, HonourConferred(prize="3a"))


def test_a_grade_the_register_has_already_is_not_entered_again() -> None:
    known = RecordGrade(organisation=ORGANISATION, grade="4A", valid_until=date(2031, 4, 24))
    noticed = given(
        a_programme(rules_with(selection=GRADED)), a_presented_project(), a_passed_notice(), put(known, by=lin)
    )
    noticed.when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def spent() -> tuple[str, Event]:
    """The fund's money for the round was promised elsewhere."""
    return f"fund:{FUND}", FundsCommitted(round=ROUND, project="other", amount=yuan(60_000))


def test_what_a_story_cannot_grant_is_on_record_until_it_is_granted() -> None:
    short = given(a_passed_notice(), lambda world: world.with_events(spent()))
    short.when(GRANT, by=STORY).refused(FundExhausted, fund=FUND)
    held = short.when(HELD_UP, by=STORY).then_once(AwardHeldUp(command="GrantAward", refusal="FundExhausted"))
    assert held.project().held_up == ("notice", "GrantAward", "FundExhausted", "")
    other = HELD_UP.model_copy(update={"refusal": "DoubleFunding", "because_of": "second"})
    told = AwardHeldUp(command="GrantAward", refusal="DoubleFunding", because_of="second")
    another = held.when(other, by=STORY).then_once(told)
    assert another.project().held_up == ("notice", "GrantAward", "DoubleFunding", "second")


def test_an_officer_resumes_the_awards_when_the_cause_is_removed() -> None:
    running = given(held_up(), lambda world: world.with_events((f"fund:{FUND}", GIVEN_BACK)))
    running.when(RESUME, by=chen).refused(RoleMissing, person="chen")
    resumed = running.when(RESUME, by=lin).then_once(AwardsResumed())
    again = given(lambda _: resumed.world, put(CompletePlaces(round=ROUND), by=STORY))
    assert again.round().stage == "award"
    again.when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def held_up() -> Callable[[World], World]:
    """The awards are over, and the example's could not be granted."""
    return steps(
        a_passed_notice(),
        lambda world: world.with_events(spent()),
        put(HELD_UP, by=STORY),
        put(CompleteAwards(round=ROUND), by=STORY),
    )


def test_an_officer_revokes_an_award_that_was_held_up_and_the_round_can_be_closed() -> None:
    told = AwardRevoked(revoked_by="lin", reason="The money will not come.")
    held = given(held_up(), lambda world: world.with_events((f"fund:{FUND}", GIVEN_BACK)))
    held.when(CLOSE, by=lin).refused(DutiesOpen, duties=PROJECT)
    after = held.when(REVOKE, by=lin).then_once(told)
    assert (after.project().stage, after.project().outcome) == ("ended", "revoked")
    after.when(CLOSE, by=lin).then(RoundClosed, AllocationReturned)
    held.when(REVOKE, by=chen).refused(RoleMissing, person="chen")


def test_only_an_award_that_is_held_up_is_revoked() -> None:
    given(a_passed_notice()).when(REVOKE, by=lin).refused(StageNotOpen, now="award not held up")
    given(a_granted_award()).when(REVOKE, by=lin).refused(StageNotOpen, stage="notice", now="agreement")
    given(a_ranked_round(), put(decline(), by=chen)).when(REVOKE, by=lin).refused(StageNotOpen, now="ended")


def test_nothing_is_revoked_while_the_awards_are_being_granted() -> None:
    held = given(a_passed_notice(), put(HELD_UP, by=STORY))
    held.when(REVOKE, by=lin).refused(StageNotOpen, stage="award held up", now="awards being granted")
    resumed = given(held_up(), put(RESUME, by=lin))
    resumed.when(REVOKE, by=lin).refused(StageNotOpen, now="awards being granted")


def test_for_an_award_that_was_revoked_the_next_on_the_reserve_moves_up() -> None:
    one = given(three_presented(rules_with(selection=ONE_AWARD)), held_up())
    freed = PlaceVacated(project=PROJECT, reason="revoked")
    after = one.when(REVOKE, by=lin).then_once(AwardRevoked, freed, ReservePromoted)
    assert (after.round().places[SECOND].award, after.round().stage) == (yuan(30_000), "published")


def test_what_was_revoked_is_not_granted_any_more() -> None:
    after = given(held_up(), put(REVOKE, by=lin), put(RESUME, by=lin), put(CompletePlaces(round=ROUND), by=STORY))
    after.when(GRANT, by=STORY).nothing_new()


def test_only_a_running_round_is_resumed() -> None:
    given(a_passed_notice()).when(RESUME, by=lin).nothing_new()
    given(a_ranked_round()).when(RESUME, by=lin).refused(StageNotOpen, stage="running", now="notice")


def test_what_is_over_or_unknown_is_not_held_up() -> None:
    given(a_ranked_round(), put(decline(), by=chen)).when(HELD_UP, by=STORY).nothing_new()
    given(a_ranked_round()).when(
        RecordHoldUp(project="never", command="GrantAward", refusal="x"), by=STORY
    ).nothing_new()
    given(a_ranked_round()).when(ResumeAwards(round="never"), by=lin).refused(RoleMissing)
