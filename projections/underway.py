"""What waits for whom from the agreement to the end: a part of the inbox (duties)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.contribution import HELD
from domain.project import Project
from domain.suspension import RUNNING, resumes_by_itself
from projections.closing_duties import of_closing, of_services
from projections.duty import duty


def of_underway(project: Project) -> Iterator[dict[str, Any]]:
    stage = project.stage
    if stage == "agreement":
        for side, role in (("organisation", "applicant"), ("bureau", "officer")):
            if side not in project.signatures:
                yield duty("signature", role, due=project.sign_by)
    if stage == "delivery":
        yield from of_reports(project)
        yield from of_mid_term(project)
        yield from of_changes(project)
    if stage in RUNNING:
        yield from while_running(project)
    if stage == "clawback":
        yield from of_repayments(project)
    if stage == "evaluation":
        yield duty("evaluation", "evaluator", due=project.evaluation_due)
    yield from of_contributions(project)
    yield from of_services(project)
    yield from of_closing(project)


def of_reports(project: Project) -> Iterator[dict[str, Any]]:
    for report in project.reports.values():
        if report.status in {"due", "returned"}:
            yield duty("report", "applicant", report.id, again=report.status == "returned", due=report.due)
        elif report.status == "submitted":
            yield duty("acceptance", "officer", report.id)


def of_mid_term(project: Project) -> Iterator[dict[str, Any]]:
    found, rules = project.mid_term, project.rules.mid_term
    if found is None or rules is None:
        return
    if found.status == "self-assessment":
        yield duty("self_assessment", "applicant", again=found.deferred or found.second_chance, due=found.due)
    if found.status == "review":
        yield duty("mid_term", "evaluator", due=found.review_due)
    if found.status == "notice" and not found.response:
        yield duty("response", "applicant", due=found.respond_by)
    if found.status == "failed":
        yield duty("second_chance", "officer")


def of_changes(project: Project) -> Iterator[dict[str, Any]]:
    for change in project.changes.values():
        if change.status == "requested":
            for role in change.wanted:
                if role not in change.consents:
                    yield duty("change", role, change.id, due=change.answer_by)


def while_running(project: Project) -> Iterator[dict[str, Any]]:
    """From the agreement to the last payment."""
    if (
        project.suspended
        and not resumes_by_itself(project)
        and not (project.mid_term and project.mid_term.status == "failed")
    ):
        yield duty("resumption", "officer")
    if project.withdrawal:
        yield duty("withdrawal", "officer")
    for visit in project.visits.values():
        if not visit.recorded:
            days = visit.demanded
            late, due = bool(days and days.overdue), visit.due or (days.due if days else None)
            yield duty("visit", visit.role, visit.id, again=late, person=visit.visitor or None, due=due)
    for advice in project.advice.values():
        if advice.outcome is None:
            yield duty("follow_up", advice.role, advice.id, person=advice.coach, due=advice.due)


def of_repayments(project: Project) -> Iterator[dict[str, Any]]:
    """The organisation pays back, the payer records it; what is overdue concerns the officer as well."""
    for each in project.clawback.instalments.values() if project.clawback else ():
        if each.left.minor:
            for role in ("applicant", "payer", *(("officer",) if each.overdue else ())):
                yield duty("repayment", role, each.id, again=each.overdue, due=each.due)


def of_contributions(project: Project) -> Iterator[dict[str, Any]]:
    for id_, contribution in project.contributions.items():
        if project.stage in HELD and contribution.status == "recorded":
            yield duty("contribution", "officer", id_)
