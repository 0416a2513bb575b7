"""The call 征集: who may apply, by type, grade, age and place; bans; one project at a time; nobody leads two."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.application import ApplicationSubmitted, WithdrawApplication
from domain.calendar import years_after
from domain.change import ChangeApproved, ChangeConsented, ChangeRequested, RequestChange
from domain.closing import TerminateProject
from domain.consent import ApproveChange
from domain.errors import AlreadyLeads, Banned, DoubleFunding, NotAnswered, NotEligible, NotFound
from domain.kernel import STORY
from domain.organisation import ApplicationEntered
from domain.person import ProjectLed
from domain.project import Project
from domain.round_opening import OpenCall
from domain.rules import Rules
from domain.rules.call import OneAtATime
from domain.rules.change import ChangeRules
from tests.controls import (
    PROJECT,
    also,
    apply_with,
    chen,
    he,
    lin,
    on,
    open_round,
    rules_with,
    yuan,
)
from tests.domain.test_register import BAN, GRADE, LIFT, PLACE
from tests.situations import (
    a_concluded_agreement,
    a_paid_tranche,
    a_presented_project,
    a_programme,
    an_application,
    an_open_round,
    an_organisation,
)
from tests.world import Situation, World, given, put, steps


def called(**rules: Any) -> Callable[[World], World]:
    """A call with more rules, open on 9 March."""
    return steps(a_programme(rules_with(call=rules)), an_open_round())


def applying(*before: Any, **rules: Any) -> Any:
    return given(*before, called(**rules)).when(apply_with(), by=chen, at=on("03-10"))


TAKEN = (ApplicationSubmitted, ApplicationEntered)
# ── who may apply ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_grade_is_good_enough_and_still_valid() -> None:
    graded, rule = steps(an_organisation(), put(GRADE, by=lin)), "5A or better, and valid on 2026-03-10"
    applying(graded, least_grade="3A").then(*TAKEN)
    applying(graded, least_grade="4A").then(*TAKEN)
    applying(graded, least_grade="5A").refused(NotEligible, field="organisation.grade", rule=rule)
    applying(an_organisation(), least_grade="1A").refused(NotEligible, field="organisation.grade")
    expired = put(GRADE.model_copy(update={"valid_until": date(2026, 3, 9)}), by=lin)
    applying(an_organisation(), expired, least_grade="3A").refused(NotEligible, field="organisation.grade")


def test_years_since_registration_are_full_years() -> None:
    """Qinghe was registered on 4 May 2019: on 10 March 2026 six full years ago, not seven."""
    applying(registered_years_at_least=6).then(*TAKEN)
    applying(registered_years_at_least=7).refused(
        NotEligible, field="organisation.registered_on", rule="at least 7 years ago"
    )
    applying(registered_years_at_most=7).then(*TAKEN)
    applying(registered_years_at_most=6).refused(
        NotEligible, field="organisation.registered_on", rule="at most 6 years ago"
    )


def test_a_year_has_the_same_day_or_the_last_of_february() -> None:
    assert years_after(date(2023, 5, 4), 3) == date(2026, 5, 4)
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_an_organisation_works_at_a_place_the_call_names() -> None:
    placed = steps(an_organisation(), put(PLACE, by=lin))
    applying(placed, places=("fenghua", "beilun")).then(*TAKEN)
    applying(placed, places=("beilun",)).refused(NotEligible, field="organisation.place", rule="one of beilun")
    applying(an_organisation(), places=("beilun",)).refused(NotEligible, field="organisation.place")


def test_who_is_banned_applies_nowhere_until_the_ban_is_over_or_lifted() -> None:
    banned = given(an_organisation(), put(BAN, by=lin), an_open_round())
    banned.when(apply_with(), by=chen, at=on("03-10", "23:59")).refused(
        Banned, organisation="qinghe", until="2026-03-10", reason=BAN.reason
    )
    banned.when(apply_with(), by=chen, at=on("03-11", "00:00")).then(*TAKEN)
    given(an_organisation(), put(BAN, by=lin), put(LIFT, by=lin), an_open_round()).when(
        apply_with(), by=chen, at=on("03-10")
    ).then(*TAKEN)


# ── one project at a time ────────────────────────────────────────────────────────────────────────────────────────────


def rules_of(programme: str, **one_at_a_time: Any) -> Rules:
    content = rules_with(call={"one_at_a_time": OneAtATime.model_validate({"counts": "entered"} | one_at_a_time)})
    return content.model_copy(update={"id": programme})


def second_round(rules: Rules) -> Situation:
    """Another round, whose call is open in all of 2026; programme and fund are there already."""
    opened = put(
        open_round(
            round="autumn-2026",
            programme=rules.id,
            budget=yuan(30_000),
            opens_on=date(2026, 3, 1),
            closes_on=date(2026, 12, 31),
        ),
        by=also(lin, "officer", rules.id),
    )
    begin = put(OpenCall(round="autumn-2026"), by=STORY)
    return Situation("a second round", steps(a_programme_too(rules), opened, begin))


def a_programme_too(rules: Rules) -> Situation:
    return Situation(f"programme {rules.id}", a_programme(rules).play)


def again(first: Any, rules: Rules, **changes: Any) -> Any:
    """What is answered to an application in the second round, after what happened in the first."""
    return given(first, second_round(rules)).when(apply_with("second", round="autumn-2026", **changes), by=chen)


def test_what_is_entered_elsewhere_counts_until_it_is_over() -> None:
    rules = rules_of("fenghua-micro", counts="entered")
    again(an_application(), rules).refused(
        DoubleFunding, organisation="qinghe", project=PROJECT, programme="fenghua-micro"
    )
    withdrawn = put(WithdrawApplication(project=PROJECT, reason="x"), by=chen)
    again(steps(an_application(), withdrawn), rules).then(*TAKEN)


def test_what_runs_counts_only_with_an_award() -> None:
    rules = rules_of("fenghua-micro", counts="running")
    again(an_application(), rules).then(*TAKEN)
    again(a_concluded_agreement(), rules).refused(DoubleFunding, project=PROJECT)


def test_what_was_funded_counts_also_when_it_is_over_if_anything_was_paid() -> None:

    ended = put(TerminateProject(project=PROJECT, reason="The organisation moved."), by=lin)
    for counts, answer in (("running", None), ("funded", DoubleFunding)):
        asked = again(steps(a_paid_tranche(), ended), rules_of("fenghua-micro", counts=counts))
        asked.refused(answer) if answer else asked.then(*TAKEN)
    again(steps(a_concluded_agreement(), ended), rules_of("fenghua-micro", counts="funded")).then(*TAKEN)


def test_another_programme_counts_only_when_it_is_named() -> None:
    again(an_application(), rules_of("jiangbei")).then(*TAKEN)
    again(an_application(), rules_of("jiangbei", programmes=("fenghua-micro",))).refused(
        DoubleFunding, programme="fenghua-micro"
    )


def test_in_its_own_round_the_calls_number_of_projects_holds() -> None:
    given(called(one_at_a_time={"counts": "entered"}), an_application("one")).when(apply_with("two"), by=chen).then(
        *TAKEN
    )


# ── leaders ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LED = rules_of("fenghua-micro", counts="entered", leaders=True)


def led(*before: Any, organisation: str = "qinghe", **changes: Any) -> Any:
    by = {"qinghe": chen, "xingguang": he}[organisation]
    wish = apply_with("second", organisation=organisation, **changes)
    return given(a_programme(LED), an_open_round(), *before).when(wish, by=by, at=on("03-10"))


def test_an_application_names_its_leader_who_is_told() -> None:
    after = led(leader="fang").then_once(*TAKEN, ProjectLed(project="second"))
    assert after.world.get(Project, "second").leader == "fang"
    led().refused(NotAnswered, field="leader", missing="leader")
    led(leader="nobody").refused(NotFound, kind="person", id="nobody")


def test_nobody_leads_two_projects_not_even_of_two_organisations() -> None:
    first = put(apply_with(leader="fang"), by=chen, at=on("03-10"))
    led(first, leader="fang", organisation="xingguang").refused(AlreadyLeads, person="fang", project=PROJECT)
    led(first, leader="wang", organisation="xingguang").then(*TAKEN, ProjectLed)
    withdrawn = put(WithdrawApplication(project=PROJECT, reason="x"), by=chen)
    led(first, withdrawn, leader="fang", organisation="xingguang").then(*TAKEN, ProjectLed)


def test_a_leader_may_be_named_where_the_call_does_not_ask() -> None:
    given(an_open_round()).when(apply_with(leader="fang"), by=chen, at=on("03-10")).then(*TAKEN, ProjectLed)


# ── another leader ───────────────────────────────────────────────────────────────────────────────────────────────────

CHANGING = {"allowed": ["team", "leader"], "answer_within_working_days": 5}
LED_AND_CHANGING = LED.model_copy(update={"changes": ChangeRules.model_validate(CHANGING)})
ANOTHER = RequestChange(project=PROJECT, change="leader", reason="Fang has moved away.", leader="wang")
CONSENT = ApproveChange(project=PROJECT, change="leader")


def led_by_fang(*after: Any) -> Any:
    """A running project that Li leads."""
    running = a_programme(LED_AND_CHANGING), a_presented_project(leader="fang"), a_concluded_agreement()
    return given(*running, *after)


def another_led_by(leader: str) -> Callable[[World], World]:
    """A second round, with another organisation's project."""
    opened = put(
        open_round(round="autumn-2026", budget=yuan(1_000), opens_on="2026-05-01", closes_on="2026-05-31"), by=lin
    )
    wish = apply_with("second", round="autumn-2026", organisation="xingguang", leader=leader)
    call = put(OpenCall(round="autumn-2026"), by=STORY, at=on("05-01"))
    return steps(opened, call, put(wish, by=he))


def test_a_new_leader_is_told_when_the_change_is_agreed_to() -> None:
    asked = led_by_fang().when(ANOTHER, by=chen).then_once(ChangeRequested)
    assert asked.project().leader == "fang", "not before somebody agrees"
    agreed = asked.when(CONSENT, by=lin).then_once(ChangeConsented, ChangeApproved, ProjectLed(project=PROJECT))
    assert agreed.project().leader == "wang"


def test_who_leads_one_project_takes_over_no_other_and_who_gave_one_up_is_free() -> None:
    led_by_fang(another_led_by("wang")).when(ANOTHER, by=chen).refused(AlreadyLeads, person="wang", project="second")
    meanwhile = led_by_fang(put(ANOTHER, by=chen), another_led_by("wang"))
    meanwhile.when(CONSENT, by=lin).refused(AlreadyLeads, person="wang", project="second")
    changed = led_by_fang(put(ANOTHER, by=chen), put(CONSENT, by=lin))
    another_led_by("fang")(changed.world)
    with pytest.raises(AlreadyLeads):
        another_led_by("wang")(changed.world)


def test_a_new_leader_is_somebody_known() -> None:
    led_by_fang().when(ANOTHER.model_copy(update={"leader": "nobody"}), by=chen).refused(NotFound, id="nobody")
