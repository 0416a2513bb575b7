"""Gate 拨款条件: whether a tranche may be asked for, and exactly what it still waits for.

Time-dependent conditions are reckoned from what is on record and the moment they are asked for; the story puts the day on record
when it comes, so that whoever reads along sees the gate open too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from domain.errors import DocumentUsed, NotDue, NotFound, TrancheNotReady
from domain.kernel import Actor, Money, Role, Sha256, Slug
from domain.project import PAYING, Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.gate import (
    AfterDate,
    AfterDocument,
    AfterIndicator,
    AfterMatched,
    AfterReport,
    AllOf,
    AnyOf,
    Condition,
    Gate,
)
from domain.rules.gate import conditions as conditions_of
from domain.rules.terms import WHOLE
from domain.sponsored import lacking_for
from domain.tranche_chain import Tranche


class Awaited(NamedTuple):
    """One thing a tranche waits for, and the role whose act comes next; nobody's where only time has to pass."""

    what: str
    role: str


class Missing(NamedTuple):
    """What a gate still waits for: said in one line, and thing by thing."""

    said: str
    each: tuple[Awaited, ...]


NOTHING = Missing("", ())
MET = Awaited("", "")


def waits_for(project: Project, tranche: Tranche, at: datetime) -> str:
    """What the tranche's gate still waits for, like "report mid-term and document invoice"; empty when it is open."""
    return missing(project, tranche, at).said


def missing(project: Project, tranche: Tranche, at: datetime) -> Missing:
    """What the tranche's gate still waits for; nothing is asked for before delivery has begun.

    With a payment order its gate is behind it: the bank may have paid already.
    """
    if tranche.status == "ordered":
        return NOTHING
    if project.suspended:
        return Missing("resumption", (Awaited("resumption", "officer"),))
    if tranche.gate is None:
        return NOTHING if project.stage in PAYING else _one(project, "agreement", "")
    return _missing(project, tranche, tranche.gate, at)


def _missing(project: Project, tranche: Tranche, gate: Gate, at: datetime) -> Missing:
    if not isinstance(gate, AllOf | AnyOf):
        return _condition(project, tranche, gate, at)
    parts = [_missing(project, tranche, part, at) for part in gate.of]
    if isinstance(gate, AnyOf) and NOTHING in parts:
        return NOTHING
    left = [part for part in dict.fromkeys(parts) if part.said]
    joint = " or " if isinstance(gate, AnyOf) else " and "
    said = [f"({part.said})" if len(left) > 1 and len(part.each) > 1 else part.said for part in left]
    return Missing(joint.join(said), tuple(dict.fromkeys(each for part in left for each in part.each)))


def _condition(project: Project, tranche: Tranche, condition: Condition, at: datetime) -> Missing:
    what, role = SAYS[condition.kind](project, condition, tranche, at)
    return _one(project, what, role) if what else NOTHING


def _agreement(project: Project, *_: object) -> Awaited:
    return MET if project.stage in PAYING else Awaited("agreement", "")


def _report(project: Project, condition: AfterReport, *_: object) -> Awaited:
    report = project.reports.get(condition.report)
    if report is not None and report.status == "accepted":
        return MET
    handed_in = report is not None and report.status == "submitted"
    return Awaited(f"report {condition.report}", "officer" if handed_in else "applicant")


def _mid_term(project: Project, *_: object) -> Awaited:
    return MET if project.mid_term_passed else Awaited("mid-term", assessing(project))


def _evaluation(project: Project, *_: object) -> Awaited:
    return MET if project.evaluation_passed else Awaited("evaluation", evaluating(project))


def _date(project: Project, condition: AfterDate, _: Tranche, at: datetime) -> Awaited:
    day = day_of(project, condition)
    if day is None:
        return Awaited("agreement", "")
    return MET if at >= project.rules.calendar.start_of(day) else Awaited(f"date {day}", "")


def _document(_: Project, condition: AfterDocument, tranche: Tranche, *__: object) -> Awaited:
    return MET if condition.document in tranche.documents else Awaited(f"document {condition.document}", "applicant")


def _visit(project: Project, *_: object) -> Awaited:
    return MET if project.visited else Awaited("visit", "officer")


def _indicator(project: Project, condition: AfterIndicator, *_: object) -> Awaited:
    """A project that falls short in its last report waits for the next one."""
    reading = project.reading(condition.indicator)
    low, high = condition.at_least, condition.at_most
    if reading is not None and (low is None or reading >= low) and (high is None or reading <= high):
        return MET
    wanted = f"at least {low}" if low is not None else f"at most {high}"
    handed_in = any(report.status == "submitted" for report in project.reports.values())
    return Awaited(f"indicator {condition.indicator} {wanted}", "officer" if handed_in else "applicant")


def _matched(project: Project, condition: AfterMatched, *_: object) -> Awaited:
    wanted = condition.amount
    if wanted is None:
        award, percent = project.award or Money(minor=0), condition.percent_of_award or 0
        wanted = Money(currency=award.currency, minor=-(-award.minor * percent // WHOLE))
    if wanted <= project.matched:
        return MET
    waiting = any(each.status == "recorded" for each in project.contributions.values())
    return Awaited(f"matched {wanted}", "officer" if waiting else "applicant")


def _funding(project: Project, _: Condition, tranche: Tranche, __: datetime) -> Awaited:
    """Who has promised the money brings it; the trustee books it."""
    if project.stage not in PAYING:
        return Awaited("agreement", "")
    lacking = lacking_for(project, tranche)
    return Awaited(f"funding {lacking}", "funder") if lacking.minor else MET


SAYS: Mapping[str, Callable[[Project, Any, Tranche, datetime], Awaited]] = {
    "agreement": _agreement,
    "report": _report,
    "mid-term": _mid_term,
    "evaluation": _evaluation,
    "date": _date,
    "document": _document,
    "visit": _visit,
    "indicator": _indicator,
    "matched": _matched,
    "funding": _funding,
}
"""Kind of condition → what it says of a project at a moment."""


def _one(project: Project, what: str, role: str) -> Missing:
    if project.stage == "agreement":
        role = "officer" if "organisation" in project.signatures else "applicant"
    return Missing(what, (Awaited(what, role),))


def assessing(project: Project) -> str:
    """Whose act comes next on the way to a passed mid-term evaluation; nobody's before its day."""
    status = project.mid_term.status if project.mid_term else ""
    return {"self-assessment": "applicant", "review": "evaluator", "notice": "applicant", "failed": "officer"}.get(
        status, ""
    )


def evaluating(project: Project) -> str:
    """Whose act comes next on the way to the evaluation."""
    if project.stage == "evaluation":
        return "evaluator"
    awaited = [report.status for report in project.reports.values() if report.status != "accepted"]
    return "officer" if awaited and set(awaited) == {"submitted"} else "applicant"


def day_of(project: Project, condition: AfterDate) -> date | None:
    """The day from which the tranche may be asked for; None while the day it is reckoned from has not come."""
    begun = project.begun_on
    if begun is None:
        return None
    if condition.days_after_agreement is not None:
        return begun + timedelta(days=condition.days_after_agreement)
    calendar, days = project.rules.calendar, condition.working_days_after_agreement or 0
    end = calendar.after_working_days(calendar.start_of(begun), days)
    return calendar.day_of(end - timedelta(microseconds=1))


def next_day(project: Project, tranche: Tranche) -> date | None:
    """The next day the tranche waits for that is not on record yet."""
    if tranche.status != "planned" or project.stage not in PAYING:
        return None
    days = (day_of(project, each) for each in conditions_of(tranche.gate) if isinstance(each, AfterDate))
    return min((day for day in days if day and (tranche.reached is None or day > tranche.reached)), default=None)


def shut_for_good(project: Project, tranche: Tranche) -> bool:
    """Whether nothing can open its gate any more: an indicator fell short, and no report follows."""
    return project.stage == "settlement" and tranche.status == "planned" and _never(project, tranche, tranche.gate)


def _never(project: Project, tranche: Tranche, gate: Gate | None) -> bool:
    if isinstance(gate, AllOf):
        return any(_never(project, tranche, part) for part in gate.of)
    if isinstance(gate, AnyOf):
        return all(_never(project, tranche, part) for part in gate.of)
    return isinstance(gate, AfterIndicator) and _indicator(project, gate) is not MET


class GateEvent(ProjectEvent):
    tranche: Slug


class TrancheDateReached(GateEvent):
    """A day the tranche waited for has come."""

    reached: date

    def apply(self, state: Project) -> Project:
        return state.with_tranche(self.tranche, reached=self.reached)


class DocumentFiled(GateEvent):
    """A document for a tranche, by its SHA-256; another one for the same purpose replaces it."""

    document: Slug
    sha256: Sha256
    filed_by: Slug

    def apply(self, state: Project) -> Project:
        documents = MappingProxyType({**state.tranche(self.tranche).documents, self.document: self.sha256})
        return state.with_tranche(self.tranche, documents=documents)


class RecordTrancheDate(StoryOfProject):
    """A day the tranche waits for has come. Raises NotFound, NotDue."""

    tranche: Slug

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.stage not in PAYING:
            return
        day = next_day(project, project.tranche(self.tranche))
        if day is None:
            return
        due = project.rules.calendar.start_of(day)
        if at < due:
            raise NotDue(deadline="tranche-date", due=due)
        yield TrancheDateReached(tranche=self.tranche, reached=day)


class FileDocument(ProjectCommand):
    """File an invoice or receipt for a tranche that is not asked for yet, by the SHA-256 of the file.

    One document proves one tranche only. Raises NotFound, StageNotOpen, TrancheNotReady, DocumentUsed.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    tranche: Slug
    document: Slug
    sha256: Sha256

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be(*PAYING)
        tranche = project.tranche(self.tranche)
        if self.document not in {rule.id for rule in project.rules.documents}:
            raise NotFound(kind="document", id=self.document)
        if tranche.documents.get(self.document) == self.sha256:
            return
        if tranche.status != "planned":
            raise TrancheNotReady(tranche=tranche.id, status=tranche.status, waits_for="planned")
        for other in project.tranches.values():
            if self.sha256 in other.documents.values():
                raise DocumentUsed(sha256=self.sha256, tranche=other.id)
        yield DocumentFiled(tranche=tranche.id, document=self.document, sha256=self.sha256, filed_by=by.id)
