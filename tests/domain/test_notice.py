"""Public notice 公示: five working days for anybody to object; over when the days are and every objection is answered."""

from domain.errors import (
    AlreadyExists,
    ConflictOfInterest,
    NotDue,
    NotFound,
    ObjectionsOpen,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.kernel import STORY
from domain.notice import ConcludeNotice, NoticeConcluded, NoticedAward, NoticeOpened, OpenNotice
from domain.objection import AnswerObjection, ObjectionDismissed, ObjectionRaised, ObjectionUpheld
from tests.controls import PROJECT, ROUND, also, answer, fang, he, jin, li, lin, ma, objection, on, stranger, sun, yuan
from tests.situations import a_presented_project, a_ranked_round, an_objection, an_open_notice, collected_scores
from tests.world import given, put

END = on("04-25", "00:00")
CONCLUDE = ConcludeNotice(round=ROUND)


def test_a_notice_is_open_for_five_working_days() -> None:
    given(a_ranked_round()).when(OpenNotice(round=ROUND), by=STORY).then_once(
        NoticeOpened(ends_at=END, awards=(NoticedAward(project=PROJECT, award=yuan(30_000)),))
    )
    given(collected_scores()).when(OpenNotice(round=ROUND), by=STORY).nothing_new()


def test_anybody_known_objects_to_an_award_with_a_ground() -> None:
    for who in (fang, he, li, sun, ma, jin):
        given(an_open_notice()).when(objection(), by=who, at=on("04-24", "23:59")).then_once(
            ObjectionRaised(
                objection="objection-1", project=PROJECT, raised_by=who.id, ground="The same work is already paid for."
            )
        )


def test_nobody_unknown_objects_and_officers_answer_instead() -> None:
    given(an_open_notice()).when(objection(), by=stranger).refused(RoleMissing, person="stranger")
    given(an_open_notice()).when(objection(), by=lin).refused(RoleMissing, person="lin")


def test_an_objection_comes_in_time_and_against_a_published_award() -> None:
    given(a_ranked_round()).when(objection(), by=fang).refused(StageNotOpen, stage="notice")
    given(an_open_notice()).when(objection(), by=fang, at=END).refused(StageNotOpen, stage="notice")
    given(collected_scores()).when(objection(), by=fang).refused(StageNotOpen, now="selection")
    given(an_open_notice()).when(objection(project="other"), by=fang).refused(
        NotFound, kind="published award", id="other"
    )
    poor = a_presented_project("poor", percent=0)
    given(a_presented_project(), poor, an_open_notice()).when(objection(project="poor"), by=fang).refused(NotFound)


def test_an_id_belongs_to_one_objection() -> None:
    given(an_objection()).when(objection(), by=li).refused(AlreadyExists, kind="objection", id="objection-1")


def test_an_objection_is_dismissed_with_a_reason_and_the_award_stands() -> None:
    after = (
        given(an_objection())
        .when(answer(upheld=False), by=lin)
        .then_once(ObjectionDismissed(objection="objection-1", project=PROJECT, reason="Looked into."))
    )
    assert not after.round().upheld_against(PROJECT)


def test_an_objection_upheld_takes_the_award_away() -> None:
    after = (
        given(an_objection())
        .when(answer(upheld=True), by=lin)
        .then_once(ObjectionUpheld(objection="objection-1", project=PROJECT, reason="Looked into."))
    )
    assert after.round().upheld_against(PROJECT)


def test_an_answer_is_final() -> None:
    answered = given(an_objection(), put(answer(upheld=True), by=lin))
    answered.when(answer(upheld=False), by=lin).refused(StageNotOpen, stage="open objection", now="answered")


def test_who_objected_does_not_answer() -> None:
    both = also(fang, "officer")
    given(an_objection()).when(answer(upheld=False), by=both).refused(
        SamePerson, person="fang", step="AnswerObjection", earlier="RaiseObjection"
    )


def test_an_objection_to_their_own_organisations_award_is_not_answered_by_an_officer() -> None:
    ours = also(lin, "applicant", "qinghe")
    for upheld in (True, False):
        given(an_objection()).when(answer(upheld=upheld), by=ours).refused(
            ConflictOfInterest, person="lin", reason="acts for qinghe"
        )
    given(an_objection()).when(answer(upheld=False), by=also(lin, "applicant", "xingguang")).then(ObjectionDismissed)


def test_an_objection_nobody_raised_is_not_found() -> None:
    unknown = AnswerObjection(round=ROUND, objection="x", upheld=True, reason="y")
    given(an_open_notice()).when(unknown, by=lin).refused(NotFound, kind="objection", id="x")


def test_a_notice_ends_with_its_last_day_and_not_before() -> None:
    noticed = given(an_open_notice())
    noticed.when(CONCLUDE, by=STORY, at=on("04-24", "23:59")).refused(NotDue, deadline="notice", due=END)
    assert noticed.when(CONCLUDE, by=STORY, at=END).then_once(NoticeConcluded(objections=0)).round().stage == "award"
    given(a_ranked_round()).when(CONCLUDE, by=STORY, at=END).nothing_new()


def test_a_notice_does_not_end_while_an_objection_is_open() -> None:
    given(an_objection()).when(CONCLUDE, by=STORY, at=END).refused(ObjectionsOpen, open_objections="objection-1")


def test_the_last_answer_after_the_days_ends_the_notice() -> None:
    two = given(an_objection(), an_objection("objection-2"))
    first = two.when(answer(upheld=False), by=lin, at=END).then(ObjectionDismissed)
    first.when(answer(upheld=True, id_="objection-2"), by=lin, at=END).then_once(
        ObjectionUpheld, NoticeConcluded(objections=2)
    )


def test_the_last_answer_within_the_days_leaves_room_for_others() -> None:
    given(an_objection()).when(answer(upheld=False), by=lin, at=on("04-24")).then(ObjectionDismissed)
