"""The commands on a round with everything filled in, who gives them, and an example of every stage of a round.

The round is of a composed programme: formal check, review, shortlist, roadshow with drawn slots, votes, selection with reserve,
approval, public notice. So its stages come with the kind of stage its projects are in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from domain.agreement import CompleteAwards, GrantAward
from domain.approval import EscalateApproval, RemindApproval
from domain.assigning import CompleteAssignment, CompleteListing, ListApplications, OpenAssignment, SeatReviewers
from domain.assignment_wish import AssignmentWish
from domain.award import DeclineAward, ResumeAwards
from domain.claim import WithdrawClaim
from domain.closing import CloseRound
from domain.eligibility import CheckEligibility
from domain.kernel import STORY, Actor, Command
from domain.notice import ConcludeNotice, OpenNotice
from domain.objection import AssignObjection, EscalateObjection, RemindObjection
from domain.optimisation import AssignByOptimisation, Offer
from domain.rescheduling import CompleteMoves, PublishCalendar, TakeCalendar
from domain.reserve import CloseReserve
from domain.result import CompletePlaces, RecordSelection
from domain.review import ConcludeReview, OpenReview, SubmitReview
from domain.roadshow import ScoreRoadshow
from domain.round_extension import ExtendRoundDeadline
from domain.round_opening import CloseCall, OpenCall
from domain.rules import Rules
from domain.selection import CloseAssessment, CollectScores, CompleteScores, PublishRanking
from domain.slot import CloseSlot, OpenSlot
from domain.tally import RecordTally, TallyCount
from tests.controls import (
    ORGANISATION,
    PROGRAMME,
    PROJECT,
    ROUND,
    RULES,
    SHOWN,
    answer,
    apply_with,
    chen,
    fang,
    findings,
    he,
    jin,
    li,
    lin,
    luo,
    objection,
    on,
    open_round,
    points,
    shen,
    sun,
    wang,
    wu,
    zhao,
    zhou,
)
from tests.domain.selecting import vote
from tests.domain.test_claim import PURPOSES, claim
from tests.domain.test_reviewer_draw import COMMIT as COMMIT_REVIEWERS
from tests.domain.test_reviewer_draw import DRAW as DRAW_REVIEWERS
from tests.domain.test_slot import DRAW, PRESENT, invite, scheduled
from tests.domain.test_tally import ONLINE
from tests.domain.test_ties import COMMIT, SEED
from tests.domain.test_vote import BALLOT, COUNT, cast, open_vote
from tests.situations import a_fund, a_programme, an_organisation
from tests.world import World, put, steps

GARDEN = "garden"
BOTH = (PROJECT, GARDEN)
R = ROUND
Play = Callable[[World], World]


def composed() -> Rules:
    """Every kind of stage a round can be in, in one programme."""
    content = RULES.model_dump()
    stages: dict[str, dict[str, Any]] = {stage["id"]: stage for stage in content["stages"]}
    shortlist = {"kind": "shortlist", "id": "finalists", "at_most": 5, "least_score": 50}
    shares = [
        {"stage": "roadshow", "percent": 80},
        {"tally": "online-vote", "percent": 10},
        {"tally": "residents", "percent": 10},
    ]
    places = {"awards_at_most": 1, "reserve_at_most": 2, "reserve_days": 200, "claims": {"purpose": "sponsored"}}
    days = {"result_within_working_days": 3, "remind_before_days": 1}
    return Rules.model_validate(
        content
        | {
            "tallies": [ONLINE, BALLOT],
            "stages": [
                stages["eligibility"],
                stages["review"],
                shortlist | {"shares": [{"stage": "review", "percent": 100}]},
                stages["roadshow"] | {"slots": {"minutes": 15, "drawn": True}},
                stages["selection"] | {"shares": shares, "ties": ["draw"]} | places,
                {"kind": "approval", "id": "approval", "tiers": [{"steps": [{"id": "leader"}]}], **days},
                stages["notice"] | {"answer_within_days": 7, "remind_before_days": 2},
            ],
        }
    )


def each(command: Callable[[str], Command], *by: Actor) -> Play:
    return steps(*(put(command(project), by=who) for project in BOTH for who in by))


def holidays(*days: str) -> Play:
    command = PublishCalendar(programme=PROGRAMME, holidays=tuple(date.fromisoformat(f"2026-{day}") for day in days))
    return put(command, by=shen)


def counted(votes: int) -> RecordTally:
    return RecordTally(
        round=R, tally="online-vote", counts=(TallyCount(project=PROJECT, count=votes),), evidence_sha256="a" * 64
    )


def ranked(seed: str | None = None) -> Play:
    return put(PublishRanking(round=R, seed=seed), by=lin)


SCORES = points(RULES.stages[1].rubric, 80)  # type: ignore[union-attr]
COLLECT = CollectScores(round=R, projects=BOTH)
LIST = ListApplications(round=R, projects=BOTH, applicants=(ORGANISATION, "xingguang"))
PLAN = AssignByOptimisation(
    round=R,
    reviewers=tuple(Offer(id=who, capacity=2) for who in ("li", "wang", "zhao")),
    wish=AssignmentWish(),
)
AFTERNOON = on("04-15", "14:00")
LIFE: tuple[tuple[str, Play], ...] = (
    ("", steps(a_programme(composed()), a_fund(purposes=PURPOSES), an_organisation(), an_organisation("xingguang"))),
    ("planned", steps(put(open_round(), by=lin), holidays("03-11"))),
    (
        "call",
        steps(
            put(TakeCalendar(round=R), by=STORY),
            holidays("03-12"),
            put(OpenCall(round=R), by=STORY, at=on("03-09")),
            put(apply_with(PROJECT), by=chen, at=on("03-10")),
            put(apply_with(GARDEN, organisation="xingguang"), by=he),
        ),
    ),
    (
        "assessment, check",
        steps(put(COMMIT_REVIEWERS, by=lin), put(CloseCall(round=R), by=STORY, at=on("03-21"))),
    ),
    (
        "listing",
        steps(
            each(lambda project: CheckEligibility(project=project, findings=findings()), lin),
            put(OpenAssignment(round=R), by=lin),
        ),
    ),
    ("assessment, review", steps(put(LIST, by=STORY), put(CompleteListing(round=R), by=STORY))),
    ("assigning", put(PLAN, by=lin)),
    (
        "ranking, shortlist",
        steps(
            each(lambda project: SeatReviewers(project=project), STORY),
            put(CompleteAssignment(round=R), by=STORY),
            each(lambda project: OpenReview(project=project), STORY),
            each(lambda project: SubmitReview(project=project, scores=SCORES), li, wang, zhao),
            each(lambda project: ConcludeReview(project=project), STORY),
            put(CloseAssessment(round=R), by=lin),
        ),
    ),
    ("selection, shortlist", steps(put(COLLECT, by=STORY), put(CompleteScores(round=R), by=STORY))),
    ("published, shortlist", steps(ranked(), each(lambda project: RecordSelection(project=project), STORY))),
    (
        "assessment, roadshow",
        steps(
            put(CompletePlaces(round=R), by=STORY),
            put(scheduled(), by=lin, at=on("04-01")),
            each(invite, lin),
            put(open_vote(), by=lin),
        ),
    ),
    (
        "ranking",
        steps(
            put(DRAW, by=lin, at=AFTERNOON),
            put(PRESENT, by=lin),
            each(lambda project: OpenSlot(project=project), lin),
            put(claim(PROJECT), by=jin),
            each(lambda project: ScoreRoadshow(project=project, scores=SHOWN), sun, zhou, wu),
            each(lambda project: CloseSlot(project=project), lin),
            put(counted(5), by=lin),
            put(COMMIT, by=lin),
            put(COUNT, by=STORY, at=on("04-21", "00:00")),
            put(CloseAssessment(round=R), by=lin, at=on("04-21")),
        ),
    ),
    ("selection", steps(put(COLLECT, by=STORY), put(CompleteScores(round=R), by=STORY))),
    ("approval", ranked(SEED)),
    (
        "notice",
        steps(
            put(vote("leader"), by=luo, at=on("04-22")),
            each(lambda project: RecordSelection(project=project), STORY),
        ),
    ),
    ("notice", steps(put(OpenNotice(round=R), by=STORY), put(objection(), by=fang))),
    ("notice", put(answer(upheld=False), by=lin)),
    ("award", put(ConcludeNotice(round=R), by=STORY, at=on("05-10"))),
    (
        "running",
        steps(each(lambda project: GrantAward(project=project), STORY), put(CompleteAwards(round=R), by=STORY)),
    ),
    ("published", put(CloseReserve(round=R), by=lin)),
    (
        "running",
        steps(
            each(lambda project: RecordSelection(project=project), STORY),
            put(CompletePlaces(round=R), by=STORY),
            put(CompleteAwards(round=R), by=STORY),
            put(DeclineAward(project=PROJECT, reason="x"), by=chen),
        ),
    ),
    ("closed", put(CloseRound(round=R), by=lin)),
)
"""The stages in the order of a round's life, each with what happened since the one before."""


def lived() -> dict[str, tuple[World, ...]]:
    """Stage, with the kind of stage where there are several → the world when the round is in it, first and later on."""
    world, found = World(), dict[str, tuple[World, ...]]()
    for stage, play in LIFE:
        world = play(world)
        found[stage] = (*found.get(stage, ()), world)
    return found


def extend(deadline: str, part: str | None = None) -> ExtendRoundDeadline:
    return ExtendRoundDeadline.model_validate(
        {"round": R, "deadline": deadline, "part": part, "until": date(2026, 12, 20), "reason": "x"}
    )


OBJECTION = {"round": R, "objection": "objection-1"}
WISHES: list[tuple[Command, Actor]] = [
    (open_round(), lin),
    (OpenCall(round=R), STORY),
    (CloseCall(round=R), STORY),
    (extend("call-closes"), lin),
    (TakeCalendar(round=R), STORY),
    (CompleteMoves(round=R), STORY),
    (COMMIT_REVIEWERS, lin),
    (DRAW_REVIEWERS, lin),
    (OpenAssignment(round=R), lin),
    (LIST, STORY),
    (CompleteListing(round=R), STORY),
    (PLAN, lin),
    (CompleteAssignment(round=R), STORY),
    (scheduled(session="evening"), lin),
    (DRAW, lin),
    (PRESENT, lin),
    (counted(6), lin),
    (open_vote("04-30"), lin),
    (cast(PROJECT, GARDEN), fang),
    (COUNT, STORY),
    (claim(PROJECT, pledge="More water."), jin),
    (WithdrawClaim(round=R, project=PROJECT, reason="x"), jin),
    (COMMIT, lin),
    (CloseAssessment(round=R), lin),
    (COLLECT, STORY),
    (CompleteScores(round=R), STORY),
    (PublishRanking(round=R), lin),
    (PublishRanking(round=R, seed=SEED), lin),
    (CompletePlaces(round=R), STORY),
    (RemindApproval(round=R), STORY),
    (EscalateApproval(round=R), STORY),
    (extend("approval"), lin),
    (extend("vote", "residents"), lin),
    (extend("objection", "objection-1"), lin),
    (OpenNotice(round=R), STORY),
    (extend("notice"), lin),
    (objection("objection-2"), fang),
    (AssignObjection(**OBJECTION, officer="xu"), lin),
    (answer(upheld=False), lin),
    (RemindObjection(**OBJECTION), STORY),
    (EscalateObjection(**OBJECTION), STORY),
    (ConcludeNotice(round=R), STORY),
    (CompleteAwards(round=R), STORY),
    (ResumeAwards(round=R), lin),
    (extend("reserve"), lin),
    (CloseReserve(round=R), lin),
    (CloseRound(round=R), lin),
]
