"""Which deadlines are open, when does silence mean something, and who is late then? Asked by officers, and by the waker when a
demonstration's clock moves.

The rows are what `domain/deadlines.py` says of the folded project or round, so both always agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, TypedDict

from domain import deadlines
from domain.agreement import LapseAward
from domain.approval import EscalateApproval, RemindApproval, undecided
from domain.clawback import RecordOverdueRepayment, RemindRepayment
from domain.closing_due import RecordOverdueClosingDuty, RemindClosingDuty
from domain.coaching import RecordOverdueFollowUp
from domain.completion import LapseCompletion, RemindCompletion
from domain.consent import EscalateChange
from domain.deadlines import Deadline
from domain.delivery import RecordOverdueReport, RemindReport
from domain.demanded_visit import RecordOverdueVisit, RemindVisit
from domain.eligibility import EscalateEligibility
from domain.evaluation import EscalateEvaluation
from domain.gate import RecordTrancheDate, missing
from domain.midterm import LapseSelfAssessment, OpenMidTerm, RemindSelfAssessment
from domain.midterm_review import EndMidTermNotice, EscalateMidTerm
from domain.objection import EscalateObjection, RemindObjection
from domain.payment_due import RecordLateTranche
from domain.project import Project
from domain.recusal import GrantUnansweredRecusal
from domain.report_default import DefaultReport
from domain.review import ConcludeReview, RemindReviewers
from domain.roadshow import ConcludeRoadshow
from domain.round import Round
from domain.rules.application import EligibilityRules
from domain.tranche_chain import Tranche
from domain.visit import RecordMissedVisit
from projections.closing_duties import CLOSING
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite, since


class OpenDeadline(TypedDict):
    """`kind` is the command the story puts when it is due; `part` what it is about (`_PARTS`), else empty."""

    subject: str  # the stream: project:… or round:…
    round: str
    programme: str
    organisation: str | None
    title: str | None
    kind: str
    part: str
    due: datetime
    since: datetime
    late_roles: Sequence[str]
    late_persons: Sequence[str]


TABLES = """
    create table deadlines (
        subject      text        not null,
        round        text        not null,
        programme    text        not null,
        organisation text,
        title        text,
        kind         text        not null,
        part         text        not null,
        due          timestamptz not null,
        since        timestamptz not null,
        late_roles   text[]      not null,
        late_persons text[]      not null,
        primary key (subject, kind, part)
    );
    create index on deadlines (due);
    create index on deadlines (round, due);
"""

QUESTION = Question(
    "select * from deadlines",
    key={"due": "timestamptz", "subject": "text", "kind": "text", "part": "text"},
    filters={
        "subject": Filter("subject = %(subject)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "organisation": Filter("organisation = %(organisation)s"),
        "kind": Filter("kind = %(kind)s"),
        "due_before": Filter("due <= %(due_before)s", moment),
        "late_role": Filter("%(late_role)s = any(late_roles)"),
        "late_person": Filter("%(late_person)s = any(late_persons)"),
    },
)


_SAME = itemgetter("kind", "part", "due")


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    now = of_project(story) if isinstance(story.state, Project) else of_round(story)
    return since(story, now, before, _SAME)


def of_project(story: Story) -> Iterator[dict[str, Any]]:
    project: Project = story.state
    for deadline in deadlines.of_project(project):
        roles, persons = late(project, deadline)
        yield {
            **_what(story, deadline),
            "round": project.round,
            "programme": project.programme,
            "organisation": project.organisation,
            "title": story.opening.title,
            "late_roles": roles,
            "late_persons": persons,
        }


def of_round(story: Story) -> Iterator[dict[str, Any]]:
    round_: Round = story.state
    for deadline in deadlines.of_round(round_):
        roles, persons = late_in_round(round_, deadline)
        yield {
            **_what(story, deadline),
            "round": round_.id,
            "programme": round_.programme,
            "late_roles": roles,
            "late_persons": persons,
        }


def _what(story: Story, deadline: Deadline) -> Row:
    command = deadline.command
    return {
        "subject": story.stream,
        "kind": type(command).__name__,
        "part": next((str(getattr(command, part)) for part in _PARTS if hasattr(command, part)), ""),
        "due": deadline.due,
    }


_PARTS = ("report", "tranche", "visit", "change", "advice", "instalment", "tally", "objection", "duty")
"""What a deadline may be about, within its project or round."""
_NEXT_STEP = {
    "planned": "applicant",
    "requested": "verifier",
    "verified": "approver",
    "approved": "payer",
    "ordered": "payer",
}
"""Status of a tranche → who has the next word."""
_LATE = {
    GrantUnansweredRecusal: "officer",
    RemindCompletion: "applicant",
    LapseCompletion: "applicant",
    RemindReviewers: "reviewer",
    ConcludeReview: "reviewer",
    ConcludeRoadshow: "judge",
    RemindReport: "applicant",
    RecordOverdueReport: "applicant",
    DefaultReport: "applicant",
    RemindSelfAssessment: "applicant",
    LapseSelfAssessment: "applicant",
    EscalateMidTerm: "evaluator",
    EndMidTermNotice: "applicant",
    EscalateEvaluation: "evaluator",
    RemindRepayment: "applicant",
    RecordOverdueRepayment: "applicant",
}


def late(project: Project, deadline: Deadline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The roles, and the persons where they are known, who have not done by the deadline what it is about."""
    who: tuple[tuple[str, ...], tuple[str, ...]]
    match deadline.command:
        case LapseAward():
            sides = {"organisation": "applicant", "bureau": "officer"}
            who = tuple(role for side, role in sides.items() if side not in project.signatures), ()
        case OpenMidTerm() | RecordTrancheDate():
            who = (), ()  # a day that comes; nobody is late
        case RecordMissedVisit(visit=visit) | RemindVisit(visit=visit) | RecordOverdueVisit(visit=visit):
            visitor = project.visits[visit].visitor
            who = ((), (visitor,)) if visitor else (("officer",), ())
        case RecordLateTranche(tranche=tranche):
            who = waited_for(project, project.tranche(tranche), deadline.due), ()
        case EscalateEligibility():
            who = (project.rules.stage(EligibilityRules, project.step).role,), ()
        case EscalateChange(change=id_):
            change = project.change(id_)
            who = tuple(role for role in change.wanted if role not in change.consents), ()
        case RemindClosingDuty(duty=duty) | RecordOverdueClosingDuty(duty=duty):
            who = (CLOSING[duty][1],), ()
        case RecordOverdueFollowUp(advice=advice):
            who = (), (project.advised(advice).coach,)
        case command:
            role = _LATE[type(command)]
            who = (role,), project.now.panel.silent if role in {"reviewer", "judge"} else ()
    return who


def waited_for(project: Project, tranche: Tranche, at: datetime) -> tuple[str, ...]:
    """Whose act its gate waits for then, else who has the next word; nobody where only time has to pass."""
    awaited = missing(project, tranche, at).each
    roles = [each.role for each in awaited] if awaited else [_NEXT_STEP.get(tranche.status, "")]
    return tuple(dict.fromkeys(filter(None, roles)))


def late_in_round(round_: Round, deadline: Deadline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The approvers who have not voted, or the officer who has not answered an objection."""
    command = deadline.command
    if isinstance(command, RemindApproval | EscalateApproval):
        silent = {
            person
            for project in undecided(round_)
            for approval in (round_.approvals[project],)
            for person in approval.step.of
            if person not in approval.of_step(approval.step.id)
        }
        return ("approver",), tuple(sorted(silent))
    if isinstance(command, RemindObjection | EscalateObjection):
        assigned = round_.objections[command.objection].assigned
        return ("officer",), (assigned,) if assigned else ()
    return (), ()


MODEL = ReadModel(
    name="deadlines",
    version=1,
    reads=all_of(Project, Round),
    tables=TABLES,
    take=rewrite("deadlines"),
    question=QUESTION,
    tells={"deadlines": tell},
)
