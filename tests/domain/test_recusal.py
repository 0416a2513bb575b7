"""Recusal 申请回避: the applicant asks, an officer answers; what is not answered in time is granted."""

from datetime import timedelta
from typing import Any

from domain.deadlines import Deadline, next_of
from domain.errors import ConflictOfInterest, NotDue, NotFound, RoleMissing, StageNotOpen
from domain.kernel import STORY
from domain.recusal import (
    AskForRecusal,
    DecideRecusal,
    GrantUnansweredRecusal,
    RecusalAsked,
    RecusalGranted,
    RecusalRefused,
)
from domain.review import AssignReviewers, ConcludeReview, QuorumReached, ReviewConcluded, SubmitReview
from domain.rules import Rules
from tests.controls import GOOD, PROJECT, also, chen, he, li, lin, on, wang, zhao
from tests.domain.test_conflict import recusing
from tests.situations import (
    a_presented_project,
    a_programme,
    a_review,
    an_application,
    an_eligible_application,
    an_invited_project,
    an_open_review,
)
from tests.world import Situation, given, put

ASK = AskForRecusal(project=PROJECT, person="wang", ground="Our former director.")
DUE = on("03-27", "00:00")
"""Three working days after Monday 23 March."""


def on_request(**changes: Any) -> Rules:
    return recusing(recusal_within_working_days=3, **changes)


def decide(*, granted: bool) -> DecideRecusal:
    return DecideRecusal(project=PROJECT, person="wang", granted=granted, reason="Looked into.")


def a_request() -> Situation:
    """Asked on 23 March, to be answered by the end of the 26th."""
    return Situation("a request", put(ASK, by=chen, at=on("03-23", "11:00")), an_open_review())


RULES = a_programme(on_request())


def test_an_applicant_asks_once_and_an_officer_has_so_many_working_days() -> None:
    given(RULES, an_open_review()).when(ASK, by=chen, at=on("03-23", "11:00")).then_once(
        RecusalAsked(person="wang", ground="Our former director.", due=DUE)
    )


def test_an_applicant_may_ask_before_anybody_sits_on_a_panel() -> None:
    given(RULES, an_application()).when(ASK, by=chen).then(RecusalAsked)


def test_nobody_asks_for_another_organisation_nor_about_nobody_nor_when_panels_are_over() -> None:
    given(RULES, an_open_review()).when(ASK, by=he).refused(RoleMissing)
    nobody = AskForRecusal(project=PROJECT, person="nobody", ground="x")
    given(RULES, an_open_review()).when(nobody, by=chen).refused(NotFound, kind="person", id="nobody")
    given(RULES, a_presented_project()).when(ASK, by=chen).refused(StageNotOpen, now="selection")


def test_a_programme_without_such_requests_knows_none() -> None:
    for rules in (a_programme(), a_programme(recusing())):
        given(rules, an_open_review()).when(ASK, by=chen).refused(NotFound, kind="recusal", id="wang")


def test_a_granted_request_takes_the_person_off_every_panel_and_their_scores_with_them() -> None:
    asked = given(RULES, a_review(by=wang), a_request())
    after = asked.when(decide(granted=True), by=lin).then_once(RecusalGranted(person="wang", reason="Looked into."))
    assert after.project().now.panel.sitting == ("li", "zhao")
    assert not after.project().now.panel.scored
    after.when(SubmitReview(project=PROJECT, scores=GOOD), by=wang).refused(ConflictOfInterest, reason="declared")


def test_when_the_last_silent_reviewer_is_recused_the_others_are_the_quorum() -> None:
    given(RULES, a_review(by=li), a_review(by=zhao), a_request()).when(decide(granted=True), by=lin).then(
        RecusalGranted, QuorumReached(stage="review", reviews=2)
    )


def test_a_refused_request_changes_nothing_but_is_on_record_with_its_reason() -> None:
    after = given(RULES, a_request()).when(decide(granted=False), by=lin)
    refused = after.then_once(RecusalRefused(person="wang", reason="Looked into."))
    assert refused.project().now.panel.sitting == ("li", "wang", "zhao")
    refused.when(ASK, by=chen).nothing_new()


def test_what_was_decided_stays_decided() -> None:
    granted = given(RULES, a_request(), put(decide(granted=True), by=lin))
    granted.when(decide(granted=False), by=lin).refused(StageNotOpen, now="already decided")
    given(RULES, an_open_review()).when(decide(granted=True), by=lin).refused(NotFound, kind="recusal")


def test_silence_grants_what_was_asked_when_the_working_days_are_over() -> None:
    asked = given(RULES, a_request())
    silence = GrantUnansweredRecusal(project=PROJECT, person="wang")
    assert next_of(asked.project()) == Deadline(DUE, silence)
    asked.when(silence, by=STORY, at=DUE - timedelta(seconds=1)).refused(NotDue, deadline="recusal", due=DUE)
    after = asked.when(silence, by=STORY, at=DUE).then_once(RecusalGranted(person="wang", reason=""))
    assert after.project().now.panel.sitting == ("li", "zhao")


def test_a_request_still_open_when_its_review_is_concluded_is_waited_for_at_the_roadshow_too() -> None:
    three = [a_review(by=who) for who in (li, wang, zhao)]
    concluded = given(RULES, *three, a_request()).when(ConcludeReview(project=PROJECT), by=STORY)
    assert next_of(concluded.then(ReviewConcluded).project()) == Deadline(
        DUE, GrantUnansweredRecusal(project=PROJECT, person="wang")
    )


def test_a_judge_recused_at_the_desk_does_not_sit_on_stage() -> None:
    ask = AskForRecusal(project=PROJECT, person="zhou", ground="My brother-in-law.")
    grant = DecideRecusal(project=PROJECT, person="zhou", granted=True, reason="So it is.")
    early = (put(ask, by=chen), put(grant, by=lin))
    invited = given(RULES, an_application(), *early, an_invited_project())
    assert invited.project().now.panel.sitting == ("sun", "wu")


def test_nobody_decides_about_themselves() -> None:
    asked = given(RULES, a_request())
    for granted in (True, False):
        asked.when(decide(granted=granted), by=also(wang, "officer")).refused(
            ConflictOfInterest, person="wang", reason="asked_about"
        )


def test_who_was_recused_before_anybody_sat_is_not_put_on_the_panel() -> None:
    """They would be a seat that counts as taken, and could never score."""
    ask = AskForRecusal(project=PROJECT, person="qian", ground="My brother-in-law.")
    grant = DecideRecusal(project=PROJECT, person="qian", granted=True, reason="So it is.")
    eligible = given(RULES, an_application(), put(ask, by=chen), put(grant, by=lin), an_eligible_application())
    seat = AssignReviewers(project=PROJECT, reviewers=("li", "wang", "qian"))
    eligible.when(seat, by=lin).refused(ConflictOfInterest, person="qian", reason="declared")
