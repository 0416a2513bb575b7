"""Objections 异议 with evidence, assigned to an officer, to be answered in time; and what a notice shows, for how long."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import (
    AlreadyExists,
    ConflictOfInterest,
    NotAssigned,
    NotDue,
    NotFound,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.kernel import STORY
from domain.notice import NoticeConcluded, NoticedAward, NoticeOpened, OpenNotice
from domain.objection import (
    AssignObjection,
    EscalateObjection,
    ObjectionAssigned,
    ObjectionDismissed,
    ObjectionOverdue,
    ObjectionRaised,
    ObjectionReminded,
    RaiseObjection,
    RemindObjection,
)
from domain.person import GrantRole
from tests.controls import (
    PROJECT,
    ROUND,
    also,
    answer,
    chen,
    fang,
    lin,
    objection,
    on,
    rules_with,
    shen,
    sun,
    wang,
    xu,
    yuan,
)
from tests.situations import a_presented_project, a_programme, a_ranked_round, an_objection, an_open_notice
from tests.world import Given, given, put

ID = "objection-1"
REMIND, ESCALATE = RemindObjection(round=ROUND, objection=ID), EscalateObjection(round=ROUND, objection=ID)
IN_TIME = {"answer_within_days": 7, "remind_before_days": 2}


def assign(officer: str = "xu", id_: str = ID) -> AssignObjection:
    return AssignObjection(round=ROUND, objection=id_, officer=officer)


def objected(**notice: Any) -> Given:
    return given(a_programme(rules_with(notice=notice)), an_objection())


# ── what a notice shows ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notice_shows_the_awards_and_names_the_experts_where_the_rules_say_so() -> None:
    """C7: the public notice names the experts."""
    award = NoticedAward(project=PROJECT, award=yuan(30_000))
    for rule, experts in ((None, ()), (True, ("li", "sun", "wang", "wu", "zhao", "zhou"))):
        ranked = given(a_programme(rules_with(notice={"shows_experts": rule})), a_ranked_round())
        ranked.when(OpenNotice(round=ROUND), by=STORY).then_once(
            NoticeOpened(ends_at=on("04-25", "00:00"), awards=(award,), experts=experts)
        )


def test_a_notice_may_count_calendar_days() -> None:
    ranked = given(a_programme(rules_with(notice={"working_days": None, "days": 7})), a_ranked_round())
    noticed = ranked.when(OpenNotice(round=ROUND), by=STORY).then(NoticeOpened)
    assert noticed.round().notice_ends_at == on("04-25", "00:00")  # from Friday the 17th, over a weekend


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"working_days": None}, "notice notice has days or working_days, one of both"),
        ({"days": 7}, "notice notice has days or working_days, one of both"),
        ({"remind_before_days": 1}, "remind_before_days needs answer_within_days"),
        ({"answer_within_days": 3, "remind_before_days": 3}, "remind_before_days must be below answer_within_days"),
    ],
)
def test_a_notice_that_cannot_be_is_not_a_rule(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        rules_with(notice=rules)


# ── objections ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_objection_carries_its_evidence_and_the_day_of_its_answer() -> None:
    content = objection().model_dump() | {"evidence": ("c" * 64,)}
    noticed = given(a_programme(rules_with(notice=IN_TIME)), an_open_notice())
    noticed.when(RaiseObjection.model_validate(content), by=fang, at=on("04-20")).then_once(
        ObjectionRaised(
            objection=ID,
            project=PROJECT,
            raised_by="fang",
            ground=objection().ground,
            evidence=("c" * 64,),
            answer_by=on("04-28", "00:00"),
            remind_at=on("04-26", "00:00"),
        )
    )


def test_an_objection_is_assigned_and_then_answered_by_that_officer_alone() -> None:
    raised = given(an_objection())
    assigned = raised.when(assign(), by=lin).then_once(ObjectionAssigned(objection=ID, project=PROJECT, officer="xu"))
    assigned.when(answer(upheld=False), by=lin).refused(NotAssigned, person="lin", objection=ID, assigned="xu")
    assigned.when(answer(upheld=False), by=xu).then_once(ObjectionDismissed)
    again = assigned.when(assign("lin"), by=lin).then_once(ObjectionAssigned)
    again.when(answer(upheld=False), by=lin).then_once(ObjectionDismissed)


def test_it_is_assigned_to_an_officer_who_is_free_to_answer() -> None:
    def granted(person: str, role: str, scope: str) -> Any:
        return put(GrantRole.model_validate({"person": person, "role": role, "scope": scope}), by=shen)

    raised = given(an_objection(), granted("fang", "officer", ROUND), granted("xu", "applicant", "qinghe"))
    raised.when(assign("chen"), by=lin).refused(RoleMissing, person="chen")
    raised.when(assign("fang"), by=lin).refused(SamePerson, person="fang", earlier="RaiseObjection")
    raised.when(assign("xu"), by=lin).refused(ConflictOfInterest, person="xu", reason="acts for qinghe")
    raised.when(assign(id_="nowhere"), by=lin).refused(NotFound, kind="objection", id="nowhere")
    raised.when(assign(), by=also(lin, "applicant", "qinghe")).refused(ConflictOfInterest, person="lin")
    raised.when(assign(), by=chen).refused(RoleMissing, person="chen")


def test_an_answered_objection_is_not_assigned() -> None:
    given(an_objection(), put(answer(upheld=False), by=lin)).when(assign(), by=lin).refused(
        StageNotOpen, stage="open objection", now="answered"
    )


def test_an_answer_that_does_not_come_is_reminded_of_and_escalated_and_the_notice_waits() -> None:
    raised = objected(**IN_TIME)
    due = on("04-28", "00:00")
    raised.when(REMIND, by=STORY, at=on("04-25")).refused(NotDue, deadline="objection-reminder")
    raised.when(ESCALATE, by=STORY, at=on("04-27")).refused(NotDue, deadline="objection", due=due)
    told = raised.when(REMIND, by=STORY, at=on("04-26")).then_once(
        ObjectionReminded(objection=ID, project=PROJECT, due=due)
    )
    over = told.when(ESCALATE, by=STORY, at=due).then_once(ObjectionOverdue(objection=ID, project=PROJECT, due=due))
    assert over.round().stage == "notice"
    over.when(answer(upheld=False), by=lin).then_once(ObjectionDismissed, NoticeConcluded)


def test_an_answered_objection_is_neither_reminded_of_nor_escalated() -> None:
    answered = given(a_programme(rules_with(notice=IN_TIME)), an_objection(), put(answer(upheld=False), by=lin))
    for command in (REMIND, ESCALATE):
        answered.when(command, by=STORY, at=on("12-31")).nothing_new()
        given(an_objection()).when(command, by=STORY, at=on("12-31")).nothing_new()  # no days for the answer
        given(an_open_notice()).when(command, by=STORY).refused(NotFound, kind="objection", id=ID)


def test_the_same_id_with_another_ground_is_another_objection() -> None:
    """Taken for a repetition, it would never be answered."""
    raised = given(an_objection())
    raised.when(objection(), by=fang).nothing_new()
    other = objection().model_copy(update={"ground": "Its leader is the mayor's brother."})
    raised.when(other, by=fang).refused(AlreadyExists, kind="objection", id=ID)
    more = objection().model_copy(update={"evidence": ("e" * 64,)})
    raised.when(more, by=fang).refused(AlreadyExists, kind="objection", id=ID)


def test_who_judged_the_project_or_leads_it_answers_no_objection_to_it() -> None:
    raised = given(a_presented_project(leader="xu"), an_objection())
    for judge, earlier in ((wang, "SubmitReview"), (sun, "ScoreRoadshow")):
        partial = also(judge, "officer")
        raised.when(answer(upheld=False), by=partial).refused(SamePerson, person=judge.id, earlier=earlier)
        officer = GrantRole(person=judge.id, role="officer", scope="*")
        named = Given(raised.world.put(officer, by=shen)).when(assign(judge.id), by=lin)
        named.refused(SamePerson, person=judge.id, earlier=earlier)
    raised.when(answer(upheld=False), by=xu).refused(ConflictOfInterest, person="xu", reason="own_project")
    raised.when(assign("xu"), by=lin).refused(ConflictOfInterest, person="xu", reason="own_project")
