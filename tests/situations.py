"""What has happened before: situations built from earlier situations, each played once however often it is named.

    given(a_presented_project(), a_presented_project("second", percent=70), a_ranked_round())

Who wants other rules, people or numbers names the earlier situation first: given(a_programme(other_rules), a_panel()).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from domain.agreement import CompleteAwards, GrantAward
from domain.closing import CloseProject, CloseRound
from domain.delivery import AcceptReport
from domain.eligibility import CheckEligibility
from domain.evaluation import OpenEvaluation
from domain.kernel import STORY, SYSTEM, Actor, Command, Money
from domain.notice import ConcludeNotice, OpenNotice
from domain.organisation import RegisterOrganisation
from domain.person import GrantRole, RegisterPerson
from domain.project import Project
from domain.receipt import OpenFund
from domain.result import RecordSelection
from domain.review import AssignReviewers, ConcludeReview, OpenReview, SubmitReview
from domain.roadshow import InviteToRoadshow, ScoreRoadshow
from domain.round_opening import CloseCall, OpenCall
from domain.rules import Rules
from domain.rules.rubric import Score
from domain.selection import Adjustment, CloseAssessment, CollectScores, CompleteScores, PublishRanking
from domain.tranche import ApproveTranche, RequestTranche, VerifyTranche
from tests.controls import (
    DELIVERED,
    EVERYBODY,
    FUND,
    GOOD,
    ORGANISATION,
    PROJECT,
    REVIEW,
    ROADSHOW,
    ROUND,
    RULES,
    apply_with,
    chen,
    evaluate,
    fang,
    findings,
    gao,
    li,
    lin,
    luo,
    objection,
    on,
    open_round,
    pay,
    points,
    publish,
    receive,
    report,
    schedule,
    shen,
    sign,
    song,
    sun,
    tang,
    wang,
    wu,
    yao,
    yuan,
    zhao,
    zhou,
)
from tests.world import Situation, World, put, steps


def _everybody_known(world: World) -> World:
    for actor in EVERYBODY:
        world = world.put(RegisterPerson(person=actor.id, name=actor.id.title()), by=SYSTEM)
        for role, scope in actor.grants:
            world = world.put(GrantRole.model_validate({"person": actor.id, "role": role, "scope": scope}), by=SYSTEM)
    return world


def people() -> Situation:
    return Situation("people", _everybody_known)


def a_programme(rules: Rules = RULES) -> Situation:
    return Situation("a programme", put(publish(rules), by=shen), people())


def a_fund(received: Money | None = None, purposes: tuple[str, ...] = ("community-service",)) -> Situation:
    opened = put(OpenFund(fund=FUND, name="福利基金", purposes=purposes), by=tang)
    return Situation("a fund", steps(opened, put(receive(received or yuan(100_000)), by=tang)))


def an_organisation(id_: str = ORGANISATION, type_: str = "service-agency") -> Situation:
    code = {"qinghe": "52330213MJ8931234A", "xingguang": "52330213MJ8935678B"}[id_]
    command = RegisterOrganisation(
        organisation=id_, name=id_.title(), type=type_, credit_code=code, registered_on=date(2019, 5, 4)
    )
    return Situation(f"organisation {id_}", put(command, by=lin))


def a_planned_round(**changes: Any) -> Situation:
    before = steps(a_programme(), a_fund(), an_organisation(), an_organisation("xingguang"))
    return Situation("a planned round", put(open_round(**changes), by=lin), before)


def an_open_round(**changes: Any) -> Situation:
    return Situation("an open round", put(OpenCall(round=ROUND), by=STORY, at=on("03-09")), a_planned_round(**changes))


def an_application(project: str = PROJECT, by: Actor = chen, **changes: Any) -> Situation:
    command = apply_with(project, **({"organisation": next(iter(by.grants))[1]} | changes))
    return Situation(f"application {project}", put(command, by=by, at=on("03-10")), an_open_round())


def a_closed_call() -> Situation:
    return Situation("a closed call", put(CloseCall(round=ROUND), by=STORY, at=on("03-21")), an_open_round())


def an_eligible_application(project: str = PROJECT, by: Actor = chen, **changes: Any) -> Situation:
    check = put(CheckEligibility(project=project, findings=findings()), by=lin, at=on("03-23"))
    return Situation(f"eligible {project}", check, steps(an_application(project, by, **changes), a_closed_call()))


def a_panel(of: int = 3, project: str = PROJECT, **changes: Any) -> Situation:
    reviewers = ("li", "wang", "zhao", "qian")[:of]
    seat = put(AssignReviewers(project=project, reviewers=reviewers), by=lin)
    return Situation(f"panel {project}", seat, an_eligible_application(project, **changes))


def an_open_review(of: int = 3, project: str = PROJECT, **changes: Any) -> Situation:
    """Opened on 23 March, so due at the end of 6 April, with a reminder four days before."""
    opened = put(OpenReview(project=project), by=STORY, at=on("03-23", "10:00"))
    return Situation(f"open review {project}", opened, a_panel(of, project, **changes))


def a_review(by: Actor = wang, scores: tuple[Score, ...] = GOOD, project: str = PROJECT) -> Situation:
    command = SubmitReview(project=project, scores=scores)
    return Situation(f"review {project} {by.id}", put(command, by=by, at=on("03-25")), an_open_review(project=project))


def a_reviewed_project(project: str = PROJECT, percent: int = 80, **changes: Any) -> Situation:
    scores = points(REVIEW.rubric, percent)
    reviews = (put(SubmitReview(project=project, scores=scores), by=who, at=on("03-25")) for who in (li, wang, zhao))
    conclude = put(ConcludeReview(project=project), by=STORY, at=on("03-26"))
    return Situation(f"reviewed {project}", steps(*reviews, conclude), an_open_review(project=project, **changes))


def a_session(of: int = 3) -> Situation:
    """The roadshow's afternoon, 15 April from two o'clock; scores are awaited until the end of the 18th."""
    judges = ("sun", "zhou", "wu")[:of]
    return Situation("a session", put(schedule(judges=judges), by=lin, at=on("04-01")), a_closed_call())


def an_invited_project(project: str = PROJECT, **changes: Any) -> Situation:
    invite = put(InviteToRoadshow(project=project, session="afternoon"), by=lin, at=on("04-02"))
    return Situation(f"invited {project}", invite, steps(a_reviewed_project(project, **changes), a_session()))


def a_presented_project(project: str = PROJECT, percent: int = 90, **changes: Any) -> Situation:
    command = ScoreRoadshow(project=project, scores=points(ROADSHOW.rubric, percent))
    scored = (put(command, by=who, at=on("04-15", "15:00")) for who in (sun, zhou, wu))
    return Situation(f"presented {project}", steps(*scored), an_invited_project(project, **changes))


def _each_project(command: Callable[[str], Command], by: Actor = STORY) -> Callable[[World], World]:
    def play(world: World) -> World:
        for id_ in [state.id for state in world.streams.values() if isinstance(state, Project)]:
            world = world.put(command(id_), by=by)
        return world

    return play


def a_closed_assessment() -> Situation:
    """Every project there is so far, or the one example when there is none, goes into the ranking."""
    return Situation("a closed assessment", put(CloseAssessment(round=ROUND), by=lin, at=on("04-16")), _some_project)


def _some_project(world: World) -> World:
    some = any(isinstance(state, Project) for state in world.streams.values())
    return world if some else a_presented_project()(world)


def collected_scores() -> Situation:
    collect = _each_project(lambda id_: CollectScores(round=ROUND, projects=(id_,)))
    return Situation("scores", steps(collect, put(CompleteScores(round=ROUND), by=STORY)), a_closed_assessment())


def a_ranked_round(adjustments: Iterable[Adjustment] = ()) -> Situation:
    ranked = put(PublishRanking(round=ROUND, adjustments=tuple(adjustments)), by=lin, at=on("04-17"))
    record = _each_project(lambda id_: RecordSelection(project=id_))
    return Situation("a ranking", steps(ranked, record), collected_scores())


def a_ranking_to_approve(adjustments: Iterable[Adjustment] = ()) -> Situation:
    """Published, where the programme has its awards approved first: no project has been told."""
    ranked = put(PublishRanking(round=ROUND, adjustments=tuple(adjustments)), by=lin, at=on("04-17"))
    return Situation("a ranking to approve", ranked, collected_scores())


def an_open_notice() -> Situation:
    """Five working days from Friday 17 April: until the end of Friday the 24th."""
    return Situation("a notice", put(OpenNotice(round=ROUND), by=STORY), a_ranked_round())


def an_objection(id_: str = "objection-1") -> Situation:
    return Situation(f"objection {id_}", put(objection(id_), by=fang, at=on("04-20")), an_open_notice())


def a_passed_notice() -> Situation:
    return Situation("a passed notice", put(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25")), an_open_notice())


def a_granted_award() -> Situation:
    """Granted on 25 April: to be signed until the end of 10 May."""
    granted = _each_project(lambda id_: GrantAward(project=id_))
    return Situation("awards", steps(granted, put(CompleteAwards(round=ROUND), by=STORY)), a_passed_notice())


def a_concluded_agreement(project: str = PROJECT) -> Situation:
    """Signed on 28 April: the mid-term report is due by 12 July, the final one by 25 September."""
    ours = put(sign("organisation", project=project), by=chen, at=on("04-28"))
    return Situation(
        f"agreement {project}", steps(ours, put(sign("bureau", project=project), by=lin)), a_granted_award()
    )


def a_requested_tranche(tranche: str = "first") -> Situation:
    asked = put(RequestTranche(project=PROJECT, tranche=tranche, payee="Qinghe"), by=chen)
    return Situation(f"requested {tranche}", asked, a_concluded_agreement())


def a_verified_tranche(tranche: str = "first") -> Situation:
    verified = put(VerifyTranche(project=PROJECT, tranche=tranche), by=gao)
    return Situation(f"verified {tranche}", verified, a_requested_tranche(tranche))


def an_approved_tranche(tranche: str = "first") -> Situation:
    approved = put(ApproveTranche(project=PROJECT, tranche=tranche), by=luo)
    return Situation(f"approved {tranche}", approved, a_verified_tranche(tranche))


def a_paid_tranche(tranche: str = "first") -> Situation:
    return Situation(f"paid {tranche}", put(pay(tranche, f"bank-{tranche}"), by=song), an_approved_tranche(tranche))


def a_submitted_report(id_: str = "mid-term") -> Situation:
    day = {"mid-term": "07-01", "final": "09-01"}[id_]
    return Situation(f"submitted {id_}", put(report(id_), by=chen, at=on(day)), a_concluded_agreement())


def an_accepted_report(id_: str = "mid-term") -> Situation:
    accept = put(AcceptReport(project=PROJECT, report=id_), by=lin)
    return Situation(f"accepted {id_}", accept, a_submitted_report(id_))


def a_delivered_project() -> Situation:
    both = steps(an_accepted_report("mid-term"), an_accepted_report("final"))
    return Situation("a delivered project", put(OpenEvaluation(project=PROJECT), by=STORY, at=on("09-02")), both)


def an_evaluated_project(scores: tuple[Score, ...] = DELIVERED) -> Situation:
    return Situation("evaluated", put(evaluate(scores), by=yao, at=on("09-15")), a_delivered_project())


def a_settled_project() -> Situation:
    paid = steps(*(a_paid_tranche(rule.id) for rule in RULES.tranches))
    return Situation("a settled project", paid, an_evaluated_project())


def a_closed_project() -> Situation:
    return Situation("a closed project", put(CloseProject(project=PROJECT), by=STORY), a_settled_project())


def a_closed_round() -> Situation:
    return Situation("a closed round", put(CloseRound(round=ROUND), by=lin, at=on("12-01")), a_closed_project())
