"""The command that answers a duty: what a person who finds it in the inbox would do about it, at that very moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from domain.commands import parse
from domain.gate import waits_for
from domain.kernel import EVERYWHERE, Actor, Command
from domain.project import Project
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Rubric
from domain.sponsored import refundable
from tests.world import World

Row = Mapping[str, Any]
Answer = tuple[str, dict[str, Any]]
"""A command's name and what it says beside its project."""


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def scores(rubric: Rubric) -> list[dict[str, Any]]:
    """Nearly all points: whoever gives all of them has to say why, in some rubrics."""
    return [{"criterion": line.id, "points": line.max_points * 8 // 10} for line in rubric.lines]


def today(world: World, project: Project, days: int = 0) -> str:
    return (project.rules.calendar.day_of(world.now) + timedelta(days=days)).isoformat()


def refund(world: World, project: Project, _: Row) -> Answer:
    """All that is left of the sponsor's money."""
    left = str(refundable(project))
    return "RefundSponsorship", {"amount": left, "refunded_on": today(world, project), "reference": "refund-all"}


def report(world: World, project: Project, row: Row) -> Answer:
    rules = project.rules.report(row["part"])
    kinds = [kind for kind in ("photo", "receipt") if kind in rules.demands]
    return "SubmitReport", {
        "report": row["part"],
        "narrative": "As planned.",
        "activities": [{"held_on": today(world, project), "title": "Afternoon", "people_served": 20}],
        "spending": [{"item": project.budget[0].item, "amount": "CNY 1.00"}] if project.budget else [],
        "readings": [{"id": aim, "actual": 50} for aim in sorted(project.read_aims)],
        "evidence": [{"kind": kind, "name": kind, "sha256": sha(kind)} for kind in kinds],
    }


def evaluation(_: World, project: Project, __: Row) -> Answer:
    rules = project.rules.evaluation
    assert rules is not None
    asked = rules.satisfaction.least_asked if rules.satisfaction else 0
    return "SubmitEvaluation", {
        "scores": scores(rules.rubric),
        "results": [{"id": aim, "actual": 64, "evidence_sha256": sha(aim)} for aim in sorted(project.read_aims)],
        "satisfaction": {"asked": asked, "satisfied": asked} if asked else None,
        "opinion": "Well done.",
    }


def signature(_: World, project: Project, row: Row) -> Answer:
    document = next((document for _, document in project.signatures.values()), sha("agreement"))
    side = "organisation" if row["role"] == "applicant" else "bureau"
    return "SignAgreement", {"side": side, "document_sha256": document}


def assessed(_: World, project: Project, __: Row) -> Answer:
    rules = project.rules.mid_term
    assert rules is not None
    return "AssessMidTerm", {"scores": scores(rules.rubric), "opinion": "On its way.", "opinion_sha256": sha("opinion")}


def resumption(world: World, project: Project, __: Row) -> Answer:
    """After a failed report, a later day for it opens the way."""
    for each in project.reports.values():
        if each.status == "failed":
            until = today(world, project, 30)
            return "ExtendProjectDeadline", {
                "deadline": "report",
                "report": each.id,
                "until": until,
                "reason": "Floods.",
            }
    return "ResumeProject", {"reason": "They have caught up."}


def second_chance(_: World, __: Project, ___: Row) -> Answer:
    return "TerminateProject", {"cause": "mid_term", "reason": "It failed."}


def unspent(world: World, project: Project, _: Row) -> Answer:
    owed = project.closing.owed_minor - project.closing.returned_minor
    amount = {"currency": project.rules.currency, "minor": owed}
    return "RecordUnspentReturned", {"amount": amount, "received_on": today(world, project), "reference": "the rest"}


def repayment(world: World, project: Project, row: Row) -> Answer:
    amount = project.instalment(row["part"]).left.model_dump()
    content = {"amount": amount, "paid_on": today(world, project), "reference": "back again"}
    return "RecordRepayment", {"instalment": row["part"], **content}


def document(_: World, project: Project, row: Row) -> Answer:
    missing = [rule.id for rule in project.rules.documents if rule.id not in project.tranche(row["part"]).documents]
    return "FileDocument", {"tranche": row["part"], "document": missing[0], "sha256": sha(row["part"] + missing[0])}


def services(_: World, project: Project, __: Row) -> Answer:
    filed = [id_ for id_, each in project.services.items() if each.status == "filed"]
    return "CheckServices", {"findings": [{"service": id_, "accepted": True} for id_ in filed]}


def archive(_: World, project: Project, __: Row) -> Answer:
    assert project.rules.closing is not None
    files = [
        {"retention": rule.id, "title": rule.id, "sha256": sha(rule.id)} for rule in project.rules.closing.retention
    ]
    return "ArchiveProject", {"files": files}


def tranche(_: World, project: Project, row: Row) -> Answer:
    underway = [each.payee for each in project.tranches.values() if each.underway]
    return "RequestTranche", {"tranche": row["part"], "payee": project.payee or next(iter(underway), "Qinghe")}


def payment(world: World, project: Project, row: Row) -> Answer:
    paid = {"paid_on": today(world, project), "reference": f"next {row['part']}"}
    return "RecordPayment", {"tranche": row["part"], **paid}


def payee(_: World, project: Project, __: Row) -> Answer:
    assert project.payee_change is not None
    return "AnswerPayeeChange", {"payee": project.payee_change.payee, "agreed": True}


def final_account(_: World, project: Project, __: Row) -> Answer:
    spent = {"currency": project.rules.currency, "minor": 0}
    return "FileFinalAccount", {"spent": spent, "account_sha256": sha("account")}


def visit(world: World, project: Project, row: Row) -> Answer:
    found = {"held_on": today(world, project), "findings": "Twenty children.", "satisfactory": True}
    return "RecordVisit", {"visit": row["part"], **found}


def publication(world: World, project: Project, _: Row) -> Answer:
    said = {"published_on": today(world, project), "place": "The website", "marked": True}
    return "RecordPublication", {**said, "evidence_sha256": sha("publication")}


def review(_: World, project: Project, __: Row) -> Answer:
    rules = project.rules.stage(ReviewRules, project.step)
    return "SubmitReview", {"stage": rules.id, "scores": scores(rules.rubric), "comment": "Well thought out."}


def roadshow(_: World, project: Project, __: Row) -> Answer:
    rules = project.rules.stage(RoadshowRules, project.step)
    return "ScoreRoadshow", {"stage": rules.id, "scores": scores(rules.rubric)}


def eligibility(_: World, project: Project, __: Row) -> Answer:
    rules = project.rules.stage(EligibilityRules, project.step)
    return "CheckEligibility", {
        "stage": rules.id,
        "findings": [{"criterion": c.id, "met": True} for c in rules.criteria],
    }


def checked(command: str) -> Callable[[World, Project, Row], Answer]:
    """Where the gate has shut again, the request is sent back."""

    def answered(world: World, project: Project, row: Row) -> Answer:
        shut = waits_for(project, project.tranche(row["part"]), world.now)
        content = {"tranche": row["part"]}
        return ("RefuseTranche", content | {"reason": shut}) if shut else (command, content)

    return answered


def of_part(command: str, field: str, **content: Any) -> Callable[[World, Project, Row], Answer]:
    return lambda _, __, row: (command, {field: row["part"], **content})


def plain(command: str, **content: Any) -> Callable[[World, Project, Row], Answer]:
    return lambda _, __, ___: (command, content)


ANSWERS: dict[str, Callable[[World, Project, Row], Answer]] = {
    "eligibility": eligibility,
    "review": review,
    "roadshow": roadshow,
    "recusal": of_part("DecideRecusal", "person", granted=True, reason="They know each other."),
    "signature": signature,
    "report": report,
    "acceptance": of_part("AcceptReport", "report"),
    "contribution": of_part("AcceptContribution", "contribution"),
    "self_assessment": plain("SubmitSelfAssessment", narrative="Half of it is done."),
    "mid_term": assessed,
    "response": plain("RespondToMidTerm", narrative="Our accountant was ill."),
    "second_chance": second_chance,
    "resumption": resumption,
    "visit": visit,
    "follow_up": of_part("FollowUpCoaching", "advice", outcome="done", note="Seen."),
    "change": of_part("ApproveChange", "change"),
    "withdrawal": plain("RefuseWithdrawal", reason="There is another teacher."),
    "repayment": repayment,
    "document": document,
    "services": services,
    "final-account": final_account,
    "unspent": unspent,
    "audit-report": plain("FileAuditReport", auditor="Yong Xin CPA", report_sha256=sha("audit")),
    "publication": publication,
    "archive": archive,
    "refund": refund,
    "tranche": tranche,
    "verification": checked("VerifyTranche"),
    "approval": checked("ApproveTranche"),
    "order": of_part("OrderPayment", "tranche"),
    "payment": payment,
    "payee": payee,
    "evaluation": evaluation,
}
"""Kind of duty on a project → what answers it."""
OF_ROUNDS = {
    "closing": "CloseRound",
    "assessment": "CloseAssessment",
    "ranking": "PublishRanking",
    "reserve": "CloseReserve",
}


def answer(world: World, row: Row) -> Command | None:
    """None where this person can only see to it outside (pays back, or waits for who pays back)."""
    if row["kind"] in OF_ROUNDS:
        return parse(OF_ROUNDS[row["kind"]], {"round": row["round"]})
    if row["kind"] == "grant":
        return parse("ResumeAwards", {"round": row["round"]})
    if row["kind"] == "repayment" and row["role"] != "payer":
        return None
    if row["kind"] not in ANSWERS:
        return None
    name, content = ANSWERS[row["kind"]](world, world.get(Project, row["project"]), row)
    return parse(name, {"project": row["project"], **content})


def somebody(row: Row) -> Actor:
    """Who is meant by name, else somebody who holds the role and has done nothing yet."""
    scope = row["organisation"] if row["role"] == "applicant" else EVERYWHERE
    return Actor(id=row["person"] or f"new-{row['role']}", grants=frozenset({(row["role"], scope)}))
