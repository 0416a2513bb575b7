"""Reserve list 候补: who found no place waits in order, and moves up within what becomes free; others are not held up."""

from typing import Any

import pytest

from domain.agreement import AwardGranted, AwardLapsed, AwardsCompleted, CompleteAwards, GrantAward, LapseAward
from domain.application import ApplicationWithdrawn, WithdrawApplication
from domain.award import AwardDeclined
from domain.closing import CloseRound
from domain.errors import NotDue, NotFound, ReserveOpen, RoleMissing, StageNotOpen
from domain.fund import Fund
from domain.kernel import STORY
from domain.movement import FundsCommitted, FundsReleased
from domain.notice import ConcludeNotice, NoticeConcluded, NoticedAward, NoticeOpened, OpenNotice
from domain.objection import ObjectionRaised
from domain.organisation import ApplicationLeft
from domain.reserve import (
    CloseReserve,
    EntryWithdrawn,
    PlaceVacated,
    ReserveClosed,
    ReservePromoted,
    Vacated,
    promotions,
)
from domain.result import (
    CompletePlaces,
    PlacesCompleted,
    ProjectNotSelected,
    ProjectReserved,
    ProjectSelected,
    RecordSelection,
)
from domain.round_extension import RoundDeadlineExtended
from domain.selection import PublishRanking, RankingPublished
from tests.controls import FUND, ROUND, answer, chen, extend_round, fang, he, lin, objection, on, rules_with, yuan
from tests.domain.selecting import FIRST, ONE_AWARD, SECOND, THIRD, decline, three_presented
from tests.domain.test_award_rules import CONTEST, entry
from tests.domain.test_selection import scores_of
from tests.situations import (
    a_closed_assessment,
    a_granted_award,
    a_passed_notice,
    a_programme,
    a_ranked_round,
    an_open_notice,
    collected_scores,
)
from tests.world import Given, given, put

CLOSE, COMPLETE = CloseReserve(round=ROUND), CompleteAwards(round=ROUND)
AGAIN = {"again_after_change": True}
MOVED_UP = ReservePromoted(project=SECOND, reserve=1, award=yuan(30_000))


def withdraw(project: str = FIRST) -> WithdrawApplication:
    return WithdrawApplication(project=project, reason="Our room burned down.")


def granted(**rules: Any) -> Given:
    """The best is granted its award, the others wait on the reserve; the round is running."""
    return given(three_presented(rules_with(selection=ONE_AWARD, **rules)), a_granted_award())


# ── who waits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_on_the_reserve_hears_it_once_and_waits() -> None:
    ranked = given(three_presented(rules_with(selection=ONE_AWARD)), a_ranked_round())
    assert (ranked.project(SECOND).stage, ranked.project(SECOND).reserve) == ("selection", 1)
    assert (ranked.project(THIRD).stage, ranked.project(THIRD).reserve) == ("selection", 2)
    ranked.when(RecordSelection(project=THIRD), by=STORY).nothing_new()
    published = given(
        three_presented(rules_with(selection=ONE_AWARD)), collected_scores(), put(PublishRanking(round=ROUND), by=lin)
    )
    published.when(RecordSelection(project=THIRD), by=STORY).then_once(ProjectReserved(rank=3, total=7_400, reserve=2))


def test_without_a_reserve_nothing_is_recorded_in_the_round_when_an_award_falls_away() -> None:
    plain = given(three_presented(), a_granted_award())
    plain.when(decline(), by=chen).then_once(AwardDeclined, FundsReleased)
    plain.when(CLOSE, by=lin).nothing_new()


# ── a withdrawal before the ranking ──────────────────────────────────────────────────────────────────────────────────


def test_who_withdraws_after_the_scores_were_taken_down_takes_up_no_budget() -> None:
    scored = given(three_presented(rules_with(selection={"awards_at_most": 1})), collected_scores())
    gone = scored.when(withdraw(), by=chen).then_once(
        ApplicationWithdrawn, ApplicationLeft, EntryWithdrawn(project=FIRST)
    )
    ranked = gone.when(PublishRanking(round=ROUND), by=lin).then_once(RankingPublished)
    assert [(p.project, p.rank, p.award) for p in ranked.round().places.values()] == [
        (SECOND, 1, yuan(30_000)),
        (THIRD, 2, None),
    ]


def test_who_withdraws_before_their_scores_are_taken_down_was_never_in_the_ranking() -> None:
    given(three_presented(), a_closed_assessment()).when(withdraw(), by=chen).then(
        ApplicationWithdrawn, ApplicationLeft
    )


# ── moving up ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reason", ["declined", "withdrawn", "not_signed"])
def test_for_an_award_declined_withdrawn_or_not_signed_the_next_moves_up_at_once(reason: Vacated) -> None:
    command, by, first = {
        "declined": (decline(), chen, (AwardDeclined,)),
        "withdrawn": (withdraw(), chen, (ApplicationWithdrawn, ApplicationLeft)),
        "not_signed": (LapseAward(project=FIRST), STORY, (AwardLapsed,)),
    }[reason]
    vacated = PlaceVacated(project=FIRST, reason=reason)
    after = granted().when(command, by=by, at=on("05-11")).then_once(*first, vacated, MOVED_UP, FundsReleased)
    assert after.project(FIRST).over
    assert after.round().stage == "published"
    told = after.when(RecordSelection(project=SECOND), by=STORY).then_once(
        ProjectSelected(rank=2, total=8_000, award=yuan(30_000))
    )
    award = told.when(CompletePlaces(round=ROUND), by=STORY).then(PlacesCompleted)
    paid = award.when(GrantAward(project=SECOND), by=STORY).then_once(AwardGranted, FundsCommitted)
    assert paid.world.get(Fund, FUND).promised == {SECOND: 3_000_000}


def test_who_moves_up_is_shown_in_a_notice_of_its_own_where_the_rules_say_so() -> None:
    after = (
        granted(notice=AGAIN)
        .when(decline(), by=chen, at=on("04-27"))
        .then(AwardDeclined, PlaceVacated, MOVED_UP, FundsReleased)
    )
    assert after.round().stage == "notice"
    shown = after.when(OpenNotice(round=ROUND), by=STORY).then_once(
        NoticeOpened(
            ends_at=on("05-08", "00:00"), awards=(NoticedAward(project=SECOND, award=yuan(30_000), prize=None),)
        )
    )
    shown.when(objection(), by=fang).refused(NotFound, kind="published award", id=FIRST)  # was shown before
    shown.when(objection(project=SECOND), by=fang).then(ObjectionRaised)
    over = shown.when(ConcludeNotice(round=ROUND), by=STORY, at=on("05-08", "00:00")).then_once(NoticeConcluded)
    assert over.round().stage == "award"


def test_an_objection_upheld_does_not_hold_up_the_others_and_the_reserve_moves_up_after_the_awards() -> None:
    upheld = given(
        three_presented(rules_with(selection=ONE_AWARD, notice=AGAIN)),
        an_open_notice(),
        put(objection(), by=fang),
        put(answer(upheld=True), by=lin),
        a_passed_notice(),
        put(GrantAward(project=FIRST), by=STORY),
    )
    assert upheld.round().vacated == {FIRST: "objection_upheld"}
    after = upheld.when(COMPLETE, by=STORY).then_once(AwardsCompleted, MOVED_UP)
    assert after.round().stage == "notice"
    assert after.round().notice_ends_at is None


def test_what_falls_away_during_the_notice_is_given_out_again_when_the_awards_are_granted() -> None:
    gone = given(three_presented(rules_with(selection=ONE_AWARD)), an_open_notice(), put(decline(), by=chen))
    assert gone.round().stage == "notice"
    award = gone.when(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25")).then(NoticeConcluded)
    after = award.when(COMPLETE, by=STORY).then(AwardsCompleted, MOVED_UP)
    assert after.round().stage == "published"


def test_who_left_the_reserve_is_passed_over() -> None:
    left = granted().when(withdraw(SECOND), by=he).then(ApplicationWithdrawn, ApplicationLeft, PlaceVacated)
    left.when(decline(), by=chen).then(
        AwardDeclined, PlaceVacated, ReservePromoted(project=THIRD, reserve=2, award=yuan(30_000)), FundsReleased
    )


def test_only_who_fits_into_what_is_free_moves_up() -> None:
    """60,000 yuan: 40,000 and 15,000 are awarded, 5,000 is left; 15,000 fall away, and 25,000 do not fit."""
    rules = rules_with(selection={"reserve_at_most": 3})
    entries = (
        entry("a", 9_000, 40_000),
        entry("b", 8_000, 15_000),
        entry("c", 7_000, 25_000),
        entry("d", 6_500, 12_000),
        entry("e", 6_400, 8_000),
    )
    ranked = given(a_programme(rules), scores_of(*entries), put(PublishRanking(round=ROUND), by=lin))
    assert [p.reserve for p in ranked.round().places.values()] == [None, None, 1, 2, 3]
    freed = PlaceVacated(project="b", reason="declined").apply(ranked.round())
    assert [(e.project, e.award) for e in promotions(freed)] == [("d", yuan(12_000)), ("e", yuan(8_000))]


def test_a_prize_given_back_goes_to_the_next_on_the_reserve() -> None:
    rules = rules_with(selection=CONTEST | {"reserve_at_most": 1})
    entries = [entry(f"p{n}", 9_000 - n) for n in range(5)]
    ranked = given(a_programme(rules), scores_of(*entries), put(PublishRanking(round=ROUND), by=lin)).round()
    freed = PlaceVacated(project="p1", reason="declined").apply(ranked)
    (moved,) = promotions(freed)
    assert moved == ReservePromoted(project="p4", reserve=1, award=yuan(15_000), prize="silver")
    assert list(promotions(moved.apply(freed))) == []


# ── closing it ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_reserve_ends_for_those_who_still_wait() -> None:
    closed = granted().when(CLOSE, by=lin).then_once(ReserveClosed(waiting=2))
    assert closed.round().stage == "published"
    closed.when(RecordSelection(project=SECOND), by=STORY).then_once(
        ProjectNotSelected(stage="selection", rank=2, total=8_000, reason="reserve_closed")
    )
    closed.when(decline(), by=chen).then(AwardDeclined, PlaceVacated, FundsReleased)


def test_the_reserve_is_closed_when_its_days_are_over() -> None:
    dated = granted()
    dated.when(CLOSE, by=STORY).refused(NotDue, deadline="reserve")
    month = given(three_presented(rules_with(selection=ONE_AWARD | {"reserve_days": 30})), a_granted_award())
    month.when(CLOSE, by=STORY, at=on("05-17")).refused(NotDue, deadline="reserve", due=on("05-18", "00:00"))
    month.when(CLOSE, by=STORY, at=on("05-18", "00:00")).then_once(ReserveClosed(waiting=2))
    month.when(CLOSE, by=chen).refused(RoleMissing, person="chen")


def test_the_reserve_is_closed_only_while_nobody_is_on_the_way_up() -> None:
    given(three_presented(rules_with(selection=ONE_AWARD)), an_open_notice()).when(CLOSE, by=lin).refused(
        StageNotOpen, stage="running", now="notice"
    )
    given().when(CLOSE, by=lin).refused(RoleMissing)


def test_a_round_is_not_closed_while_somebody_waits_on_its_reserve() -> None:
    granted().when(CloseRound(round=ROUND), by=lin).refused(ReserveOpen, waiting=2)


def test_a_reserve_is_kept_longer_until_it_is_closed() -> None:
    month = {"awards_at_most": 1, "reserve_at_most": 2, "reserve_days": 30}
    kept = given(three_presented(rules_with(selection=month)), a_granted_award())
    longer = kept.when(extend_round("reserve", "06-30"), by=lin).then_once(RoundDeadlineExtended)
    assert longer.round().reserve_until == on("07-01", "00:00")
    closed = longer.when(CloseReserve(round=ROUND), by=lin).then(ReserveClosed)
    closed.when(extend_round("reserve", "07-30"), by=lin).refused(StageNotOpen, now="no deadline yet")
    given(a_granted_award()).when(extend_round("reserve", "07-30"), by=lin).refused(StageNotOpen, now="no deadline yet")
