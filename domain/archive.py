"""Archive 归档: what is done before a project is closed: final account, money given back, audit, publication, files kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from domain.errors import AboveLimit, CurrencyMismatch, DutiesOpen, Malformed, NotAnswered, SamePerson, StageNotOpen
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Frozen, Line, Money, PositiveSum, Role, Sha256, Slug, Sum
from domain.progress import Closing
from domain.project import Project, ProjectCommand, ProjectEvent
from domain.rules.closing import ClosingRules, RetentionRule
from domain.streams import To


def open_duties(project: Project) -> tuple[str, ...]:
    """What the programme still asks for before the project is closed, in the order in which it is done."""
    rules, done = project.rules.closing, project.closing
    if rules is None:
        return ("unspent",) if done.owed_minor > done.returned_minor else ()
    wanted = {
        "final-account": bool(rules.final_account_required) and done.spent is None,
        "unspent": done.owed_minor > done.returned_minor,
        "audit-report": bool(rules.audit_report_required) and not done.audit_report,
        "publication": bool(rules.publication_required) and not done.published,
        "archive": bool(rules.retention) and not done.archived,
    }
    return tuple(duty for duty, is_open in wanted.items() if is_open)


class FinalAccountFiled(ProjectEvent):
    """What was spent; `owed` is what is to be given back of what was paid."""

    filed_by: Slug
    spent: Money
    paid: Money
    owed: Money
    account_sha256: Sha256

    def apply(self, state: Project) -> Project:
        return with_closing(
            state,
            spent=self.spent,
            owed_minor=self.owed.minor,
            account_by=self.filed_by,
            account_sha256=self.account_sha256,
        )


class UnspentReturned(ProjectEvent):
    """Money came back to its fund, or to its round, with its purpose."""

    amount: Money
    received_on: date
    reference: Line
    recorded_by: Slug

    def apply(self, state: Project) -> Project:
        references = state.closing.references | {self.reference}
        returned = state.closing.returned_minor + self.amount.minor
        return with_closing(state, returned_minor=returned, references=references)


class AuditReportFiled(ProjectEvent):
    filed_by: Slug
    auditor: Line
    report_sha256: Sha256

    def apply(self, state: Project) -> Project:
        return with_closing(state, audit_report=self.report_sha256)


class UsePublished(ProjectEvent):
    """How the money was used has been published, marked with where it came from."""

    published_on: date
    place: Line
    marked: bool
    evidence_sha256: Sha256

    def apply(self, state: Project) -> Project:
        print_ = self.fingerprint("published_on", "place", "marked", "evidence_sha256")
        return with_closing(state, published=print_)


class ArchivedFile(Frozen):
    """A file with its class of retention."""

    retention: Slug
    title: Line
    sha256: Sha256


class KeepUntil(Frozen):
    """The last day on which files of this class are kept."""

    retention: Slug
    until: date


class ProjectArchived(ProjectEvent):
    files: tuple[ArchivedFile, ...]
    keep_until: tuple[KeepUntil, ...]

    def apply(self, state: Project) -> Project:
        return with_closing(state, archived=self.fingerprint("files"))


def with_closing(state: Project, **changes: object) -> Project:
    closing: Closing = replace(state.closing, **changes)  # type: ignore[arg-type]  # fields are named above
    return replace(state, closing=closing)


class ClosingCommand(ProjectCommand):
    def must_be_settled(self, project: Project) -> None:
        """Nothing is left to be paid, and the project is to be closed. Raises NotFound, StageNotOpen."""
        project.must_be("settlement")
        if not project.paid_up:
            raise StageNotOpen(stage="everything paid", now="payments open")

    def rules_of(self, project: Project) -> ClosingRules:
        """Of the programme of a settled project. Raises NotFound, StageNotOpen."""
        self.must_be_settled(project)
        if project.rules.closing is None:
            raise StageNotOpen(stage="closing duties", now="none in the rules")
        return project.rules.closing


class FileFinalAccount(ClosingCommand):
    """The organisation says what it spent of the money; the rest is to be given back. Said anew, it is corrected.

    What is paid by the piece is earned, not spent: then only what was paid above it is owed.
    Raises NotFound, StageNotOpen, CurrencyMismatch, Malformed.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    spent: Sum
    account_sha256: Sha256

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        self.rules_of(project)
        if project.closing.archived:
            raise StageNotOpen(stage="final account", now="archived")
        if self.spent.currency != project.rules.currency:
            raise CurrencyMismatch(field="spent", currency=self.spent.currency, expected=project.rules.currency)
        if self.spent.minor < 0:
            raise Malformed(field="spent", rule="must not be below zero")
        paid = funds.paid_to(project.id) + project.closing.returned_minor
        used = self.spent if project.earned is None else project.earned
        filed = FinalAccountFiled(
            filed_by=by.id,
            spent=self.spent,
            paid=_money(project, paid),
            owed=_money(project, max(0, paid - used.minor)),
            account_sha256=self.account_sha256,
        )
        if filed.apply(project).closing != project.closing:
            yield filed


class RecordUnspentReturned(ClosingCommand):
    """Money that was not spent has come back: it is free again for its purpose. Not by who filed the account.

    Raises NotFound, StageNotOpen, SamePerson, AboveLimit, CurrencyMismatch, ReferenceUsed.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("trustee",)
    amount: PositiveSum
    received_on: date
    reference: Line

    def decide(self, project: Project, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if self.reference in project.closing.references:
            return
        self.must_be_settled(project)
        if project.closing.account_by == by.id:
            raise SamePerson(person=by.id, step="RecordUnspentReturned", earlier="FileFinalAccount")
        owed = project.closing.owed_minor - project.closing.returned_minor
        if self.amount.currency == project.rules.currency and self.amount.minor > owed:
            raise AboveLimit(field="amount", value=str(self.amount), limit=str(_money(project, owed)))
        to = project.rules.returned_to
        back = [*funds.take_back(project.round, project.id, self.amount, self.reference, to)]
        yield UnspentReturned(
            amount=self.amount, received_on=self.received_on, reference=self.reference, recorded_by=by.id
        )
        yield from back


class FileAuditReport(ClosingCommand):
    """The organisation, or an auditor who neither checked nor evaluated the project, files the auditor's report.

    C7 has separate third parties for intake, evaluation and audit. Raises NotFound, StageNotOpen, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("auditor", "applicant")
    auditor: Line
    report_sha256: Sha256

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.closing.audit_report == self.report_sha256:
            return
        self.rules_of(project)
        if project.closing.archived:
            raise StageNotOpen(stage="audit report", now="archived")
        if project.evaluated_by == by.id:
            raise SamePerson(person=by.id, step="FileAuditReport", earlier="SubmitEvaluation")
        if by.id in project.checked_by.values():
            raise SamePerson(person=by.id, step="FileAuditReport", earlier="CheckEligibility")
        yield AuditReportFiled(filed_by=by.id, auditor=self.auditor, report_sha256=self.report_sha256)


class RecordPublication(ClosingCommand):
    """How the money was used was published there; marked with where it came from, if the programme asks for that.

    Raises NotFound, StageNotOpen, NotAnswered, Malformed.
    """

    published_on: date
    place: Line
    marked: bool = False
    evidence_sha256: Sha256

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        print_ = self.fingerprint("published_on", "place", "marked", "evidence_sha256")
        if project.closing.published == print_:
            return
        rules = self.rules_of(project)
        if rules.marking is not None and not self.marked:
            raise NotAnswered(field="marked", missing=(rules.marking.zh,))
        if self.published_on > project.rules.calendar.day_of(at):
            raise Malformed(field="published_on", rule="must not lie in the future")
        yield UsePublished(
            published_on=self.published_on, place=self.place, marked=self.marked, evidence_sha256=self.evidence_sha256
        )


class ArchiveProject(ClosingCommand):
    """File what is kept, at least one file of every class; everything else is done before.

    Raises NotFound, StageNotOpen, DutiesOpen, NotAnswered.
    """

    files: tuple[ArchivedFile, ...] = Field(min_length=1, max_length=1_000)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.closing.archived == self.fingerprint("files"):
            return
        rules = self.rules_of(project)
        if project.closing.archived:
            raise StageNotOpen(stage="archive", now="archived")
        before = tuple(duty for duty in open_duties(project) if duty != "archive")
        if before:
            raise DutiesOpen(duties=before)
        wanted, given = {each.id for each in rules.retention}, {each.retention for each in self.files}
        if wanted != given:
            missing, unknown = sorted(wanted - given), sorted(given - wanted)
            raise NotAnswered(field="files.retention", missing=tuple(missing), unknown=tuple(unknown))
        day = project.rules.calendar.day_of(at)
        yield ProjectArchived(files=self.files, keep_until=tuple(kept(each, day) for each in rules.retention))


def kept(rule: RetentionRule, archived_on: date) -> KeepUntil:
    """The years are counted from the end of the year in which the files were archived (会计档案管理办法 14)."""
    return KeepUntil(retention=rule.id, until=date(archived_on.year + rule.retention_years, 12, 31))


def _money(project: Project, minor: int) -> Money:
    return Money(currency=project.rules.currency, minor=minor)
