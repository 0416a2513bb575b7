"""Panels on the real stack: one more reviewer is called and another replaced while time passes; reviewers assigned to a round."""

from __future__ import annotations

from domain.assigning import OpenAssignment
from domain.assignment_wish import AssignmentWish
from domain.drawing import commitment_to, draw
from domain.eligibility import CheckEligibility
from domain.kernel import Command
from domain.optimisation import AssignByOptimisation, Offer
from domain.panel import ReplaceReviewer
from domain.person import GrantRole
from domain.project import Project
from domain.recusal import AskForRecusal
from domain.review import AssignReviewers, SubmitReview
from domain.reviewer_draw import CommitToDraw, DrawReviewers
from domain.round import Round
from domain.rules import Rules
from tests.controls import (
    PROGRAMME,
    PROJECT,
    REVIEW,
    ROUND,
    RULES,
    also,
    apply_with,
    chen,
    findings,
    li,
    lin,
    on,
    points,
    rules_with,
    shen,
    wang,
    xu,
    zhao,
)
from tests.stage import Stage
from tests.workflows.journeys import Staged, an_open_call

POOL, SEED = ("li", "qian", "wang", "zhao"), "5e" * 32


async def an_eligible_application(
    stage: Stage, rules: Rules, *projects: str, during_the_call: Command | None = None
) -> None:
    """Applied and found eligible; nobody sits on a panel yet."""
    await an_open_call(stage, rules)
    if during_the_call is not None:
        await stage.do(during_the_call, by=lin)
    for project in projects or (PROJECT,):
        await stage.do(apply_with(project), by=chen)
    await stage.rest()
    await stage.next_deadline()  # 20 March is over: the story closes the call
    for project in projects or (PROJECT,):
        await stage.do(CheckEligibility(project=project, findings=findings()), by=lin)
    await stage.rest()


def told(stage: Stage) -> list[str]:
    """What happened to the project from its review on."""
    names = [each.name.partition(".")[0] for each in stage.store.recorded(f"project:{PROJECT}")]
    return names[names.index("ReviewOpened") + 1 :]


async def test_where_scores_lie_far_apart_one_more_is_called_and_a_silent_one_is_replaced(staged: Staged) -> None:
    rules = rules_with(review={"dispersion": {"range_at_most": 30, "more_within_days": 7}})
    async with staged() as stage:
        await an_eligible_application(stage, rules)
        await stage.do(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin)
        await stage.rest()
        for who, percent in ((li, 90), (wang, 80), (zhao, 50)):
            await stage.do(SubmitReview(project=PROJECT, scores=points(REVIEW.rubric, percent)), by=who)
        await stage.rest()
        project = stage.store.load(Project, PROJECT)
        assert (project.stage, project.now.wanted, project.now.due) == ("review", 4, on("03-29", "00:00"))
        await stage.do(AssignReviewers(project=PROJECT, reviewers=("qian",)), by=lin)
        await stage.rest()
        assert await stage.next_deadline() == on("03-25", "00:00")  # qian is reminded, and stays silent
        await stage.do(GrantRole(person="xu", role="reviewer", scope=PROGRAMME), by=shen)
        await stage.do(ReplaceReviewer(project=PROJECT, old="qian", new="xu", reason="No answer."), by=lin)
        await stage.do(SubmitReview(project=PROJECT, scores=points(REVIEW.rubric, 60)), by=also(xu, "reviewer"))
        await stage.rest()
        assert told(stage) == [
            "ReviewersAssigned",
            *("ReviewSubmitted", "ReviewSubmitted", "ReviewSubmitted", "QuorumReached", "MoreReviewersCalled"),
            *("ReviewersAssigned", "ReviewersReminded", "ReviewerReplaced"),
            *("ReviewSubmitted", "QuorumReached", "ReviewConcluded"),
        ]
        assert stage.store.load(Project, PROJECT).score_of("review") == 7_000


async def test_when_nobody_comes_what_is_there_decides_at_the_new_deadline(staged: Staged) -> None:
    rules = rules_with(review={"dispersion": {"range_at_most": 30, "more_within_days": 2}})
    async with staged() as stage:
        await an_eligible_application(stage, rules)
        await stage.do(AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")), by=lin)
        for who, percent in ((li, 90), (wang, 80), (zhao, 50)):
            await stage.do(SubmitReview(project=PROJECT, scores=points(REVIEW.rubric, percent)), by=who)
        await stage.rest()
        assert await stage.next_deadline() == on("03-24", "00:00")
        assert told(stage)[-2:] == ["MoreReviewersCalled", "ReviewConcluded"]


async def test_reviewers_are_planned_for_a_round_and_the_story_seats_them(staged: Staged) -> None:
    plan = AssignByOptimisation(
        round=ROUND, reviewers=tuple(Offer(id=who, capacity=2) for who in POOL), wish=AssignmentWish()
    )
    async with staged() as stage:
        await an_eligible_application(stage, RULES, PROJECT, "garden")
        await stage.do(OpenAssignment(round=ROUND), by=lin)
        await stage.rest()
        assert set(stage.store.load(Round, ROUND).seating.listed) == {PROJECT, "garden"}
        await stage.do(plan, by=lin)
        await stage.rest()
        round_ = stage.store.load(Round, ROUND)
        assert (round_.stage, dict(round_.seating.panels)) == ("assessment", {})
        panels = [stage.store.load(Project, id_).now.panel.sitting for id_ in (PROJECT, "garden")]
        assert sorted(len(panel) for panel in panels) == [3, 3]
        loads = sorted(sum(who in panel for panel in panels) for who in POOL)
        assert loads == [1, 1, 2, 2]
        await stage.do(OpenAssignment(round=ROUND), by=lin)
        await stage.rest()
        assert not stage.store.load(Round, ROUND).seating.listed, "everybody has a panel; it was looked at anew"


async def test_reviewers_are_drawn_and_one_is_recused_since_nobody_answers_in_time(staged: Staged) -> None:
    conflicts = {"kinds": ("kin",), "look_back_years": 2, "recusal_within_working_days": 3}
    rules = Rules.model_validate(RULES.model_dump() | {"conflicts": conflicts})
    commit = CommitToDraw(round=ROUND, commitment=commitment_to(SEED), salt="spring", candidates=POOL)
    async with staged() as stage:
        await an_eligible_application(stage, rules, during_the_call=commit)
        await stage.do(DrawReviewers(round=ROUND, seed=SEED, candidates=POOL), by=lin)
        await stage.rest()
        order = draw(SEED, salt=f"spring//{PROJECT}", candidates=POOL, places=3)
        assert stage.store.load(Project, PROJECT).now.panel.sitting == order
        await stage.do(AskForRecusal(project=PROJECT, person=order[0], ground="My cousin."), by=chen)
        await stage.rest()
        assert await stage.next_deadline() == on("03-26", "00:00")  # three working days after Saturday the 21st
        assert stage.store.load(Project, PROJECT).now.panel.sitting == order[1:]
        assert told(stage)[-2:] == ["RecusalAsked", "RecusalGranted"]
