"""Who sees what: every cell of the table read model × role, and what is under seal until its stage is concluded."""

from __future__ import annotations

from typing import Any, get_args

from domain.kernel import Actor, PersonalRole
from domain.review import ConcludeReview, SubmitReview
from domain.roadshow import ScoreRoadshow
from entrypoints.reading_rights import RIGHTS
from projections import READ_MODELS
from tests.controls import (
    GOOD,
    ORGANISATION,
    POOR,
    PROGRAMME,
    PROJECT,
    ROUND,
    SHOWN,
    chen,
    fang,
    gao,
    he,
    jin,
    li,
    lin,
    ma,
    on,
    qian,
    shen,
    sun,
    wang,
    wu,
    xu,
    yao,
    zhao,
    zhou,
)
from tests.domain.selecting import board, with_approval
from tests.domain.test_vote import a_counted_vote
from tests.entrypoints.conftest import Office
from tests.situations import (
    a_paid_tranche,
    a_presented_project,
    a_programme,
    a_ranking_to_approve,
    a_review,
    an_application,
    an_invited_project,
)
from tests.world import steps

HUMAN = get_args(PersonalRole)


def a_life() -> Any:
    """Two projects, of which one is being delivered and was paid: every read model has rows."""
    return steps(a_presented_project(), a_presented_project("garden", percent=30, by=he), a_paid_tranche())


def test_every_read_model_and_every_role_is_in_the_table() -> None:
    assert set(RIGHTS) == {model.name for model in READ_MODELS}
    assert all(set(row) == set(HUMAN) for row in RIGHTS.values())


EXPECTED = {
    "all": ("everything", "everything", "everything"),
    "scope": ("everything", "everything", "nothing"),
    "own": ("everything", "nothing", "nothing"),
    "panel": ("nothing", "nothing", "nothing"),
    "self": ("nothing", "nothing", "nothing"),
    "-": ("refused", "refused", "refused"),
}
"""Reach → what a newcomer with the role sees, granted everywhere, for the programme, elsewhere.

A newcomer acts for all organisations or for none, sits on no panel and is named nowhere.
"""


def test_every_cell_for_newcomers(office: Office) -> None:
    office.told(a_life())
    scopes = ("*", PROGRAMME, "elsewhere")
    for role in HUMAN:
        for n, scope in enumerate(scopes):
            newcomer = f"new-{role}-{n}"
            for command, more in (("RegisterPerson", {"name": "新人"}), ("GrantRole", {"role": role, "scope": scope})):
                assert office.does(shen, command, {"person": newcomer} | more).status_code == 201
    office.caught_up()
    wrong = {}
    for model, roles in RIGHTS.items():
        everything = len(all_rows(office, ma, model))
        assert everything, "an empty read model proves nothing"
        for role, reach in roles.items():
            seen = tuple(seen_by(office, f"new-{role}-{n}", model, everything) for n in range(len(scopes)))
            wanted = EXPECTED[reach]
            if (model, reach) == ("project_history", "own"):
                wanted = ("something", "nothing", "nothing")  # the organisations' own streams, not the round's
            if (model, reach) == ("fund_balance", "scope"):
                wanted = ("everything", "something", "nothing")  # of the programme's rounds, not of the fund
            if seen != wanted:
                wrong[model, role] = seen
    assert not wrong


def filters_for(model: str) -> dict[str, str]:
    return {"project": PROJECT} if model == "project_history" else {}


def all_rows(office: Office, who: Actor | str, model: str) -> list[dict[str, Any]]:
    return office.rows(who, model, limit=500, **filters_for(model))


def seen_by(office: Office, who: str, model: str, everything: int) -> str:
    answer = office.gets(who, f"/ask/{model}", limit=500, **filters_for(model))
    if answer.status_code == 403:
        assert answer.json()["code"] == "MayNotRead"
        return "refused"
    rows = answer.json()["rows"]
    return "everything" if len(rows) == everything else "something" if rows else "nothing"


def test_nobody_without_a_role_reads_anything(office: Office) -> None:
    office.told(a_life())
    office.does(shen, "RegisterPerson", {"person": "somebody", "name": "某人"})
    for model in RIGHTS:
        assert office.gets("somebody", f"/ask/{model}").json()["code"] == "MayNotRead"
    assert office.gets("somebody", f"/replay/{PROJECT}").json()["code"] == "MayNotRead"


def test_an_organisation_sees_its_own_projects_only(office: Office) -> None:
    office.told(a_life())
    for model in ("duties", "deadlines", "tranche_board"):
        assert {row["organisation"] for row in office.rows(chen, model)} == {ORGANISATION}
        assert office.rows(he, model) == []
    assert office.gets(chen, f"/replay/{PROJECT}").status_code == 200
    assert office.gets(he, f"/replay/{PROJECT}").status_code == 403
    assert office.rows(he, "project_history", project=PROJECT) == []
    streams = {row["stream"] for row in office.rows(he, "project_history", project="garden")}
    assert streams == {"project:garden", "organisation:xingguang"}


def test_the_whole_history_is_not_for_those_who_see_a_part(office: Office) -> None:
    office.told(a_life())
    for who in (chen, li, sun):
        assert office.gets(who, "/ask/project_history").json()["code"] == "MayNotRead"
    assert office.gets(lin, "/ask/project_history").status_code == 200


def test_reviewers_see_their_own_queue_and_the_projects_they_sit_on(office: Office) -> None:
    office.told(a_life())
    assert {row["person"] for row in office.rows(li, "reviewer_queue")} == {"li"}
    assert office.rows(li, "reviewer_queue", person="wang") == []
    assert office.rows(qian, "reviewer_queue") == []
    assert {row["kind"] for row in office.rows(sun, "reviewer_queue")} == {"roadshow"}
    assert office.gets(li, f"/replay/{PROJECT}").status_code == 200
    assert office.gets(sun, f"/replay/{PROJECT}").status_code == 200
    assert office.gets(qian, f"/replay/{PROJECT}").status_code == 403
    assert {row["stream"] for row in office.rows(li, "project_history", project=PROJECT)} == {f"project:{PROJECT}"}


def test_pages_are_full_for_those_who_see_a_part(office: Office) -> None:
    office.told(a_life())
    everything = office.rows(lin, "project_history", limit=500)
    paged: list[dict[str, Any]] = []
    while page := office.rows(lin, "project_history", limit=7, **({"after_key": paged[-1]["key"]} if paged else {})):
        paged += page
        assert len(page) == 7 or len(paged) == len(everything)
    assert paged == everything
    assert len(everything) < len(office.rows(ma, "project_history", limit=500))


# ── seals ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def scores_of(office: Office, who: Actor, author: str, event: str) -> tuple[Any, Any, Any]:
    """What somebody sees of a panel member's scores: in the history, in a replay's history, and in its state."""
    rows = office.rows(who, "project_history", project=PROJECT, name=event, actor=author)
    replay = office.gets(who, f"/replay/{PROJECT}").json()
    lines = [line for line in replay["history"] if line["name"].startswith(event) and line["actor"] == author]
    state = replay["state"]["assessments"]["review" if event == "ReviewSubmitted" else "roadshow"]["panel"]["scored"][
        author
    ]
    for found in (*rows, *lines):
        assert ("scores" in found["payload"]) is not found["sealed"]
        assert ("评分 " in found["zh"]) is not found["sealed"]
        assert not (found["sealed"] and "good work" in str(found))
    return rows[-1]["payload"].get("scores"), lines[-1]["payload"].get("scores"), state


SEALED = (None, None, None)


def comments_of(office: Office, who: Actor) -> Any:
    return office.gets(who, f"/replay/{PROJECT}").json()["state"]["assessments"]["review"]["panel"]["comments"]


def test_reviews_are_sealed_until_the_review_is_concluded(office: Office) -> None:
    office.told(a_review(by=li), a_review(by=wang, scores=POOR))
    office.does(wang, SubmitReview(project=PROJECT, scores=POOR, comment="good work"))
    office.caught_up()
    poor = tuple([score.model_dump() for score in POOR] for _ in range(3))
    for who in (li, zhao, chen, gao, yao):
        assert scores_of(office, who, "wang", "ReviewSubmitted") == SEALED, who.id
    for who in (wang, lin, ma, jin, shen):
        assert scores_of(office, who, "wang", "ReviewSubmitted") == poor, who.id
    comments = {who.id: comments_of(office, who) for who in (li, wang, lin)}
    assert comments == {"li": {"wang": None}, "wang": {"wang": "good work"}, "lin": {"wang": "good work"}}
    office.does(zhao, SubmitReview(project=PROJECT, scores=GOOD))
    office.desk.store.do(ConcludeReview(project=PROJECT), by="story", command_id="conclude")
    office.caught_up()
    for who in (li, chen, gao, yao):
        assert scores_of(office, who, "wang", "ReviewSubmitted") == poor, who.id


def test_roadshow_scores_are_sealed_until_the_roadshow_is_over(office: Office) -> None:
    office.told(an_invited_project()).at(on("04-15", "15:00"))
    score = ScoreRoadshow(project=PROJECT, scores=SHOWN)
    assert office.does(sun, score).status_code == 201
    office.caught_up()
    shown = tuple([each.model_dump() for each in SHOWN] for _ in range(3))
    for who in (zhou, li, chen):
        assert scores_of(office, who, "sun", "RoadshowScored") == SEALED, who.id
    assert scores_of(office, sun, "sun", "RoadshowScored") == shown
    for who in (zhou, wu):
        assert office.does(who, score).status_code == 201
    office.caught_up()
    for who in (zhou, li, chen):
        assert scores_of(office, who, "sun", "RoadshowScored") == shown, who.id


def test_a_replay_of_an_earlier_moment_keeps_todays_seals_only(office: Office) -> None:
    """What is open today is open in every replay; what is sealed today is sealed in every replay."""
    office.told(a_life())
    submitted = office.rows(li, "project_history", project=PROJECT, name="ReviewSubmitted", actor="wang")[0]
    then = office.gets(li, f"/replay/{PROJECT}", at=submitted["position"]).json()
    assert then["state"]["stage"] == "review"
    assert then["state"]["assessments"]["review"]["panel"]["scored"]["wang"] is not None


def test_a_resident_reads_public_figures_only(office: Office) -> None:
    office.told(a_life())
    assert office.rows(fang, "programme_totals")
    assert office.gets(fang, "/ask/tranche_board").status_code == 403


def test_members_of_a_body_see_the_awards_they_vote_on(office: Office) -> None:
    """They hold the role approver for the board alone, not for the programme."""
    office.told(a_programme(with_approval()), a_presented_project(), a_ranking_to_approve())
    (row,) = office.rows(board[0], "duties")
    assert (row["kind"], row["project"]) == ("vote", PROJECT)
    for command, more in (
        ("RegisterPerson", {"name": "新人"}),
        ("GrantRole", {"role": "approver", "scope": "elsewhere"}),
    ):
        assert office.does(shen, command, {"person": "outsider"} | more).status_code == 201
    assert office.rows("outsider", "duties") == []


# ── one person, two roles ────────────────────────────────────────────────────────────────────────────────────────────


def also_holds(office: Office, who: Actor, role: str, scope: str = "*") -> None:
    given = {"person": who.id, "role": role, "scope": scope}
    assert office.does(shen, "GrantRole", given).status_code == 201


def test_an_officer_who_sits_on_the_panel_does_not_read_the_others_sealed_scores(office: Office) -> None:
    """They could still change their own."""
    office.told(a_review(by=li), a_review(by=wang, scores=POOR))
    also_holds(office, li, "officer")
    office.caught_up()
    assert scores_of(office, li, "wang", "ReviewSubmitted") == SEALED
    raw = {row["person"]: (row["raw"], row["normalised"]) for row in office.rows(li, "review_scores")}
    assert raw == {"li": (8_000, None), "wang": (None, None)}
    assert {row["raw"] for row in office.rows(lin, "review_scores")} == {8_000, 4_000}


def test_who_applies_for_an_organisation_reads_no_sealed_scores_of_its_projects_in_any_role(office: Office) -> None:
    office.told(a_review(by=wang, scores=POOR))
    for role in ("officer", "auditor", "funder", "steward"):
        also_holds(office, chen, role)
    office.caught_up()
    assert scores_of(office, chen, "wang", "ReviewSubmitted") == SEALED
    (row,) = office.rows(chen, "review_scores")
    assert row["raw"] is None


def test_who_leads_a_project_reads_no_sealed_scores_of_it_in_any_role(office: Office) -> None:
    office.told(an_application(leader="xu"), a_review(by=wang, scores=POOR))
    assert scores_of(office, xu, "wang", "ReviewSubmitted") == SEALED
    assert scores_of(office, lin, "wang", "ReviewSubmitted") != SEALED


def test_who_voted_for_whom_is_for_auditors_alone(office: Office) -> None:
    office.told(a_counted_vote())
    stream = f"poll:{ROUND}.residents"
    assert {row["payload"]["voter"] for row in office.rows(ma, "project_history", stream=stream)} == {
        "fang",
        "neighbour",
    }
    for who in (lin, shen, jin, gao, yao):
        assert office.rows(who, "project_history", stream=stream) == [], who.id
        assert "VoteCast" not in str(office.rows(who, "project_history", round=ROUND, limit=500)), who.id
