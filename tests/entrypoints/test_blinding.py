"""Blind review and conflicts of interest, for readers: whose application it is, and who does not read it at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.completion import CompleteApplication, ReturnForCompletion
from domain.kernel import Actor
from domain.progress import Missing
from domain.recusal import DecideRecusal
from domain.register import RecordAffiliation
from domain.review import ConcludeReview
from domain.rules import Rules
from entrypoints.blinding import NOBODY, UNNAMED, Blindfold
from tests.controls import ORGANISATION, PROJECT, chen, li, lin, ma, rules_with, sun, wang, zhao
from tests.domain.test_conflict import recusing
from tests.domain.test_recusal import a_request, on_request
from tests.entrypoints.conftest import Office, refused
from tests.situations import a_programme, a_review, an_application, an_invited_project, an_open_review
from tests.world import put

BLIND = a_programme(rules_with(review={"blind": True}))
NAMED = an_application(title="Qinghe reads", plan="Chen and the people of Qinghe read with children.")
"""The applicant is Chen, of Qinghe, as they are registered."""


def everything_read(office: Office, who: Any) -> str:
    """All that somebody gets to read about the project, as text."""
    models = ("reviewer_queue", "duties", "deadlines", "project_history")
    rows = [office.rows(who, model, **({"project": PROJECT} if model == "project_history" else {})) for model in models]
    assert all(rows), "what is empty hides nothing"
    return f"{rows} {office.gets(who, f'/replay/{PROJECT}').text}"


def test_a_blind_reviewer_reads_everything_but_whose_it_is(office: Office) -> None:
    office.told(BLIND, NAMED, an_open_review())
    read = everything_read(office, li)
    for told in ("Qinghe", "qinghe", "Chen", "chen"):
        assert told not in read, told
    assert "*** reads" in read
    assert "*** and the people of *** read with children." in read
    submitted = office.rows(li, "project_history", project=PROJECT, name="ApplicationSubmitted")[0]
    assert (submitted["actor"], submitted["payload"]["organisation"]) == (NOBODY, UNNAMED)
    assert submitted["en"].startswith("The applicant applied for *** with “*** reads”")
    assert submitted["zh"].startswith("申请方")
    (row,) = office.rows(li, "reviewer_queue", project=PROJECT)
    assert (row["organisation"], row["project"]) == (UNNAMED, PROJECT)


def test_officers_auditors_and_the_applicant_read_who_it_is(office: Office) -> None:
    office.told(BLIND, NAMED, an_open_review())
    for who in (lin, ma, chen):
        state = office.gets(who, f"/replay/{PROJECT}").json()["state"]
        assert (state["organisation"], state["applied_by"]) == (ORGANISATION, "chen")


def test_when_the_review_is_over_everybody_knows(office: Office) -> None:
    office.told(BLIND, NAMED, *(a_review(by=who) for who in (li, wang, zhao)))
    assert office.gets(li, f"/replay/{PROJECT}").json()["state"]["organisation"] == UNNAMED
    office.desk.store.do(ConcludeReview(project=PROJECT), by="story", command_id="conclude")
    office.caught_up()
    assert office.gets(li, f"/replay/{PROJECT}").json()["state"]["organisation"] == ORGANISATION
    assert office.rows(li, "reviewer_queue", project=PROJECT)[0]["organisation"] == ORGANISATION


def test_where_a_review_is_not_blind_nothing_is_hidden(office: Office) -> None:
    office.told(NAMED, an_open_review())
    assert "Qinghe reads" in everything_read(office, li)


def test_pages_of_what_is_hidden_can_be_gone_through(office: Office) -> None:
    office.told(BLIND, NAMED, an_open_review())
    first = office.rows(li, "project_history", project=PROJECT, limit=1)[0]
    second = office.rows(li, "project_history", project=PROJECT, limit=1, after_key=first["key"])[0]
    assert second["position"] > first["position"]


def test_only_words_that_stand_alone_are_taken_for_ids() -> None:
    fold = object.__new__(Blindfold)
    fold.ids, fold.names = {"he": UNNAMED}, ["Qing He"]
    assert fold.over({"a": "he", "b": ["she", "the hen"], "key": "he", "c": "Qing He's", "d": 3}) == {
        "a": UNNAMED,
        "b": ["she", "the hen"],
        "key": "he",
        "c": "***'s",
        "d": 3,
    }


# ── conflicts of interest ────────────────────────────────────────────────────────────────────────────────────────────


def belongs(office: Office, person: str) -> None:
    """An officer learns, and records, that somebody belongs to the applicant."""
    content = {"organisation": ORGANISATION, "person": person, "kind": "kin", "since": date(2020, 1, 1)}
    assert office.does(lin, RecordAffiliation.model_validate(content)).status_code == 201


def reads_nothing(office: Office, who: Any) -> None:
    for model in ("reviewer_queue", "duties", "deadlines"):
        assert office.rows(who, model) == [], model
    assert office.rows(who, "project_history", project=PROJECT) == []
    refused(office.gets(who, f"/replay/{PROJECT}"), 403, "MayNotRead")


@pytest.mark.parametrize(("situation", "who"), [(an_open_review(), wang), (an_invited_project(), sun)])
def test_who_turns_out_to_belong_to_the_applicant_reads_nothing_more(office: Office, situation: Any, who: Any) -> None:
    office.told(a_programme(recusing()), situation)
    assert office.rows(who, "reviewer_queue")
    belongs(office, who.id)
    reads_nothing(office, who)
    assert office.rows(li, "reviewer_queue"), "the others go on"


def test_what_ended_long_ago_keeps_nobody_from_reading(office: Office) -> None:
    office.told(a_programme(recusing()), an_open_review())
    content = {"organisation": ORGANISATION, "person": "wang", "kind": "kin", "since": date(2010, 1, 1)}
    ended = RecordAffiliation.model_validate(content | {"until": date(2020, 1, 1)})
    assert office.does(lin, ended).status_code == 201
    assert office.rows(wang, "reviewer_queue")


def test_who_is_recused_on_request_reads_nothing_more(office: Office) -> None:
    office.told(a_programme(on_request()), a_request())
    assert office.gets(wang, f"/replay/{PROJECT}").status_code == 200
    grant = DecideRecusal(project=PROJECT, person="wang", granted=True, reason="So it is.")
    assert office.does(lin, grant).status_code == 201
    office.caught_up()
    reads_nothing(office, wang)


def test_how_far_apart_the_scores_lie_is_sealed_until_the_review_is_over(office: Office) -> None:
    """Who knows the range and one of two scores knows the other."""
    from tests.domain.test_dispersion import called, dispersed, three

    office.told(dispersed(range_at_most=30), three(90, 80, 50), called)
    for who, seen in ((li, False), (chen, False), (lin, True), (ma, True)):
        (row,) = office.rows(who, "project_history", project=PROJECT, name="MoreReviewersCalled")
        assert ("spread" in row["payload"], "deviation" in row["payload"], row["sealed"]) == (seen, seen, not seen)
        assert ("40.00" in row["en"]) is seen
        lines = office.gets(who, f"/replay/{PROJECT}").json()["history"]
        assert [("spread" in line["payload"]) for line in lines if line["name"] == "MoreReviewersCalled.v1"] == [seen]


def test_a_reviewer_sees_their_own_scores_only_and_nothing_reckoned_from_those_of_others_before_the_end(
    office: Office,
) -> None:
    office.told(a_review(by=li), a_review(by=wang))
    (row,) = office.rows(li, "review_scores")
    assert (row["person"], row["raw"], row["tendency"], row["normalised"]) == ("li", 8_000, None, None)
    assert office.rows(zhao, "review_scores") == []
    assert len(office.rows(lin, "review_scores")) == 2
    for who in (chen, sun):
        assert not office.gets(who, "/ask/review_scores").json().get("rows")
    refused(office.gets(li, "/ask/assignments"), 403, "MayNotRead")
    assert len(office.rows(lin, "assignments")) == 3


def test_a_blind_reviewer_reads_neither_who_leads_it_nor_who_completed_it(office: Office) -> None:
    content = rules_with(review={"blind": True}).model_dump()
    content["stages"][0]["completion"] = {"within_working_days": 5, "remind_before_days": 1}
    rules = a_programme(Rules.model_validate(content))
    returned = ReturnForCompletion(project=PROJECT, missing=(Missing(item="budget", reason="No total."),))
    partner = Actor(id="partner", grants=frozenset({("applicant", ORGANISATION)}))
    completed = put(CompleteApplication(project=PROJECT, note="The total is here."), by=partner)
    office.told(rules, an_application(leader="fang"), put(returned, by=lin), completed, an_open_review())
    read = everything_read(office, li)
    for told in ("fang", "Fang", "partner", "qinghe", "chen"):
        assert told not in read, told
