"""Deadlines: what a story waits for next; putting the command it is told always takes the deadline away."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from domain.agreement import LapseAward
from domain.approval import RemindApproval
from domain.deadlines import Deadline, next_of, of_project, of_round
from domain.delivery import RecordOverdueReport, RemindReport
from domain.eligibility import EscalateEligibility
from domain.errors import NotDue
from domain.evaluation import EscalateEvaluation
from domain.kernel import STORY, Command
from domain.midterm import OpenMidTerm, RemindSelfAssessment
from domain.midterm_review import EndMidTermNotice, EscalateMidTerm
from domain.notice import ConcludeNotice
from domain.objection import RemindObjection
from domain.project import Project
from domain.recusal import GrantUnansweredRecusal
from domain.reserve import CloseReserve
from domain.review import ConcludeReview, RemindReviewers
from domain.roadshow import ConcludeRoadshow
from domain.round import Round
from domain.round_opening import CloseCall, OpenCall
from domain.visit import RecordMissedVisit
from tests.controls import PROJECT, ROUND, chen, extend, extend_round, lin, on, rules_with, tranches_of
from tests.delivering import (
    a_planned_visit,
    a_recorded_visit,
    a_self_assessment,
    a_silent_mid_term,
    an_open_mid_term,
    delivery_under,
    with_mid_term,
    with_reports,
    with_visits,
)
from tests.domain.closing_in_days import begun
from tests.domain.selecting import three_presented, with_approval
from tests.domain.test_completion import COMPLETE, RETURNED
from tests.domain.test_dispersion import called, dispersed, three
from tests.domain.test_eligibility import FINANCIAL
from tests.domain.test_payment_due import paid_within
from tests.domain.test_recusal import a_request, on_request
from tests.domain.test_vote import a_vote
from tests.ending import a_change, a_clawback, a_coaching
from tests.situations import (
    a_closed_call,
    a_closed_project,
    a_closed_round,
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_panel,
    a_passed_notice,
    a_planned_round,
    a_presented_project,
    a_programme,
    a_ranked_round,
    a_ranking_to_approve,
    a_review,
    a_reviewed_project,
    a_submitted_report,
    an_accepted_report,
    an_application,
    an_evaluated_project,
    an_invited_project,
    an_objection,
    an_open_notice,
    an_open_review,
    an_open_round,
    collected_scores,
)
from tests.world import Situation, World, given, put, steps

LONGER_CALL = Situation("a longer call", put(extend_round("call-closes", "03-25"), by=lin), an_open_round())
LONGER_NOTICE = Situation("a longer notice", put(extend_round("notice", "04-28"), by=lin), an_open_notice())
ASKED = Situation("a request for recusal", a_request(), a_programme(on_request()))
FAR_APART = Situation("reviewers far apart", steps(three(90, 80, 50), called), dispersed(range_at_most=30))
LATER_CHECK = Situation("a later check", put(extend("eligibility", "04-10"), by=lin), an_application())
REMINDED = put(RemindReviewers(project=PROJECT), by=STORY, at=on("04-03"))
LATER_REVIEW = Situation("a later review", put(extend("review", "04-20"), by=lin), steps(an_open_review(), REMINDED))
LATER_SCORES = Situation("later scores", put(extend("roadshow-scores", "04-25"), by=lin), an_invited_project())
LATER_SIGNING = Situation("later signing", put(extend("agreement", "05-20"), by=lin), a_granted_award())
LATER_REPORT = Situation("a later report", put(extend("report", "08-31", "mid-term"), by=lin), a_concluded_agreement())
OVERDUE = steps(
    put(RemindReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-06")),
    put(RecordOverdueReport(project=PROJECT, report="mid-term"), by=STORY, at=on("07-20")),
)
LATE_AND_LATER = Situation(
    "an overdue report's new date",
    put(extend("report", "08-31", "mid-term"), by=lin),
    steps(a_concluded_agreement(), OVERDUE),
)
LATER_EVALUATION = Situation("later evaluation", put(extend("evaluation", "10-10"), by=lin), a_delivered_project())

APPROVAL = with_approval(
    ({"steps": [{"id": "leader"}]},), days={"result_within_working_days": 3, "remind_before_days": 1}
)
TO_APPROVE = Situation("to approve", steps(a_programme(APPROVAL), a_presented_project(), a_ranking_to_approve()))
IN_TIME = rules_with(notice={"answer_within_days": 7, "remind_before_days": 2})
TO_ANSWER = Situation("to answer", steps(a_programme(IN_TIME), an_objection()))
MONTH = rules_with(selection={"awards_at_most": 1, "reserve_at_most": 2, "reserve_days": 44})
SOON = rules_with(selection={"awards_at_most": 1, "reserve_at_most": 2, "reserve_days": 20})
SOON_CLOSED = Situation("a reserve that closes soon", steps(three_presented(SOON), a_granted_award()))
RESERVE = Situation("a reserve", steps(three_presented(MONTH), a_granted_award()))


@pytest.mark.parametrize(
    ("situation", "due", "command"),
    [
        (an_application(), on("03-28", "00:00"), EscalateEligibility(project=PROJECT)),
        (a_panel(), None, None),  # the story opens the review itself
        (an_open_review(), on("04-03", "00:00"), RemindReviewers(project=PROJECT)),
        (a_reviewed_project(), None, None),
        (an_invited_project(), on("04-19", "00:00"), ConcludeRoadshow(project=PROJECT)),
        (a_presented_project(), None, None),
        (a_ranked_round(), None, None),
        (a_granted_award(), on("05-11", "00:00"), LapseAward(project=PROJECT)),
        (a_concluded_agreement(), on("07-06", "00:00"), RemindReport(project=PROJECT, report="mid-term")),
        (a_submitted_report(), on("09-19", "00:00"), RemindReport(project=PROJECT, report="final")),
        (an_accepted_report(), on("09-19", "00:00"), RemindReport(project=PROJECT, report="final")),
        (a_delivered_project(), on("09-23", "00:00"), EscalateEvaluation(project=PROJECT)),
        (an_evaluated_project(), None, None),
        (delivery_under(with_mid_term()), on("06-13", "00:00"), OpenMidTerm(project=PROJECT)),
        (an_open_mid_term(), on("06-24", "00:00"), RemindSelfAssessment(project=PROJECT)),
        (a_self_assessment(), on("07-01", "00:00"), EscalateMidTerm(project=PROJECT)),
        (a_silent_mid_term(), on("07-04", "00:00"), EndMidTermNotice(project=PROJECT)),
        (a_planned_visit(), on("05-21", "00:00"), RecordMissedVisit(project=PROJECT, visit="spring")),
        (a_recorded_visit(), on("07-06", "00:00"), RemindReport(project=PROJECT, report="mid-term")),
        (LATER_CHECK, on("04-11", "00:00"), EscalateEligibility(project=PROJECT)),
        (LATER_REVIEW, on("04-17", "00:00"), RemindReviewers(project=PROJECT)),
        (LATER_SCORES, on("04-26", "00:00"), ConcludeRoadshow(project=PROJECT)),
        (LATER_SIGNING, on("05-21", "00:00"), LapseAward(project=PROJECT)),
        (LATER_REPORT, on("08-25", "00:00"), RemindReport(project=PROJECT, report="mid-term")),
        (LATE_AND_LATER, on("08-25", "00:00"), RemindReport(project=PROJECT, report="mid-term")),
        (LATER_EVALUATION, on("10-11", "00:00"), EscalateEvaluation(project=PROJECT)),
        (ASKED, on("03-27", "00:00"), GrantUnansweredRecusal(project=PROJECT, person="wang")),
        (FAR_APART, on("03-29", "00:00"), RemindReviewers(project=PROJECT)),
        (a_closed_project(), None, None),
    ],
)
def test_what_a_project_waits_for_next(situation: Situation, due: datetime | None, command: Command | None) -> None:
    assert next_of(given(situation).project()) == ((due, command) if command else None)


@pytest.mark.parametrize(
    ("situation", "due", "command"),
    [
        (a_planned_round(), on("03-09", "00:00"), OpenCall(round=ROUND)),
        (an_open_round(), on("03-21", "00:00"), CloseCall(round=ROUND)),
        (LONGER_CALL, on("03-26", "00:00"), CloseCall(round=ROUND)),
        (a_closed_call(), None, None),
        (collected_scores(), None, None),
        (a_ranked_round(), None, None),
        (an_open_notice(), on("04-25", "00:00"), ConcludeNotice(round=ROUND)),
        (LONGER_NOTICE, on("04-29", "00:00"), ConcludeNotice(round=ROUND)),
        (an_objection(), None, None),  # the officer's answer is waited for, not the clock
        (TO_APPROVE, on("04-22", "00:00"), RemindApproval(round=ROUND)),
        (TO_ANSWER, on("04-26", "00:00"), RemindObjection(round=ROUND, objection="objection-1")),
        (RESERVE, on("06-01", "00:00"), CloseReserve(round=ROUND)),
        (a_passed_notice(), None, None),
        (a_closed_round(), None, None),
    ],
)
def test_what_a_round_waits_for_next(situation: Situation, due: datetime | None, command: Command | None) -> None:
    assert next_of(given(situation).round()) == ((due, command) if command else None)


SILENCES: list[Callable[[World], World]] = [
    an_application(),
    an_open_review(),
    a_review(),
    an_invited_project(),
    an_open_notice(),
    a_granted_award(),
    a_concluded_agreement(),
    a_submitted_report(),
    a_delivered_project(),
    LONGER_CALL,
    LONGER_NOTICE,
    LATER_CHECK,
    steps(*RETURNED),
    steps(*RETURNED, put(COMPLETE, by=chen)),
    steps(*FINANCIAL),
    LATER_REVIEW,
    LATER_SCORES,
    LATER_SIGNING,
    LATER_REPORT,
    LATE_AND_LATER,
    LATER_EVALUATION,
    delivery_under(with_mid_term()),
    an_open_mid_term(),
    a_self_assessment(),
    a_silent_mid_term(),
    a_planned_visit(),
    a_clawback(),
    a_coaching(),
    a_change(plan="Thirty afternoons."),
    ASKED,
    FAR_APART,
    delivery_under(with_reports(consequence="fail", consequence_after_days=30)),
    delivery_under(with_reports(every_months=1, times=3)),
    TO_APPROVE,
    TO_ANSWER,
    RESERVE,
    SOON_CLOSED,
    delivery_under(with_visits()),
    begun(),
    a_planned_round(),
    a_vote(),
    steps(a_programme(paid_within(15)), a_concluded_agreement()),
    steps(a_programme(tranches_of({"kind": "date", "days_after_agreement": 30})), a_concluded_agreement()),
]
"""What has happened before nobody does anything any more."""


@pytest.mark.parametrize("situation", SILENCES, ids=lambda situation: getattr(situation, "name", None))
def test_a_story_that_obeys_every_deadline_comes_to_an_end_and_never_waits_for_one_twice(
    situation: Callable[[World], World],
) -> None:
    """Nobody does anything any more: silence alone must lead somewhere, each deadline once, in the order of time."""
    assert [*silence(situation)]


def silence(situation: Callable[[World], World]) -> Iterator[Deadline]:
    """Every deadline, as it comes and is obeyed, until none is left."""
    world = given(situation).world
    seen: set[Deadline] = set()
    while found := [*of_project(world.get(Project, PROJECT)), *of_round(world.get(Round, ROUND))]:
        first = min(found, key=lambda deadline: deadline.due)
        assert first not in seen, "a story would turn round and round here"
        seen.add(first)
        moment, command = first
        with pytest.raises(NotDue):
            world.at(moment - timedelta(microseconds=1)).put(command, by=STORY)
        answered = world.at(moment).put(command, by=STORY)
        assert len(answered.events) > len(world.events), "a deadline is answered by an event"
        world = answered
        yield first


def test_silence_at_the_desk_reminds_extends_twice_and_lapses() -> None:
    world, commands = given(an_open_review()).world, []
    while deadline := next_of(world.get(Project, PROJECT)):
        commands.append(type(deadline.command))
        world = world.at(deadline.due).put(deadline.command, by=STORY)
    assert commands == [RemindReviewers, ConcludeReview, ConcludeReview, ConcludeReview]
    assert world.get(Project, PROJECT).outcome == "review_lapsed"


def test_silence_during_delivery_leaves_a_record_for_every_report_and_waits_for_people() -> None:
    world, commands = given(a_concluded_agreement()).world, []
    while deadline := next_of(world.get(Project, PROJECT)):
        commands.append(type(deadline.command))
        world = world.at(deadline.due).put(deadline.command, by=STORY)
    assert commands == [RemindReport, RecordOverdueReport, RemindReport, RecordOverdueReport]
    assert world.get(Project, PROJECT).stage == "delivery"
