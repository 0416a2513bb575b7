"""What people may think of doing besides their duties; most of it is refused, and all of it is allowed to be tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from domain.places import Choice
from domain.project import Project
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from tests.programmes import cast
from tests.programmes.answers import points
from tests.programmes.cast import Wish, director_of
from tests.workflows.townsfolk import APPROVERS, BOARD, ROUND, Town

_CHOICES: tuple[Choice, ...] = ("for", "against", "abstain", "recused")


def mischief(town: Town) -> list[Wish]:
    """Everything somebody may think of just now."""
    there = [project for project in town.all_projects() if not project.over]
    found = list(_round(town))
    for project in there:
        found += [*_anywhere(project), *_stage(town, project), *_award(town, project)]
    if there:  # what ends a project is thought of less often
        director = director_of(there[0].organisation)
        found.append((director, "WithdrawApplication", {"project": there[0].id, "reason": "Changed."}))
        found.append((cast.OFFICER, "TerminateProject", {"project": there[0].id, "reason": "Over."}))
    return found


def _anywhere(project: Project) -> Iterator[Wish]:
    here, director = {"project": project.id}, director_of(project.organisation)
    yield director, "DeclineAward", here | {"reason": "No."}
    yield director, "RequestWithdrawal", here | {"reason": "Tired."}
    yield cast.OFFICER, "SuspendProject", here | {"reason": "Doubts."}
    for who in (*cast.REVIEWERS[:3], *cast.JUDGES[:3]):
        yield director, "AskForRecusal", here | {"person": who, "ground": "A feud."}
        yield who, "DeclareConflict", here | {"reason": "My sister."}
        yield cast.OFFICER, "DecideRecusal", here | {"person": who, "granted": True, "reason": "So it is."}


def _stage(town: Town, project: Project) -> Iterator[Wish]:
    match project.stage:
        case "eligibility":
            yield from _check(town, project)
        case "review":
            yield from _review(town, project)
        case "roadshow":
            yield from _roadshow(town, project)


def _check(town: Town, project: Project) -> Iterator[Wish]:
    rules = town.rules.stage(EligibilityRules, project.step)
    here, who = {"project": project.id, "stage": rules.id}, cast.CHECKS[rules.role]
    yield who, "ReturnForCompletion", here | {"missing": [{"item": "papers", "reason": "Missing."}]}
    findings = [{"criterion": each.id, "met": False, "reason": "No."} for each in rules.criteria]
    yield who, "CheckEligibility", here | {"findings": findings}


def _review(town: Town, project: Project) -> Iterator[Wish]:
    here, rubric = {"project": project.id, "stage": project.step}, town.rules.stage(ReviewRules, project.step).rubric
    for who, percent in zip(cast.REVIEWERS, (100, 20, 60, 70), strict=False):
        yield who, "SubmitReview", here | {"scores": points(rubric, percent), "comment": "So."}
        yield who, "WithdrawFromPanel", here | {"reason": "Ill."}


def _roadshow(town: Town, project: Project) -> Iterator[Wish]:
    here, rubric = {"project": project.id}, town.rules.stage(RoadshowRules, project.step).rubric
    staged = here | {"stage": project.step}
    yield cast.OFFICER, "RecordAbsence", staged
    for who in cast.JUDGES[:2]:
        yield who, "ScoreRoadshow", staged | {"scores": points(rubric, 30)}
    for session in town.round().sessions:
        yield cast.OFFICER, "InviteToRoadshow", here | {"session": session}
    yield cast.OFFICER, "OpenSlot", here
    yield cast.OFFICER, "CloseSlot", staged


def _award(town: Town, project: Project) -> Iterator[Wish]:
    here = {"project": project.id}
    for tranche in project.tranches:
        yield cast.VERIFIER, "RefuseTranche", here | {"tranche": tranche, "reason": "No receipt."}
    objection = {"round": ROUND, "objection": f"of-{project.id}", "ground": "Unfair."}
    yield cast.RESIDENT, "RaiseObjection", here | objection
    claim = {"round": ROUND, "sponsor": "A company", "amount": "CNY 10000.00", "pledge": "We pay."}
    yield cast.FUNDER, "ClaimProject", here | claim
    approval = town.round().approvals.get(project.id)
    if approval is not None and not approval.decided:
        for who in BOARD if approval.step.body else approval.step.of or APPROVERS:
            for choice in _CHOICES:
                about = {"step": approval.step.id, "choice": choice, "reason": "So."}
                yield who, "VoteOnAward", here | about


def _round(town: Town) -> Iterator[Wish]:
    here: dict[str, Any] = {"round": ROUND}
    round_ = town.round()
    for id_ in round_.objections:
        for upheld in (True, False):
            about = {"objection": id_, "upheld": upheld, "reason": "Looked into."}
            yield cast.SECOND_OFFICER, "AnswerObjection", here | about
    less = [{"project": id_, "award": "CNY 20000.00", "reason": "Less."} for id_ in round_.entries][:1]
    yield cast.OFFICER, "PublishRanking", here | {"adjustments": less}
    for command in ("CloseAssessment", "CloseReserve", "ResumeAwards", "CloseRound"):
        yield cast.OFFICER, command, here
    for id_, session in round_.sessions.items():
        later = (town.stage.now() + timedelta(days=30)).isoformat()
        moved = {"session": id_, "stage": session.stage, "place": "Elsewhere", "judges": list(session.judges)}
        if session.commitment is not None:
            moved["commitment"] = session.commitment
        yield cast.OFFICER, "ScheduleRoadshow", here | moved | {"starts_at": later}
        yield cast.OFFICER, "RecordAttendance", here | {"session": id_, "present": list(session.judges)[:2]}
