"""What can be extended 可延期限: each kind of deadline of a project, as it stands now, and the project once it is later.

Not here: the self-assessment, which the rules defer once (domain/midterm_review.py), a visit's own day, which is planned anew,
and the days of tranches, which the rules reckon from the agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, Protocol

from domain.agreement import report_dates
from domain.closing_due import deadline_of, open_dues, with_due
from domain.demanded_visit import demanded_in, with_demanded
from domain.errors import NotFound, StageNotOpen
from domain.kernel import Slug
from domain.project import Project, Stage
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.suspension import RUNNING

ProjectDeadline = Literal[
    "eligibility",
    "completion",
    "recusal",
    "review",
    "roadshow-scores",
    "agreement",
    "report",
    "mid-term-review",
    "mid-term-notice",
    "change",
    "follow-up",
    "visit",
    "evaluation",
    "closing-duty",
    "repayment",
]


class Later(NamedTuple):
    """A new deadline; `remind_at` where a reminder lies ahead (again), `overdue_at` where there are days of grace."""

    part: Slug
    due: datetime
    remind_at: datetime | None = None
    overdue_at: datetime | None = None


class Reminded(Protocol):
    """Whatever is reminded of before it is due."""

    @property
    def remind_at(self) -> datetime | None: ...
    @property
    def reminded(self) -> bool: ...


class Extendable(NamedTuple):
    """A kind of deadline. `part` names which, where a project may have several; empty else."""

    stages: tuple[Stage, ...]
    present: Callable[[Project, str], datetime | None]
    """The deadline now; None where it has not begun. Raises NotFound, StageNotOpen (it is done already)."""
    moved: Callable[[Project, Later], Project]
    dates: Callable[[Project, str, datetime], Later] = lambda _, part, due: Later(part, due)
    """What goes with the new deadline: a reminder before it, days of grace after it."""
    part: str = ""


def reminded_anew(before: Reminded, later: Later) -> dict[str, Any]:
    """What changes where a reminder comes before the deadline: it is given again, if it lies ahead."""
    return {
        "due": later.due,
        "remind_at": later.remind_at or before.remind_at,
        "reminded": before.reminded and later.remind_at is None,
    }


def late_anew(before: Reminded, later: Later) -> dict[str, Any]:
    """The same, where days of grace come after it."""
    return reminded_anew(before, later) | {"overdue_at": later.overdue_at, "overdue": False}


# ── before the award ─────────────────────────────────────────────────────────────────────────────────────────────────


def _completion_dates(project: Project, part: str, due: datetime) -> Later:
    rules = project.rules.stage(EligibilityRules, project.step).completion
    return Later(part, due, due - timedelta(days=rules.remind_before_days) if rules else None)


def _completed_later(state: Project, later: Later) -> Project:
    before = state.completions[state.step]
    return state.with_completion(state.step, replace(before, **reminded_anew(before, later)))


def _recusal(project: Project, person: str) -> datetime:
    found = project.recusals.get(person)
    if found is None:
        raise NotFound(kind="recusal", id=person)
    if found.status != "asked":
        raise StageNotOpen(stage="open request", now="already decided")
    return found.due


def _recused_later(state: Project, later: Later) -> Project:
    changed = replace(state.recusals[later.part], due=later.due)
    return replace(state, recusals=MappingProxyType({**state.recusals, later.part: changed}))


def _review_dates(project: Project, part: str, due: datetime) -> Later:
    return Later(part, due, due - timedelta(days=project.rules.stage(ReviewRules, project.step).remind_before_days))


def _reviewed_later(state: Project, later: Later) -> Project:
    return state.with_assessment(state.step, **reminded_anew(state.now, later))


# ── delivery ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _report(project: Project, id_: str) -> datetime:
    report = project.report(id_)
    if report.status not in {"due", "returned", "failed"}:
        raise StageNotOpen(stage="report due", now=f"report {report.status}")
    return report.due


def _report_dates(project: Project, id_: str, due: datetime) -> Later:
    plan = report_dates(project.rules.report(id_), id_, due)
    return Later(id_, due, plan.remind_at, plan.overdue_at)


def _reported_later(state: Project, later: Later) -> Project:
    """Also a failed report is due again, and the rules may draw their consequence once more."""
    report = state.report(later.part)
    status = "due" if report.status == "failed" else report.status
    return state.with_report(report.id, **late_anew(report, later), status=status, defaulted=False)


def _mid_term_review(project: Project, _: str) -> datetime | None:
    return project.mid_term.review_due if project.mid_term and project.mid_term.status == "review" else None


def _mid_term_notice(project: Project, _: str) -> datetime | None:
    return project.mid_term.respond_by if project.mid_term and project.mid_term.status == "notice" else None


def _change(project: Project, id_: str) -> datetime:
    change = project.change(id_)
    if change.status != "requested":
        raise StageNotOpen(stage="change requested", now=f"change {change.status}")
    return change.answer_by


def _follow_up(project: Project, id_: str) -> datetime:
    advice = project.advised(id_)
    if advice.outcome is not None:
        raise StageNotOpen(stage="follow-up waited for", now="followed up")
    return advice.due


def _visit(project: Project, id_: str) -> datetime:
    due = demanded_in(project, id_).due
    if project.visits[id_].recorded:
        raise StageNotOpen(stage="visit not made yet", now="visit recorded")
    return due


def _visit_dates(project: Project, id_: str, due: datetime) -> Later:
    rule, calendar = next(rule for rule in project.rules.visits if id_ in rule.ids), project.rules.calendar
    return Later(
        id_, due, calendar.days_later(due, -rule.remind_before_days), calendar.days_later(due, rule.overdue_after_days)
    )


def _visited_later(state: Project, later: Later) -> Project:
    return with_demanded(state, later.part, **late_anew(demanded_in(state, later.part), later))


# ── closing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _closing_duty(project: Project, duty: str) -> datetime | None:
    begun = project.closing.dues.get(duty)
    if begun is not None and duty not in open_dues(project):
        raise StageNotOpen(stage="closing duty waited for", now="closing duty done")
    return begun.due if begun else None


def _closing_dates(project: Project, duty: str, due: datetime) -> Later:
    rule = deadline_of(project, duty)
    assert rule is not None, "a duty whose days have begun has a rule for them"
    return Later(duty, due, *rule.dates(due))


def _closed_later(state: Project, later: Later) -> Project:
    return with_due(state, later.part, **late_anew(state.closing.dues[later.part], later))


# ── money that comes back ────────────────────────────────────────────────────────────────────────────────────────────


def _repayment(project: Project, id_: str) -> datetime:
    instalment = project.instalment(id_)
    if not instalment.left.minor:
        raise StageNotOpen(stage="repayment waited for", now="paid back")
    return instalment.due


def _repayment_dates(project: Project, id_: str, due: datetime) -> Later:
    rules = project.rules.termination.clawback if project.rules.termination else None
    assert rules is not None, "a project in clawback has rules for it"
    grace = timedelta(days=rules.overdue_after_days)
    return Later(id_, due, due - timedelta(days=rules.remind_before_days), due + grace)


def _repaid_later(state: Project, later: Later) -> Project:
    return state.with_instalment(later.part, **late_anew(state.instalment(later.part), later))


EXTENDABLE: Final[Mapping[ProjectDeadline, Extendable]] = MappingProxyType(
    {
        "eligibility": Extendable(
            ("eligibility",),
            lambda project, _: project.eligibility_due,
            lambda state, later: replace(state, eligibility_due=later.due, eligibility_overdue=False),
        ),
        "completion": Extendable(
            ("eligibility",),
            lambda project, _: project.completion.due if project.completion else None,
            _completed_later,
            _completion_dates,
        ),
        "recusal": Extendable(("eligibility", "review", "roadshow"), _recusal, _recused_later, part="person"),
        "review": Extendable(("review",), lambda project, _: project.now.due, _reviewed_later, _review_dates),
        "roadshow-scores": Extendable(
            ("roadshow",),
            lambda project, _: project.now.due,
            lambda state, later: state.with_assessment(state.step, due=later.due),
        ),
        "agreement": Extendable(
            ("agreement",),
            lambda project, _: project.sign_by,
            lambda state, later: replace(state, sign_by=later.due),
        ),
        "report": Extendable(("delivery",), _report, _reported_later, _report_dates, part="report"),
        "mid-term-review": Extendable(
            ("delivery",),
            _mid_term_review,
            lambda state, later: state.with_mid_term(review_due=later.due, overdue=False),
        ),
        "mid-term-notice": Extendable(
            ("delivery",), _mid_term_notice, lambda state, later: state.with_mid_term(respond_by=later.due)
        ),
        "change": Extendable(
            ("delivery",),
            _change,
            lambda state, later: state.with_change(
                replace(state.change(later.part), answer_by=later.due, overdue=False)
            ),
            part="change",
        ),
        "follow-up": Extendable(
            RUNNING,
            _follow_up,
            lambda state, later: state.with_advice(later.part, due=later.due, overdue=False),
            part="advice",
        ),
        "visit": Extendable(RUNNING, _visit, _visited_later, _visit_dates, part="visit"),
        "evaluation": Extendable(
            ("evaluation",),
            lambda project, _: project.evaluation_due,
            lambda state, later: replace(state, evaluation_due=later.due, evaluation_overdue=False),
        ),
        "closing-duty": Extendable(("settlement",), _closing_duty, _closed_later, _closing_dates, part="duty"),
        "repayment": Extendable(("clawback",), _repayment, _repaid_later, _repayment_dates, part="instalment"),
    }
)
