"""Programmes composed of stages: several reviews or roadshows, shortlists between them, and what may be left out."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from domain.drawing import commitment_to
from domain.errors import Malformed, NotFound, StageNotOpen
from domain.kernel import STORY
from domain.project import Project
from domain.result import (
    CompletePlaces,
    PlacesCompleted,
    ProjectNotSelected,
    ProjectSelected,
    ProjectShortlisted,
    RecordSelection,
)
from domain.review import AssignReviewers, ConcludeReview, OpenReview, SubmitReview
from domain.roadshow import InviteToRoadshow, RoadshowScored, ScheduleRoadshow, ScoreRoadshow
from domain.round_opening import CloseCall, OpenCall
from domain.rules import Rules
from domain.selection import (
    Adjustment,
    AssessmentClosed,
    CloseAssessment,
    CollectScores,
    CompleteScores,
    PublishRanking,
    RankingPublished,
)
from domain.stored_form import event_from, payload_of
from domain.ties import CommitToTieDraw, TieDrawCommitted
from tests.controls import (
    REVIEW,
    ROADSHOW,
    ROUND,
    RULES,
    apply_with,
    chen,
    contest,
    li,
    lin,
    on,
    open_round,
    points,
    schedule,
    sun,
    wang,
    wu,
    yuan,
    zhao,
    zhou,
)
from tests.situations import a_closed_call, a_fund, a_programme, an_organisation
from tests.world import Situation, World, given, put, steps

BEST, SECOND = "reading-hour", "second"
SEED = "71e5" * 16


def a_preliminary(project: str, percent: int) -> Callable[[World], World]:
    """Applied, and scored by three reviewers."""
    scores = points(REVIEW.rubric, percent)
    return steps(
        put(OpenReview(project=project), by=STORY, at=on("03-21")),
        put(AssignReviewers(project=project, reviewers=("li", "wang", "zhao")), by=lin),
        *(put(SubmitReview(project=project, stage="preliminary", scores=scores), by=who) for who in (li, wang, zhao)),
        put(ConcludeReview(project=project), by=STORY),
    )


def two_reviewed_entries() -> Situation:
    before = steps(
        a_programme(contest()),
        a_fund(),
        an_organisation(),
        put(open_round(), by=lin),
        put(OpenCall(round=ROUND), by=STORY, at=on("03-09")),
        put(apply_with(BEST, ask=yuan(20_000)), by=chen, at=on("03-10")),
        put(apply_with(SECOND, ask=yuan(10_000)), by=chen),
        put(CloseCall(round=ROUND), by=STORY, at=on("03-21")),
    )
    return Situation("two reviewed entries", steps(a_preliminary(BEST, 90), a_preliminary(SECOND, 70)), before)


def ranked(*projects: str) -> Callable[[World], World]:
    return steps(
        put(CloseAssessment(round=ROUND), by=lin),
        put(CollectScores(round=ROUND, projects=projects), by=STORY),
        put(CompleteScores(round=ROUND), by=STORY),
    )


def a_published_shortlist() -> Situation:
    publish = put(PublishRanking(round=ROUND), by=lin, at=on("04-01"))
    return Situation("a shortlist", steps(ranked(BEST, SECOND), publish), two_reviewed_entries())


def a_final() -> Situation:
    """The best entry on stage; the other went no further."""
    told = steps(
        put(RecordSelection(project=BEST), by=STORY),
        put(RecordSelection(project=SECOND), by=STORY),
        put(CompletePlaces(round=ROUND), by=STORY),
    )
    schedule = ScheduleRoadshow(
        round=ROUND, session="final", starts_at=on("04-15"), place="Hall", judges=("sun", "zhou", "wu")
    )
    invite = steps(put(schedule, by=lin), put(InviteToRoadshow(project=BEST, session="final"), by=lin))
    return Situation("a final", steps(told, invite), a_published_shortlist())


def test_a_project_begins_in_the_first_stage_its_programme_has() -> None:
    project = given(two_reviewed_entries()).project(BEST)
    assert (project.stage, project.step, project.score_of("preliminary")) == ("selection", "finalists", 9_000)
    assert project.eligibility_due is None


def test_a_shortlist_lets_the_best_go_on_and_says_why_the_others_do_not() -> None:
    after = (
        given(two_reviewed_entries(), ranked(BEST, SECOND))
        .when(PublishRanking(round=ROUND), by=lin)
        .then_once(RankingPublished)
    )
    told = [(place.project, place.shortlisted, place.reason) for place in after.round().places.values()]
    assert told == [(BEST, True, ""), (SECOND, False, "places_taken")]
    assert after.round().stage == "published"


def test_a_shortlist_has_no_awards_to_adjust() -> None:
    less = Adjustment(project=BEST, award=yuan(1_000), reason="Less.")
    ready = given(two_reviewed_entries(), ranked(BEST, SECOND))
    ready.when(PublishRanking(round=ROUND, adjustments=(less,)), by=lin).refused(Malformed, field="adjustments")


def test_every_project_is_told_once_and_the_round_goes_on_to_the_next_ranking() -> None:
    shortlist = given(a_published_shortlist())
    shortlist.when(RecordSelection(project=BEST), by=STORY).then_once(
        ProjectShortlisted(stage="finalists", rank=1, total=9_000)
    )
    shortlist.when(RecordSelection(project=SECOND), by=STORY).then_once(
        ProjectNotSelected(stage="finalists", rank=2, total=7_000, reason="places_taken")
    )
    after = shortlist.when(CompletePlaces(round=ROUND), by=STORY).then_once(PlacesCompleted(stage="finalists"))
    assert (after.round().stage, after.round().step, dict(after.round().entries)) == ("assessment", "selection", {})


def test_the_final_is_awarded_without_a_public_notice_where_the_programme_has_none() -> None:
    scores = points(ROADSHOW.rubric, 80)
    scored = (
        put(ScoreRoadshow(project=BEST, scores=scores), by=who, at=on("04-15", "10:00")) for who in (sun, zhou, wu)
    )
    final = given(a_final(), *scored, ranked(BEST, SECOND), put(PublishRanking(round=ROUND), by=lin))
    assert final.round().stage == "published"
    selected = final.when(RecordSelection(project=BEST), by=STORY).then_once(
        ProjectSelected(rank=1, total=8_200, award=yuan(20_000))  # 20 percent of 90, 80 percent of 80
    )
    after = selected.when(CompletePlaces(round=ROUND), by=STORY).then_once(PlacesCompleted(stage="selection"))
    assert after.round().stage == "award"


def test_nobody_scores_in_a_stage_that_has_not_come_or_is_over() -> None:
    entries = given(two_reviewed_entries())
    late = SubmitReview(project=BEST, stage="preliminary", scores=points(REVIEW.rubric, 10))
    entries.when(late, by=li).refused(StageNotOpen, stage="review", now="selection")
    early = ScoreRoadshow(project=BEST, scores=points(ROADSHOW.rubric, 10))
    entries.when(early, by=sun).refused(StageNotOpen, stage="roadshow", now="selection")


def test_who_means_a_stage_the_programme_does_not_have_is_told_so() -> None:
    wish = SubmitReview(project=BEST, stage="second-opinion", scores=())
    given(two_reviewed_entries()).when(wish, by=li).refused(NotFound, kind="stage", id="second-opinion")


def test_with_several_reviews_one_says_which() -> None:
    content = contest().model_dump()
    first = content["stages"][0]
    twice = Rules.model_validate(
        content | {"stages": [first, first | {"id": "second-opinion"}, *content["stages"][1:]]}
    )
    with pytest.raises(Malformed) as caught:
        Project(id="p", stage="review", quoted=twice).rules.meant(type(REVIEW), None)
    assert caught.value.fields == {"field": "stage", "rule": "must name one of preliminary, second-opinion"}


def test_a_programme_without_a_roadshow_schedules_none() -> None:
    content = RULES.model_dump()
    stages = [stage for stage in content["stages"] if stage["id"] != "roadshow"]
    stages[2]["shares"] = [{"stage": "review", "percent": 100}]
    rules = Rules.model_validate(content | {"stages": stages})
    given(a_programme(rules), a_closed_call()).when(schedule(), by=lin).refused(NotFound, kind="stage", id="roadshow")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (("selection", "eligibility"), "stage selection reckons with review, which gives no score before it"),
        (
            ("review", "roadshow", "selection", "eligibility"),
            "stage eligibility comes after the selection and cannot be reached",
        ),
        (
            ("notice", "review", "roadshow", "selection"),
            "stage notice comes before a selection: there is nothing to show yet",
        ),
        (("eligibility", "review"), "stages need a selection, which says who gets an award"),
    ],
)
def test_stages_that_cannot_follow_each_other_are_not_rules(order: tuple[str, ...], said: str) -> None:
    content: dict[str, Any] = RULES.model_dump()
    stages = {stage["id"]: stage for stage in content["stages"]}
    with pytest.raises(ValidationError, match=said):
        Rules.model_validate(content | {"stages": [stages[id_] for id_ in order]})


def test_what_a_programme_does_not_have_is_not_written() -> None:
    written = payload_of(RoadshowScored(stage="final", judge="sun", scores=()))
    assert event_from("RoadshowScored.v2", written).stored_name() == "RoadshowScored.v2"
    stages = contest().model_dump(mode="json")["stages"]
    assert "words" not in stages[1]
    assert "ties" not in stages[1]
    assert Rules.model_validate(contest().model_dump(mode="json")) == contest()


# ── what is said about one ranking never touches the next ────────────────────────────────────────────────────────────


def test_a_late_repetition_about_the_shortlist_leaves_the_final_alone() -> None:
    """Closing the assessment of the final by mistake would leave every finalist without a score."""
    final = given(a_final())
    final.when(CloseAssessment(round=ROUND, stage="finalists"), by=lin).nothing_new()
    final.when(PublishRanking(round=ROUND, stage="finalists"), by=lin).nothing_new()
    final.when(CloseAssessment(round=ROUND, stage="selection"), by=lin).then(AssessmentClosed)
    first = given(two_reviewed_entries())
    first.when(CloseAssessment(round=ROUND, stage="selection"), by=lin).refused(
        StageNotOpen, stage="selection", now="finalists"
    )
    first.when(CloseAssessment(round=ROUND, stage="final"), by=lin).refused(NotFound, kind="stage", id="final")
    first.when(CloseAssessment(round=ROUND, stage="finalists"), by=lin).then_once(AssessmentClosed)


def shortlisted_with(seed: str) -> Callable[[World], World]:
    return steps(
        ranked(BEST, SECOND),
        put(PublishRanking(round=ROUND, seed=seed), by=lin),
        put(CompletePlaces(round=ROUND), by=STORY),
    )


def test_each_ranking_has_a_seed_of_its_own() -> None:
    """That of the shortlist is public by now: whoever ranks could choose who is drawn first."""
    drawn = contest().model_dump()
    for stage in drawn["stages"]:
        if "shares" in stage:
            stage["ties"] = ["draw"]
    commit = CommitToTieDraw(round=ROUND, commitment=commitment_to(SEED))
    committed = put(commit, by=lin)
    final = given(a_programme(Rules.model_validate(drawn)), two_reviewed_entries(), committed, shortlisted_with(SEED))
    final.when(commit, by=lin).refused(
        Malformed, field="commitment", rule="must be to another seed than that of an earlier ranking"
    )
    other = CommitToTieDraw(round=ROUND, commitment=commitment_to("0" * 64))
    final.when(other, by=lin).then_once(TieDrawCommitted)
