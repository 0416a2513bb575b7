"""A silent reviewer is replaced, a reviewer withdraws: neither is partial, and either may sit again."""

from domain.errors import AlreadyExists, ConflictOfInterest, NotOnPanel, RoleMissing, StageNotOpen
from domain.kernel import STORY
from domain.panel import ReplaceReviewer, ReviewerReplaced, ReviewerWithdrew, WithdrawFromPanel
from domain.review import (
    AssignReviewers,
    ConcludeReview,
    DeclareConflict,
    QuorumReached,
    ReviewConcluded,
    ReviewersAssigned,
    SubmitReview,
)
from tests.controls import GOOD, PROJECT, li, lin, on, qian, wang, zhao
from tests.domain.test_conflict import belongs, recusing
from tests.situations import a_panel, a_programme, a_review, a_reviewed_project, an_open_review
from tests.world import given, put

SILENT = "No answer to three calls."
ILL = WithdrawFromPanel(project=PROJECT, reason="In hospital.")


def replace(old: str = "wang", new: str = "qian") -> ReplaceReviewer:
    return ReplaceReviewer(project=PROJECT, old=old, new=new, reason=SILENT)


def test_a_silent_reviewer_is_replaced_once_with_a_reason() -> None:
    after = given(an_open_review()).when(replace(), by=lin)
    replaced = after.then_once(ReviewerReplaced(stage="review", old="wang", new="qian", reason=SILENT))
    assert replaced.project().now.panel.sitting == ("li", "zhao", "qian")
    replaced.when(SubmitReview(project=PROJECT, scores=GOOD), by=wang).refused(NotOnPanel, person="wang")


def test_who_has_scored_is_not_replaced() -> None:
    given(a_review(by=wang)).when(replace(), by=lin).refused(StageNotOpen, stage="review", now="already scored")


def test_only_who_sits_is_replaced_and_only_by_somebody_who_does_not() -> None:
    given(an_open_review()).when(replace("qian", "wang"), by=lin).refused(NotOnPanel, person="qian")
    given(an_open_review()).when(replace("wang", "li"), by=lin).refused(AlreadyExists, kind="reviewer", id="li")


def test_the_new_reviewer_is_held_to_what_everybody_on_a_panel_is_held_to() -> None:
    given(an_open_review()).when(replace(new="fang"), by=lin).refused(RoleMissing, command="ReplaceReviewer")
    partial = given(a_programme(recusing()), an_open_review(), belongs("qian"))
    partial.when(replace(), by=lin).refused(ConflictOfInterest, person="qian")
    aside = put(DeclareConflict(project=PROJECT, reason="x"), by=qian)
    stepped = given(a_panel(of=4), aside, put(ILL, by=qian))
    stepped.when(replace(), by=lin).refused(ConflictOfInterest, person="qian", reason="declared")


def test_a_concluded_review_replaces_nobody() -> None:
    given(a_reviewed_project()).when(replace(), by=lin).refused(StageNotOpen, now="roadshow")


def test_a_reviewer_withdraws_once_and_what_they_scored_no_longer_counts() -> None:
    after = given(a_review(by=wang)).when(ILL, by=wang)
    withdrew = after.then_once(ReviewerWithdrew(stage="review", reviewer="wang", reason="In hospital."))
    assert withdrew.project().now.panel.sitting == ("li", "zhao")
    assert not withdrew.project().now.panel.scored


def test_when_the_last_silent_reviewer_withdraws_the_others_are_the_quorum() -> None:
    given(a_review(by=li), a_review(by=zhao)).when(ILL, by=wang).then(
        ReviewerWithdrew, QuorumReached(stage="review", reviews=2)
    )


def test_who_is_not_on_the_panel_does_not_withdraw() -> None:
    given(an_open_review()).when(ILL, by=qian).refused(NotOnPanel, person="qian")


def test_who_withdrew_may_be_seated_again() -> None:
    back = given(an_open_review(), put(ILL, by=wang)).when(
        AssignReviewers(project=PROJECT, reviewers=("wang",)), by=lin
    )
    seated = back.then_once(ReviewersAssigned(stage="review", reviewers=("wang",)))
    assert seated.project().now.panel.sitting == ("li", "zhao", "wang")
    assert seated.project().now.panel.left == ()
    seated.when(ILL, by=wang).then(ReviewerWithdrew)


def test_a_replacement_concludes_with_the_others() -> None:
    scored = (put(SubmitReview(project=PROJECT, scores=GOOD), by=who) for who in (li, zhao, qian))
    given(an_open_review(), put(replace(), by=lin), *scored).when(
        ConcludeReview(project=PROJECT), by=STORY, at=on("03-30")
    ).then(ReviewConcluded(stage="review", score=8_000, reviews=3, passed=True))
