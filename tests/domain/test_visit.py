"""Site visits 实地走访: planned for a day and a visitor, recorded with what was found, missed on record."""

from datetime import date

from domain.errors import ConflictOfInterest, Malformed, NotDue, RoleMissing, StageNotOpen
from domain.kernel import STORY
from domain.person import GrantRole
from domain.register import RecordAffiliation
from domain.visit import RecordMissedVisit, VisitMissed, VisitPlanned, VisitRecorded
from tests.controls import ORGANISATION, PROJECT, also, gao, lin, on, shen, xu, yao
from tests.delivering import PHOTO, a_planned_visit, a_recorded_visit, plan_visit, record_visit
from tests.situations import a_concluded_agreement, a_granted_award
from tests.world import given, put

MISSED = RecordMissedVisit(project=PROJECT, visit="spring")


def test_a_visit_is_planned_for_a_day_and_a_visitor() -> None:
    given(a_concluded_agreement()).when(plan_visit(), by=lin, at=on("05-04")).then_once(
        VisitPlanned(
            visit="spring",
            planned_on=date(2026, 5, 20),
            due=on("05-21", "00:00"),
            visitor="yao",
            role="evaluator",
            purpose="See an afternoon.",
        )
    )


def test_the_visitor_is_an_officer_or_evaluator_and_not_of_the_organisation() -> None:
    delivering = given(a_concluded_agreement())
    delivering.when(plan_visit(visitor="gao"), by=lin).refused(RoleMissing, person="gao", roles="officer/evaluator")
    delivering.when(plan_visit(visitor="chen"), by=lin).refused(RoleMissing, person="chen")
    partial = put(GrantRole(person="yao", role="applicant", scope="qinghe"), by=shen)
    given(a_concluded_agreement(), partial).when(plan_visit(), by=lin).refused(
        ConflictOfInterest, person="yao", reason="acts for qinghe"
    )
    delivering.when(record_visit(), by=gao).refused(RoleMissing, person="gao")
    delivering.when(record_visit(), by=also(yao, "applicant", "qinghe")).refused(ConflictOfInterest, person="yao")


def test_whoever_belongs_to_the_organisation_does_not_say_what_was_found_there() -> None:
    """A satisfactory visit may open the gate of a tranche."""
    tie = RecordAffiliation(organisation=ORGANISATION, person="yao", kind="kin", since=date(2020, 1, 1))
    visited = given(a_planned_visit(), put(tie, by=lin)).when(record_visit(), by=yao, at=on("05-21"))
    visited.refused(ConflictOfInterest, person="yao", reason="belongs to qinghe")


def test_a_visit_not_made_can_be_moved() -> None:
    moved = given(a_planned_visit()).when(plan_visit(day="05-27", visitor="xu"), by=lin).then_once(VisitPlanned)
    moved.when(MISSED, by=STORY, at=on("05-21")).refused(NotDue, deadline="visit", due=on("05-28", "00:00"))
    given(a_planned_visit()).when(plan_visit(day="05-01"), by=lin).refused(Malformed, field="planned_on")


def test_what_was_found_is_recorded_by_who_was_there() -> None:
    after = (
        given(a_planned_visit())
        .when(record_visit(), by=yao, at=on("05-21"))
        .then_once(
            VisitRecorded(
                visit="spring",
                visited_by="yao",
                held_on=date(2026, 5, 20),
                findings="Twenty children, two volunteers.",
                satisfactory=True,
                evidence=(PHOTO,),
            )
        )
    )
    assert after.project().visited


def test_a_visit_need_not_have_been_planned_and_one_with_trouble_does_not_count() -> None:
    after = given(a_concluded_agreement()).when(record_visit("surprise", satisfactory=False), by=xu, at=on("05-21"))
    assert not after.then(VisitRecorded).project().visited


def test_a_recorded_visit_is_neither_planned_nor_recorded_again() -> None:
    done = given(a_recorded_visit())
    done.when(plan_visit(day="06-01"), by=lin).refused(StageNotOpen, stage="visit not made yet", now="visit recorded")
    done.when(record_visit(satisfactory=False), by=yao).refused(StageNotOpen, now="visit recorded")


def test_nobody_was_there_tomorrow_nor_before_the_agreement() -> None:
    given(a_planned_visit()).when(record_visit(), by=yao, at=on("05-19")).refused(
        Malformed, field="held_on", rule="must not lie in the future"
    )
    for command in (plan_visit(), record_visit()):
        given(a_granted_award()).when(command, by=lin).refused(StageNotOpen, now="agreement")


def test_a_visit_not_recorded_on_its_day_goes_on_record_and_can_still_be_made() -> None:
    planned = given(a_planned_visit())
    planned.when(MISSED, by=STORY, at=on("05-20", "23:59")).refused(NotDue, deadline="visit")
    missed = planned.when(MISSED, by=STORY, at=on("05-21", "00:00")).then_once(
        VisitMissed(visit="spring", due=on("05-21", "00:00"))
    )
    missed.when(record_visit(), by=yao).then(VisitRecorded)
    given(a_recorded_visit()).when(MISSED, by=STORY, at=on("05-21")).nothing_new()
    given(a_concluded_agreement()).when(MISSED, by=STORY, at=on("05-21")).nothing_new()
