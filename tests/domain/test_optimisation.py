"""Assigning by optimisation, from listing to seats: what an officer plans is recorded once and then seated project by project."""

from __future__ import annotations

import time
from typing import Any

from domain.assigning import (
    ApplicationsListed,
    AssignmentCompleted,
    AssignmentOpened,
    CompleteAssignment,
    CompleteListing,
    ListApplications,
    ListingCompleted,
    OpenAssignment,
    SeatReviewers,
)
from domain.assignment_wish import AssignmentWish
from domain.errors import AssignmentImpossible, Malformed, NotFound, PanelTooSmall, RoleMissing, StageNotOpen
from domain.kernel import STORY, Actor
from domain.optimisation import AssignByOptimisation, AssignmentPlanned, Offer
from domain.person import GrantRole, Person, PersonRegistered, RoleGranted
from domain.review import AssignReviewers, DeclareConflict, ReviewersAssigned
from domain.round import Round
from domain.rules import Rules
from domain.seating import ListedApplication, Seating
from tests.controls import ORGANISATION, PROGRAMME, PROJECT, ROUND, RULES, he, lin, shen, wang
from tests.domain.test_conflict import belongs, recusing
from tests.situations import (
    a_closed_call,
    a_panel,
    a_programme,
    an_application,
    an_eligible_application,
    an_open_round,
)
from tests.world import Situation, given, put, steps

P = PROJECT
OPEN = OpenAssignment(round=ROUND)
LIST = ListApplications(round=ROUND, projects=(P, "garden"), applicants=(ORGANISATION, "xingguang"))
FOUR = tuple(Offer(id=who, capacity=2) for who in ("li", "wang", "zhao", "qian"))
SEAT = SeatReviewers(project=P)


def plan(*offers: Offer, **wish: Any) -> AssignByOptimisation:
    return AssignByOptimisation(round=ROUND, reviewers=offers or FOUR, wish=AssignmentWish(**wish))


def two_eligible() -> Situation:
    """One of Qinghe's, one of Xingguang's."""
    both = steps(an_eligible_application(), an_eligible_application("garden", by=he))
    applied = steps(an_application(), an_application("garden", by=he), a_closed_call())
    return Situation("two eligible", both, applied)


def a_listing() -> Situation:
    listed = steps(put(OPEN, by=lin), put(LIST, by=STORY), put(CompleteListing(round=ROUND), by=STORY))
    return Situation("a listing", listed, two_eligible())


def a_plan() -> Situation:
    return Situation("a plan", put(plan(), by=lin), a_listing())


def test_an_officer_opens_the_assignment_and_the_story_lists_who_waits_for_a_panel() -> None:
    opened = given(two_eligible()).when(OPEN, by=lin).then_once(AssignmentOpened(stage="review"))
    assert opened.round().stage == "listing"
    listed = opened.when(LIST, by=STORY).then_once(
        ApplicationsListed(
            stage="review",
            applications=(
                ListedApplication(project=P, organisation=ORGANISATION, field="children", partial=("chen",)),
                ListedApplication(project="garden", organisation="xingguang", field="children", partial=("he",)),
            ),
        )
    )
    after = listed.when(CompleteListing(round=ROUND), by=STORY).then_once(
        ListingCompleted(stage="review", applications=2)
    )
    assert after.round().stage == "assessment"


def test_one_review_is_listed_at_a_time() -> None:
    content = RULES.model_dump()
    stages = [*content["stages"][:2], content["stages"][1] | {"id": "second-opinion"}, *content["stages"][2:]]
    two = a_programme(Rules.model_validate(content | {"stages": stages}))
    listing_ = given(two, an_application(), a_closed_call(), put(OpenAssignment(round=ROUND, stage="review"), by=lin))
    other = OpenAssignment(round=ROUND, stage="second-opinion")
    listing_.when(other, by=lin).refused(StageNotOpen, stage="assessment", now="listing")


def test_what_has_a_panel_or_has_not_come_so_far_is_not_listed() -> None:
    by_hand = put(AssignReviewers(project=P, reviewers=("li", "wang", "zhao")), by=lin)
    seated = given(two_eligible(), by_hand, put(OPEN, by=lin)).when(LIST, by=STORY)
    (event,) = seated.events
    assert [each.project for each in event.applications] == ["garden"]  # type: ignore[attr-defined]
    unknown = ListApplications(round=ROUND, projects=("nothing",), applicants=())
    given(two_eligible(), put(OPEN, by=lin)).when(unknown, by=STORY).nothing_new()


def test_an_application_in_its_formal_check_is_listed_for_the_review_right_after_it() -> None:
    checked = given(an_application(), a_closed_call(), put(OPEN, by=lin)).when(
        ListApplications(round=ROUND, projects=(P,), applicants=(ORGANISATION,)), by=STORY
    )
    checked.then(ApplicationsListed)


def test_who_may_not_judge_is_listed_too_declared_or_by_the_register() -> None:
    rules = a_programme(recusing())
    before = steps(
        rules, a_panel(of=4), put(DeclareConflict(project=P, reason="x"), by=wang), belongs("qian"), belongs("fang")
    )
    world = given(before).world
    project, organisation = given(before).project(), world.streams[f"organisation:{ORGANISATION}"]
    from domain.assigning import listing

    assert listing(project, organisation, world.now).partial == ("chen", "fang", "qian", "wang")  # type: ignore[arg-type]


def test_a_page_names_every_applicant() -> None:
    half = ListApplications(round=ROUND, projects=(P, "garden"), applicants=(ORGANISATION,))
    given(two_eligible(), put(OPEN, by=lin)).when(half, by=STORY).refused(Malformed, field="applicants")


def test_listing_belongs_to_its_time() -> None:
    given(an_open_round()).when(OPEN, by=lin).refused(StageNotOpen, stage="assessment", now="call")
    given(two_eligible()).when(LIST, by=STORY).refused(StageNotOpen, stage="listing")
    given(two_eligible()).when(CompleteListing(round=ROUND), by=STORY).nothing_new()


# ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_gives_every_application_its_panel_with_even_loads() -> None:
    after = given(a_listing()).when(plan(), by=lin).then_once(AssignmentPlanned)
    panels = after.round().seating.panels
    assert set(panels) == {P, "garden"}
    assert all(len(set(panel)) == 3 for panel in panels.values())
    loads = [sum(who in panel for panel in panels.values()) for who in ("li", "wang", "zhao", "qian")]
    assert sorted(loads) == [1, 1, 2, 2]
    assert after.round().stage == "assigning"


def test_a_plan_keeps_everybody_from_what_they_may_not_judge() -> None:
    applies = put(GrantRole(person="li", role="applicant", scope=ORGANISATION), by=shen)
    kin = belongs("wang")
    people = tuple(Offer(id=who, capacity=2) for who in ("li", "wang", "zhao", "qian", "xu"))
    reviewing = put(GrantRole(person="xu", role="reviewer", scope=PROGRAMME), by=shen)
    opened = steps(a_programme(recusing()), two_eligible(), applies, kin, reviewing)
    after = given(opened, a_listing()).when(plan(*people), by=lin).then(AssignmentPlanned)
    assert set(after.round().seating.panels[P]) == {"zhao", "qian", "xu"}


def test_experts_and_kinds_are_wished_for() -> None:
    offers = (
        Offer(id="li", capacity=2, kinds=frozenset({"finance"})),
        *FOUR[1:3],
        Offer(id="qian", capacity=2, expertise=frozenset({"children"})),
    )
    wished = plan(*offers, at_least_one_of_kind=("finance",), expertise_weight=1_000)
    after = given(a_listing()).when(wished, by=lin).then(AssignmentPlanned)
    assert all({"li", "qian"} <= set(panel) for panel in after.round().seating.panels.values())


def test_a_wish_that_cannot_be_met_is_refused_and_the_rule_is_named() -> None:
    listed = given(a_listing())
    few = tuple(Offer(id=who, capacity=1) for who in ("li", "wang", "zhao", "qian"))
    listed.when(plan(*few), by=lin).refused(
        AssignmentImpossible, rule="all applications: 6 places wanted, capacity 4", others=0
    )
    lawless = plan(at_least_one_of_kind=("law",))
    listed.when(lawless, by=lin).refused(AssignmentImpossible, rule="nobody is of kind law")
    listed.when(plan(), by=lin).then(AssignmentPlanned)  # nothing is lost: another wish may be tried at once


def test_only_reviewers_of_this_programme_are_planned_and_no_fewer_than_a_panel() -> None:
    listed = given(a_listing())
    stranger = (*FOUR, Offer(id="fang", capacity=2))
    listed.when(plan(*stranger), by=lin).refused(RoleMissing, person="fang", command="AssignByOptimisation")
    listed.when(plan(per_application=2), by=lin).refused(PanelTooSmall, size=2, needed=3)
    twice = (*FOUR, FOUR[0])
    listed.when(plan(*twice), by=lin).refused(Malformed, field="reviewers")


def test_nothing_is_planned_that_was_not_listed() -> None:
    given(two_eligible()).when(plan(), by=lin).refused(StageNotOpen, stage="listed applications", now="not listed")
    given(two_eligible(), put(OPEN, by=lin)).when(plan(), by=lin).refused(StageNotOpen, now="listing")
    from tests.controls import also, stranger

    given().when(plan(), by=also(stranger, "officer")).refused(NotFound, kind="round")


def test_while_panels_are_seated_nothing_else_is_planned() -> None:
    given(a_plan()).when(plan(per_application=4), by=lin).refused(StageNotOpen, stage="assessment", now="assigning")
    given(a_plan()).when(OPEN, by=lin).refused(StageNotOpen, now="assigning")


# ── seating ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_project_is_given_its_planned_panel_once() -> None:
    planned = given(a_plan())
    panel = planned.round().seating.panels[P]
    after = planned.when(SEAT, by=STORY).then_once(ReviewersAssigned(stage="review", reviewers=panel))
    done = after.when(CompleteAssignment(round=ROUND), by=STORY).then_once(AssignmentCompleted(stage="review"))
    assert (done.round().stage, dict(done.round().seating.panels)) == ("assessment", {})
    done.when(plan(), by=lin).nothing_new()  # a late retry of what was planned
    done.when(SEAT, by=STORY).refused(StageNotOpen, stage="assigning")


def test_who_has_become_partial_since_is_not_seated() -> None:
    planned = given(a_programme(recusing()), a_plan())
    panel = planned.round().seating.panels[P]
    (event,) = given(lambda _: planned.world, belongs(panel[0])).when(SEAT, by=STORY).events
    assert event == ReviewersAssigned(stage="review", reviewers=panel[1:])


def test_a_panel_seated_by_hand_in_the_meantime_stays() -> None:
    by_hand = put(AssignReviewers(project=P, reviewers=("li", "wang", "zhao")), by=lin)
    given(a_plan(), by_hand).when(SEAT, by=STORY).nothing_new()


def test_a_project_that_was_not_planned_gets_no_panel() -> None:
    one = ListApplications(round=ROUND, projects=("garden",), applicants=("xingguang",))
    listed = steps(two_eligible(), put(OPEN, by=lin), put(one, by=STORY), put(CompleteListing(round=ROUND), by=STORY))
    given(listed, put(plan(), by=lin)).when(SEAT, by=STORY).nothing_new()


def test_what_came_later_is_listed_and_planned_another_time() -> None:
    seated = given(a_plan(), put(SEAT, by=STORY), put(CompleteAssignment(round=ROUND), by=STORY))
    again = seated.when(OPEN, by=lin).then(AssignmentOpened)
    (event,) = again.when(LIST, by=STORY).events
    assert [each.project for each in event.applications] == ["garden"]  # type: ignore[attr-defined]


# ── scale ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_thousand_applications_and_a_hundred_reviewers_are_planned_in_under_five_seconds() -> None:
    fields = [field.id for field in RULES.fields]
    listed = {
        f"p-{n}": ListedApplication(
            project=f"p-{n}", organisation=f"org-{n}", field=fields[n % len(fields)], partial=(f"r-{n % 100}",)
        )
        for n in range(1_000)
    }
    seating = Seating(stage="review", listed=listed, complete=True)
    round_ = Round(id=ROUND, stage="assessment", quoted=RULES, programme=PROGRAMME, seating=seating)
    offers = tuple(Offer(id=f"r-{n}", capacity=60, expertise=frozenset({fields[n % len(fields)]})) for n in range(100))
    people: dict[str, Any] = {}
    for offer in offers:
        known = PersonRegistered(name=offer.id).apply(Person(id=offer.id))
        people[f"person:{offer.id}"] = RoleGranted(role="reviewer", scope=PROGRAMME).apply(known)
    command = AssignByOptimisation(round=ROUND, reviewers=offers, wish=AssignmentWish(expertise_weight=3))
    began = time.perf_counter()
    (event,) = command.decide(round_, by=Actor(id="lin"), at=given().world.now, beside=people)
    assert time.perf_counter() - began < 5
    assert isinstance(event, AssignmentPlanned)
    assert len(event.panels) == 1_000
    assert all(f"r-{int(panel.project[2:]) % 100}" not in panel.reviewers for panel in event.panels)
