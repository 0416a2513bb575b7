"""Conflicts of interest that follow from the register: nobody who belongs to an organisation, or did lately, judges its projects."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.assigning import listing
from domain.conflict import ConflictDerived, years_before
from domain.errors import ConflictOfInterest
from domain.extension import ExtendProjectDeadline
from domain.kernel import STORY, Actor
from domain.organisation import Organisation
from domain.register import RecordAffiliation
from domain.review import (
    AssignReviewers,
    ConcludeReview,
    OpenReview,
    QuorumReached,
    ReviewConcluded,
    ReviewersAssigned,
    ReviewOpened,
    SubmitReview,
)
from domain.roadshow import InviteToRoadshow, RoadshowInvited, ScoreRoadshow
from domain.rules import Rules
from tests.controls import GOOD, ORGANISATION, PROJECT, RULES, SHOWN, li, lin, on, sun, wang, xu, zhao
from tests.situations import (
    a_panel,
    a_programme,
    a_review,
    a_reviewed_project,
    a_session,
    an_application,
    an_eligible_application,
    an_invited_project,
    an_open_review,
)
from tests.world import Given, given, put

KINDS = ("employee", "board", "shareholder", "kin")


def recusing(**changes: Any) -> Rules:
    """The example with conflicts derived: every kind, two years back."""
    conflicts = {"kinds": KINDS, "look_back_years": 2, **changes}
    return Rules.model_validate(RULES.model_dump() | {"conflicts": conflicts})


def belongs(person: str, kind: str = "board", until: date | None = None) -> Any:
    content = {"organisation": ORGANISATION, "person": person, "kind": kind, "since": date(2015, 1, 1), "until": until}
    return put(RecordAffiliation.model_validate(content), by=lin)


ASSIGN = AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao"))
SCORE = SubmitReview(project=PROJECT, scores=GOOD)
DERIVED = ConflictDerived(person="wang", organisation=ORGANISATION, kind="board", until=None)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_who_belongs_to_the_applicant_is_put_on_a_panel(kind: str) -> None:
    given(a_programme(recusing()), an_eligible_application(), belongs("wang", kind)).when(ASSIGN, by=lin).refused(
        ConflictOfInterest, person="wang", reason=f"recorded as {kind} of {ORGANISATION}"
    )


@pytest.mark.parametrize(
    ("years", "until", "is_partial"),
    [
        (2, date(2024, 3, 23), True),  # two years to the day before the 23rd of March 2026
        (2, date(2024, 3, 22), False),
        (3, date(2024, 3, 22), True),
        (0, date(2026, 3, 22), False),
    ],
)
def test_the_programme_says_how_far_back_is_looked(years: int, until: date, *, is_partial: bool) -> None:
    rules = a_programme(recusing(look_back_years=years))
    asked = given(rules, an_eligible_application(), belongs("wang", until=until)).when(ASSIGN, by=lin)
    asked.refused(ConflictOfInterest) if is_partial else asked.then(ReviewersAssigned)


def test_only_the_kinds_that_the_programme_names_count_and_only_where_it_names_any() -> None:
    kin_only = a_programme(recusing(kinds=("kin",)))
    given(kin_only, an_eligible_application(), belongs("wang")).when(ASSIGN, by=lin).then(ReviewersAssigned)
    given(an_eligible_application(), belongs("wang")).when(ASSIGN, by=lin).then(ReviewersAssigned)


def test_who_turns_out_to_belong_to_the_applicant_does_not_score() -> None:
    rules = a_programme(recusing())
    given(rules, an_open_review(), belongs("wang")).when(SCORE, by=wang).refused(ConflictOfInterest, person="wang")


def test_an_opening_review_recuses_who_belongs_to_the_applicant() -> None:
    seated = given(a_programme(recusing()), a_panel(), belongs("wang"))
    after = seated.when(OpenReview(project=PROJECT), by=STORY).then_once(DERIVED, ReviewOpened)
    assert after.project().now.panel.sitting == ("li", "zhao")


def test_a_score_of_somebody_who_turned_out_to_be_partial_does_not_count() -> None:
    everybody = [a_review(by=who) for who in (li, wang, zhao)]
    after = given(a_programme(recusing()), *everybody, belongs("wang")).when(ConcludeReview(project=PROJECT), by=STORY)
    after.then_once(DERIVED, ReviewConcluded(stage="review", score=8_000, reviews=2, passed=True))


def test_the_others_are_the_quorum_when_the_review_opens_without_the_partial() -> None:
    early = (put(SCORE, by=who) for who in (li, zhao))
    seated = given(a_programme(recusing()), a_panel(), *early, belongs("wang"))
    seated.when(OpenReview(project=PROJECT), by=STORY).then(
        DERIVED, ReviewOpened, QuorumReached(stage="review", reviews=2)
    )


def test_at_the_roadshow_a_partial_judge_is_recused_for_that_project_and_the_session_goes_on() -> None:
    waiting = given(a_programme(recusing()), a_reviewed_project(), a_session(), belongs("zhou", "kin"))
    invited = waiting.when(InviteToRoadshow(project=PROJECT, session="afternoon"), by=lin).then_once(
        ConflictDerived(person="zhou", organisation=ORGANISATION, kind="kin", until=None), RoadshowInvited
    )
    assert invited.project().now.panel.sitting == ("sun", "wu")


def test_a_judge_who_came_to_belong_to_the_applicant_does_not_score() -> None:
    score = ScoreRoadshow(project=PROJECT, scores=SHOWN)
    given(a_programme(recusing()), an_invited_project(), belongs("sun")).when(
        score, by=sun, at=on("04-15", "15:00")
    ).refused(ConflictOfInterest, person="sun", reason=f"recorded as board of {ORGANISATION}")


def test_looking_back_from_a_leap_day_is_looking_back_from_the_last_of_february() -> None:
    assert years_before(date(2028, 2, 29), 2) == date(2026, 2, 28)
    assert years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)


def test_a_programme_that_derives_conflicts_says_of_what_kind() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        recusing(kinds=())


def test_where_a_review_is_blind_the_refusal_does_not_tell_whose_it_is() -> None:
    blind = recusing().model_dump()
    blind["stages"] = [stage | ({"blind": True} if stage["kind"] == "review" else {}) for stage in blind["stages"]]
    review = given(a_programme(Rules.model_validate(blind)), an_open_review(), belongs("wang"))
    review.when(SubmitReview(project=PROJECT, scores=GOOD), by=wang).refused(
        ConflictOfInterest, person="wang", reason="recorded as board of the applicant"
    )


# ── the project's own people ─────────────────────────────────────────────────────────────────────────────────────────


def test_who_leads_a_project_or_applied_with_it_judges_and_decides_nothing_about_it() -> None:
    """Also in a role that has nothing to do with the organisation, and when they apply for it no longer."""
    led = given(an_application(leader="xu"), an_open_review())
    for who in (xu, Actor(id="chen", grants=frozenset({("officer", "*")}))):
        check = ExtendProjectDeadline(project=PROJECT, deadline="review", until=date(2026, 4, 20), reason="Floods.")
        led.when(check, by=who).refused(ConflictOfInterest, person=who.id, reason="own_project")
    own = given(an_eligible_application(leader="wang"))
    own.when(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin).refused(
        ConflictOfInterest, person="wang", reason="own_project"
    )
    assert listed_partial(own) == ("chen", "wang")


def listed_partial(own: Given) -> tuple[str, ...]:
    organisation = own.world.get(Organisation, ORGANISATION)
    return listing(own.project(), organisation, own.world.now).partial
