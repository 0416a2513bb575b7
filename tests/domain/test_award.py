"""Award 授予: declining it, an honour without money, and what a story could not grant."""

from datetime import date

from domain.agreement import AwardGranted, CompleteAwards, GrantAward
from domain.award import (
    AwardDeclined,
    AwardHeldUp,
    AwardsResumed,
    DeclineAward,
    HonourConferred,
    RecordHoldUp,
    ResumeAwards,
)
from domain.errors import FundExhausted, RoleMissing, StageNotOpen
from domain.fund import Fund
from domain.kernel import STORY, Event
from domain.movement import FundsCommitted, FundsReleased
from domain.organisation import GradeRecorded, Organisation
from domain.register import RecordGrade
from domain.result import CompletePlaces, ProjectSelected, RecordSelection
from domain.selection import PublishRanking
from tests.controls import FUND, ORGANISATION, PROJECT, ROUND, chen, he, lin, rules_with, yuan
from tests.domain.selecting import decline
from tests.situations import (
    a_concluded_agreement,
    a_granted_award,
    a_passed_notice,
    a_presented_project,
    a_programme,
    a_ranked_round,
    collected_scores,
)
from tests.world import given, put

HONOUR = {"prizes": [{"id": "merit", "words": {"zh": "优秀奖", "en": "Merit"}, "places": 1}]}
GRANT, RESUME = GrantAward(project=PROJECT), ResumeAwards(round=ROUND)
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
    assert held.project().held_up == ("notice", "GrantAward", "FundExhausted")


def test_an_officer_resumes_the_awards_when_the_cause_is_removed() -> None:
    released = FundsReleased(round=ROUND, project="other", amount=yuan(60_000))
    running = given(
        a_passed_notice(),
        lambda world: world.with_events(spent()),
        put(HELD_UP, by=STORY),
        put(CompleteAwards(round=ROUND), by=STORY),
        lambda world: world.with_events((f"fund:{FUND}", released)),
    )
    running.when(RESUME, by=chen).refused(RoleMissing, person="chen")
    resumed = running.when(RESUME, by=lin).then_once(AwardsResumed())
    again = given(lambda _: resumed.world, put(CompletePlaces(round=ROUND), by=STORY))
    assert again.round().stage == "award"
    again.when(GRANT, by=STORY).then_once(AwardGranted, FundsCommitted)


def test_only_a_running_round_is_resumed() -> None:
    given(a_passed_notice()).when(RESUME, by=lin).nothing_new()
    given(a_ranked_round()).when(RESUME, by=lin).refused(StageNotOpen, stage="running", now="notice")


def test_what_is_over_or_unknown_is_not_held_up() -> None:
    given(a_ranked_round(), put(decline(), by=chen)).when(HELD_UP, by=STORY).nothing_new()
    given(a_ranked_round()).when(
        RecordHoldUp(project="never", command="GrantAward", refusal="x"), by=STORY
    ).nothing_new()
    given(a_ranked_round()).when(ResumeAwards(round="never"), by=lin).refused(RoleMissing)
