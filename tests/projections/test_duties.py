"""What waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from domain.kernel import STORY
from domain.project import Project
from domain.review import AssignReviewers, ConcludeReview
from projections import duties
from tests.controls import PROJECT, ROUND, chen, lin, on, tranches_of
from tests.domain.test_claim import to_be_granted
from tests.domain.test_completion import COMPLETE, DUE, RETURNED
from tests.domain.test_contribution import a_recorded
from tests.domain.test_eligibility import FINANCIAL
from tests.domain.test_gate import AGREEMENT, INVOICE, REPORT
from tests.domain.test_slot import scored, three_invited
from tests.domain.test_tally import GIFTS, VOTES, two_presented
from tests.domain.test_ties import with_ties
from tests.domain.test_vote import a_counted_vote, a_vote
from tests.projections.conftest import Reader
from tests.projections.lives import (
    LIVES,
    a_payment_that_came_back,
    a_report_sent_back,
    a_tranche_sent_back,
    the_whole_life,
)
from tests.situations import (
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_paid_tranche,
    a_presented_project,
    a_programme,
    a_reviewed_project,
    a_settled_project,
    an_accepted_report,
    an_application,
    an_eligible_application,
    an_invited_project,
    an_objection,
    an_open_review,
    collected_scores,
)
from tests.world import put


def kinds(reader: Reader, **filters: Any) -> list[str]:
    return sorted(row["kind"] for row in reader.rows("duties", **filters))


def test_an_application_waits_for_its_check_and_its_panel(reader: Reader) -> None:
    reader.told(an_application())
    check, panel = reader.rows("duties", project=PROJECT)
    assert (check["kind"], check["role"], check["round"], check["title"]) == (
        "eligibility",
        "officer",
        ROUND,
        "Reading hour 阅读时光",
    )
    assert check["since"] == on("03-10")
    assert check["due"] == on("03-28", "00:00")
    assert (panel["kind"], panel["due"]) == ("panel", None)


def test_a_returned_application_waits_for_the_applicant_and_then_again_for_its_check(reader: Reader) -> None:
    reader.told(*RETURNED)
    duty = reader.one("duties", kind="completion")
    assert (duty["role"], duty["part"], duty["organisation"], duty["due"]) == ("applicant", "intake", "qinghe", DUE)
    assert kinds(reader, project=PROJECT) == ["completion"]


def test_a_completed_application_waits_again_for_its_check(reader: Reader) -> None:
    reader.told(*RETURNED, put(COMPLETE, by=chen))
    assert [(row["kind"], row["role"], row["again"]) for row in reader.rows("duties", project=PROJECT)] == [
        ("eligibility", "officer", True)
    ]


def test_a_check_waits_for_the_role_that_the_programme_names(reader: Reader) -> None:
    reader.told(*FINANCIAL)
    assert reader.one("duties", kind="eligibility")["role"] == "verifier"


def test_a_contribution_waits_for_whoever_verifies_it(reader: Reader) -> None:
    reader.told(a_recorded())
    (row,) = reader.rows("duties", kind="contribution")
    assert (row["role"], row["part"]) == ("officer", "gift")


def test_an_eligible_application_still_waits_for_its_panel(reader: Reader) -> None:
    assert kinds(reader.told(an_eligible_application()), project=PROJECT) == ["panel"]


def test_an_open_review_waits_for_each_reviewer_by_name(reader: Reader) -> None:
    reader.told(an_open_review())
    assert kinds(reader, project=PROJECT) == ["review"] * 3
    assert reader.one("duties", person="wang")["due"] == on("04-07", "00:00")


def test_an_extended_review_waits_for_other_reviewers_until_they_are_assigned(reader: Reader) -> None:
    extended = put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-07"))
    assert kinds(reader.told(an_open_review(), extended), role="officer", project=PROJECT) == ["replacement"]


def test_reviewers_assigned_after_the_extension_answer_it(reader: Reader) -> None:
    extended = put(ConcludeReview(project=PROJECT), by=STORY, at=on("04-07"))
    assigned = put(AssignReviewers(project=PROJECT, reviewers=("qian",)), by=lin, at=on("04-08"))
    assert kinds(reader.told(an_open_review(), extended, assigned), role="officer", project=PROJECT) == []


def test_a_reviewed_project_waits_for_its_invitation_and_the_round_for_a_session(reader: Reader) -> None:
    assert kinds(reader.told(a_reviewed_project())) == ["invitation", "session"]


def test_the_assessment_is_to_be_closed_only_when_every_project_is_assessed(reader: Reader) -> None:
    reader.told(a_presented_project(), an_invited_project("second"))
    assert kinds(reader, role="officer") == []
    assert kinds(reader, role="judge") == ["roadshow"] * 3


def test_the_assessment_waits_to_be_closed_since_the_last_project_was_assessed(reader: Reader) -> None:
    row = reader.told(a_presented_project()).one("duties")
    assert (row["kind"], row["subject"], row["since"]) == ("assessment", f"round:{ROUND}", on("04-15", "15:00"))


def test_a_session_with_slots_waits_for_its_draw_its_attendance_and_each_slot(reader: Reader) -> None:
    reader.told(three_invited())
    assert sorted((row["kind"], row["part"]) for row in reader.rows("duties")) == [
        ("attendance", "afternoon"),
        ("draw", "afternoon"),
        *[("slot", "")] * 3,
    ]


def test_judges_have_to_score_whoever_is_on_stage(reader: Reader) -> None:
    reader.told(scored(90))
    assert [(row["person"], row["project"]) for row in reader.rows("duties", role="judge")] == [
        ("wu", PROJECT),
        ("zhou", PROJECT),
    ]
    assert kinds(reader, role="officer") == ["slot"] * 3


def test_a_draw_of_ties_waits_for_its_commitment_and_the_assessment_waits_too(reader: Reader) -> None:
    reader.told(a_programme(with_ties("draw")), a_presented_project())
    assert [(row["kind"], row["part"]) for row in reader.rows("duties")] == [("commitment", "selection")]


def test_a_sponsored_award_waits_for_the_trustee_to_receive_the_money(reader: Reader) -> None:
    reader.told(to_be_granted())
    row = reader.one("duties", kind="sponsorship")
    assert (row["role"], row["project"]) == ("trustee", "third")


def test_a_tally_waits_to_be_recorded(reader: Reader) -> None:
    reader.told(two_presented())
    assert [(row["kind"], row["part"]) for row in reader.rows("duties")] == [
        ("tally", "donations"),
        ("tally", "online-vote"),
    ]


def test_the_assessment_can_be_closed_when_every_tally_is_recorded(reader: Reader) -> None:
    assert kinds(reader.told(two_presented(), put(VOTES, by=lin), put(GIFTS, by=lin))) == ["assessment"]


def test_an_open_vote_waits_for_the_clock(reader: Reader) -> None:
    reader.told(a_vote())
    assert kinds(reader) == []
    row = reader.one("deadlines")
    assert (row["kind"], row["part"], row["due"]) == ("CountVote", "residents", on("04-21", "00:00"))


def test_the_assessment_can_be_closed_when_the_vote_is_counted(reader: Reader) -> None:
    assert kinds(reader.told(a_counted_vote())) == ["assessment"]


def test_collected_scores_wait_for_the_ranking(reader: Reader) -> None:
    assert kinds(reader.told(collected_scores())) == ["ranking"]


def test_an_objection_waits_for_its_answer(reader: Reader) -> None:
    row = reader.told(an_objection()).one("duties")
    assert (row["kind"], row["part"], row["due"]) == ("objection", "objection-1", on("04-25", "00:00"))


def test_an_award_waits_for_both_signatures(reader: Reader) -> None:
    reader.told(a_granted_award())
    assert [(row["role"], row["organisation"]) for row in reader.rows("duties", kind="signature")] == [
        ("applicant", "qinghe"),
        ("officer", "qinghe"),
    ]


def test_after_the_agreement_the_organisation_owes_reports_and_can_ask_for_the_first_tranche(reader: Reader) -> None:
    reader.told(a_paid_tranche())
    assert [(row["kind"], row["part"]) for row in reader.rows("duties", organisation="qinghe")] == [
        ("report", "mid-term"),
        ("report", "final"),
    ]
    assert kinds(reader, round=ROUND) == ["report", "report"]


def test_an_accepted_report_opens_the_next_tranche(reader: Reader) -> None:
    reader.told(an_accepted_report("mid-term"))
    assert {row["part"] for row in reader.rows("duties", kind="tranche")} == {"first", "second"}


def test_what_was_sent_back_waits_again(reader: Reader) -> None:
    reader.told(a_report_sent_back())
    final = reader.one("duties", kind="report")
    assert (final["part"], final["again"], final["since"]) == ("final", True, on("08-02"))


def test_a_tranche_goes_from_one_role_to_the_next(reader: Reader) -> None:
    seen = []
    for _ in reader.step_by_step([duties.MODEL], a_tranche_sent_back()):
        rows = [row for row in reader.rows("duties") if row["part"] == "first"]
        seen += [(row["kind"], row["role"], row["again"]) for row in rows]
    assert list(dict.fromkeys(seen)) == [
        ("tranche", "applicant", False),
        ("verification", "verifier", False),
        ("approval", "approver", False),
        ("tranche", "applicant", True),
    ]
    assert seen[-1] == ("verification", "verifier", False)


def test_a_delivered_project_waits_for_the_evaluator(reader: Reader) -> None:
    row = reader.told(a_delivered_project()).one("duties", role="evaluator")
    assert (row["kind"], row["due"]) == ("evaluation", on("09-23", "00:00"))


def test_orders_and_changes_of_payee_are_duties(reader: Reader) -> None:
    seen = [
        kinds(reader, project=PROJECT)
        for recorded in reader.step_by_step([duties.MODEL], a_payment_that_came_back())
        if recorded.name.partition(".")[0]
        in {"TrancheApproved", "PaymentOrdered", "PaymentFailed", "PayeeChangeRequested"}
    ]
    assert seen == [
        ["order", "report", "report"],
        ["payment", "report", "report"],
        ["order", "report", "report"],
        ["order", "payee", "report", "report"],
    ]


def test_an_invoice_is_a_duty_once_nothing_else_keeps_the_tranche(reader: Reader) -> None:
    rules = tranches_of(*({"kind": "all", "of": [gate, INVOICE]} for gate in (AGREEMENT, REPORT)))
    reader.told(a_programme(rules), a_concluded_agreement())
    row = reader.one("duties", kind="document")
    assert (row["role"], row["part"], row["since"]) == ("applicant", "t1", on("04-28"))
    assert kinds(reader, kind="tranche") == []


def test_a_round_can_be_closed_since_its_last_payment(reader: Reader) -> None:
    reader.told(a_settled_project())
    row = reader.one("duties")
    assert (row["kind"], row["role"], row["subject"]) == ("closing", "officer", f"round:{ROUND}")
    assert row["since"] == on("09-15")


def test_nothing_waits_when_all_is_over(reader: Reader) -> None:
    assert kinds(reader.told(the_whole_life())) == []


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_after_every_event_money_is_outstanding_exactly_where_the_round_cannot_be_closed(
    reader: Reader, life: Any
) -> None:
    for recorded in reader.step_by_step([duties.MODEL], life()):
        round_, fund = reader.states.get(f"round:{ROUND}"), reader.states.get("fund:welfare-2026")
        if round_ is None or round_.stage != "running" or not recorded.stream.startswith(("fund:", "round:")):
            continue  # in one command, the fund's event comes last
        closable = fund is not None and fund.outstanding_in(ROUND) == 0
        assert (kinds(reader, kind="closing") == ["closing"]) == closable, recorded.name


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_after_every_event_a_project_under_way_waits_for_somebody_or_for_the_story(reader: Reader, life: Any) -> None:
    """No project is ever forgotten: either a duty is open, or the story has the next word."""
    for _ in reader.step_by_step([duties.MODEL], life()):
        for state in list(reader.states.values()):
            if isinstance(state, Project) and state.stage in PEOPLES_STAGES and not waits_for_story(state):
                assert kinds(reader, project=state.id), (state.id, state.stage)


PEOPLES_STAGES = {"eligibility", "review", "roadshow", "agreement", "delivery", "evaluation", "settlement"}


def waits_for_story(project: Project) -> bool:
    everybody_scored = {
        "review": not project.assessment("review").panel.silent,
        "roadshow": not project.assessment("roadshow").panel.silent,
    }
    signed = project.stage == "agreement" and len(project.signatures) == 2
    handed_in = project.stage == "delivery" and all(report.status == "accepted" for report in project.reports.values())
    paid = project.stage == "settlement" and all(t.status in {"paid", "forfeited"} for t in project.tranches.values())
    return everybody_scored.get(project.stage, False) or signed or handed_in or paid
