"""Deadlines live here, and only here: what a story waits for next, as a function of rules and events.

A story (Temporal) asks `standing`, waits until the moment it is told or until it is woken, and then puts the command it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from domain.agreement import LapseAward
from domain.approval import EscalateApproval, RemindApproval
from domain.clawback import RecordOverdueRepayment, RemindRepayment
from domain.closing_due import RecordOverdueClosingDuty, RemindClosingDuty, open_dues
from domain.coaching import RecordOverdueFollowUp
from domain.completion import LapseCompletion, RemindCompletion
from domain.consent import EscalateChange
from domain.delivery import RecordOverdueReport, RemindReport
from domain.demanded_visit import RecordOverdueVisit, RemindVisit
from domain.eligibility import EscalateEligibility
from domain.evaluation import EscalateEvaluation
from domain.gate import RecordTrancheDate, next_day
from domain.kernel import Command
from domain.midterm import LapseSelfAssessment, OpenMidTerm, RemindSelfAssessment
from domain.midterm_review import EndMidTermNotice, EscalateMidTerm
from domain.notice import ConcludeNotice
from domain.objection import EscalateObjection, RemindObjection
from domain.payment_due import RecordLateTranche, open_due
from domain.programme import Programme
from domain.project import Project
from domain.ranking import reserve
from domain.recusal import GrantUnansweredRecusal
from domain.report_default import DefaultReport, defaults_at
from domain.rescheduling import CompleteMoves, MoveDeadlines, TakeCalendar, takes_calendar
from domain.reserve import CloseReserve
from domain.review import ConcludeReview, RemindReviewers
from domain.roadshow import ConcludeRoadshow
from domain.round import Round
from domain.round_opening import CloseCall, OpenCall
from domain.suspension import RUNNING
from domain.visit import RecordMissedVisit
from domain.vote import CountVote


class Deadline(NamedTuple):
    """When silence means something, and the command that says what."""

    due: datetime
    command: Command


def of_project(project: Project) -> Iterator[Deadline]:
    """Every deadline that is open for the project now."""
    id_ = project.id
    if project.stage == "eligibility":
        yield from of_check(project)
    if project.stage == "review" and project.now.due:
        yield Deadline(project.now.due, ConcludeReview(project=id_))
        if project.now.remind_at and not project.now.reminded:
            yield Deadline(project.now.remind_at, RemindReviewers(project=id_))
    if project.stage == "roadshow" and project.now.due:
        yield Deadline(project.now.due, ConcludeRoadshow(project=id_))
    if project.stage in {"eligibility", "review", "roadshow"}:
        yield from of_recusals(project)
    if project.stage == "agreement" and project.sign_by:
        yield Deadline(project.sign_by, LapseAward(project=id_))
    yield from of_tranches(project)
    yield from of_underway(project)
    if project.stage == "evaluation" and project.evaluation_due and not project.evaluation_overdue:
        yield Deadline(project.evaluation_due, EscalateEvaluation(project=id_))


def of_recusals(project: Project) -> Iterator[Deadline]:
    """Every request that nobody has answered."""
    for person, recusal in project.recusals.items():
        if recusal.status == "asked":
            yield Deadline(recusal.due, GrantUnansweredRecusal(project=project.id, person=person))


def of_check(project: Project) -> Iterator[Deadline]:
    """The days of whoever makes the check; or, while it is returned, a reminder and a lapse for the applicant."""
    returned = project.completion
    if returned is not None:
        yield Deadline(returned.due, LapseCompletion(project=project.id))
        if not returned.reminded:
            yield Deadline(returned.remind_at, RemindCompletion(project=project.id))
    elif project.eligibility_due and not project.eligibility_overdue:
        yield Deadline(project.eligibility_due, EscalateEligibility(project=project.id))


def of_underway(project: Project) -> Iterator[Deadline]:
    """What has its dates between the agreement and the end."""
    if project.stage == "delivery":
        yield from of_reports(project)
        yield from of_mid_term(project)
        yield from of_changes(project)
    if project.stage in RUNNING:
        yield from of_visits(project)
        yield from of_advice(project)
    if project.stage == "clawback":
        yield from of_clawback(project)
    if project.stage == "settlement":
        yield from of_closing(project)


def of_reports(project: Project) -> Iterator[Deadline]:
    """A reminder before, a record after, and what the rules let follow, for each report not handed in."""
    for report in project.reports.values():
        if report.status in {"due", "returned"}:
            if not report.reminded:
                yield Deadline(report.remind_at, RemindReport(project=project.id, report=report.id))
            if not report.overdue:
                yield Deadline(report.overdue_at, RecordOverdueReport(project=project.id, report=report.id))
            defaults = defaults_at(project, report)
            if defaults is not None:
                yield Deadline(defaults, DefaultReport(project=project.id, report=report.id))


def of_mid_term(project: Project) -> Iterator[Deadline]:
    """Its beginning, the self-assessment, the review, the notice of a failure: one after the other."""
    found, id_ = project.mid_term, project.id
    if found is None:
        return
    if found.status == "planned" and found.opens_at:
        yield Deadline(found.opens_at, OpenMidTerm(project=id_))
    if found.status == "self-assessment" and found.due:
        yield Deadline(found.due, LapseSelfAssessment(project=id_))
        if found.remind_at and not found.reminded:
            yield Deadline(found.remind_at, RemindSelfAssessment(project=id_))
    if found.status == "review" and found.review_due and not found.overdue:
        yield Deadline(found.review_due, EscalateMidTerm(project=id_))
    if found.status == "notice" and found.respond_by:
        yield Deadline(found.respond_by, EndMidTermNotice(project=id_))


def of_changes(project: Project) -> Iterator[Deadline]:
    """The days in which a change is answered."""
    for change in project.changes.values():
        if change.status == "requested" and not change.overdue:
            yield Deadline(change.answer_by, EscalateChange(project=project.id, change=change.id))


def of_advice(project: Project) -> Iterator[Deadline]:
    """The day on which a piece of advice is looked at again."""
    for advice in project.advice.values():
        if advice.outcome is None and not advice.overdue:
            yield Deadline(advice.due, RecordOverdueFollowUp(project=project.id, advice=advice.id))


def of_clawback(project: Project) -> Iterator[Deadline]:
    """A reminder before and a record after, for each instalment that has not come back."""
    for each in project.clawback.instalments.values() if project.clawback else ():
        if not each.left.minor:
            continue
        if not each.reminded:
            yield Deadline(each.remind_at, RemindRepayment(project=project.id, instalment=each.id))
        if not each.overdue:
            yield Deadline(each.overdue_at, RecordOverdueRepayment(project=project.id, instalment=each.id))


def of_closing(project: Project) -> Iterator[Deadline]:
    """A reminder before and a record after, for each closing duty that has days and is not done."""
    for duty, due in open_dues(project).items():
        about = {"project": project.id, "duty": duty}
        if not due.reminded:
            yield Deadline(due.remind_at, RemindClosingDuty.model_validate(about))
        if not due.overdue:
            yield Deadline(due.overdue_at, RecordOverdueClosingDuty.model_validate(about))


def of_visits(project: Project) -> Iterator[Deadline]:
    """The planned day of each visit not recorded; of one that the rules demand, a reminder before its own and a record after."""
    for visit in project.visits.values():
        if visit.recorded:
            continue
        if visit.due and not visit.missed:
            yield Deadline(visit.due, RecordMissedVisit(project=project.id, visit=visit.id))
        if visit.demanded and not visit.demanded.reminded:
            yield Deadline(visit.demanded.remind_at, RemindVisit(project=project.id, visit=visit.id))
        if visit.demanded and not visit.demanded.overdue:
            yield Deadline(visit.demanded.overdue_at, RecordOverdueVisit(project=project.id, visit=visit.id))


def of_tranches(project: Project) -> Iterator[Deadline]:
    """The days tranches wait for, and those by which they are to be paid."""
    for tranche in project.tranches.values():
        day = next_day(project, tranche)
        if day is not None:
            due = project.rules.calendar.start_of(day)
            yield Deadline(due, RecordTrancheDate(project=project.id, tranche=tranche.id))
        by = open_due(project, tranche)
        if by is not None:
            yield Deadline(by, RecordLateTranche(project=project.id, tranche=tranche.id))


def of_round(round_: Round) -> Iterator[Deadline]:
    """Every deadline that is open for the round now."""
    if round_.stage == "planned" and round_.opens_at:
        yield Deadline(round_.opens_at, OpenCall(round=round_.id))
    if round_.stage == "call" and round_.closes_at:
        yield Deadline(round_.closes_at, CloseCall(round=round_.id))
    for tally, closes_at in round_.votes.items():
        yield Deadline(closes_at, CountVote(round=round_.id, tally=tally))
    if round_.stage == "approval" and round_.approval_due:
        if round_.approval_remind_at:
            yield Deadline(round_.approval_remind_at, RemindApproval(round=round_.id))
        if not round_.approval_overdue:
            yield Deadline(round_.approval_due, EscalateApproval(round=round_.id))
    if round_.stage == "notice" and round_.notice_ends_at:
        if not round_.open_objections:
            yield Deadline(round_.notice_ends_at, ConcludeNotice(round=round_.id))
        yield from of_objections(round_)
    if round_.stage == "running" and round_.reserve_until and reserve(round_):
        yield Deadline(round_.reserve_until, CloseReserve(round=round_.id))


def of_objections(round_: Round) -> Iterator[Deadline]:
    """A reminder before and a record after, for each objection not answered."""
    for id_ in round_.open_objections:
        objection = round_.objections[id_]
        if objection.remind_at and not objection.reminded:
            yield Deadline(objection.remind_at, RemindObjection(round=round_.id, objection=id_))
        if objection.answer_by and not objection.overdue:
            yield Deadline(objection.answer_by, EscalateObjection(round=round_.id, objection=id_))


def next_of(state: Project | Round) -> Deadline | None:
    """The earliest open deadline, or None when only people are waited for."""
    found = of_project(state) if isinstance(state, Project) else of_round(state)
    return min(found, key=lambda deadline: deadline.due, default=None)


class Chore(NamedTuple):
    """What a story has to do at once: `paged` for each project of the round, where there is one, and then the command."""

    command: Command
    paged: str = ""


def chore_of(round_: Round, programme: Programme) -> Chore | None:
    """What a round's story has to do before it waits on: take over a changed calendar, tell the projects of new dates."""
    if takes_calendar(round_, programme):
        return Chore(TakeCalendar(round=round_.id))
    if round_.moving:
        return Chore(CompleteMoves(round=round_.id), paged=MoveDeadlines.__name__)
    return None
