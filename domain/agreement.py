"""Agreement 协议: the award is promised from the fund and signed by both sides, or lapses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from domain.award import HonourConferred
from domain.calendar import Calendar, months_after, years_after
from domain.call import beside_the_award, check_granted_once
from domain.commitment import promised
from domain.delivery import completed
from domain.demanded_visit import demanded
from domain.errors import NotDue, SamePerson, StageNotOpen
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Frozen, Moment, Money, Role, Sha256, Slug, nothing
from domain.midterm import planned as mid_term_planned
from domain.organisation import Organisation
from domain.person import Person
from domain.progress import OVER, Report
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.reserve import leaving, moving_up
from domain.round import Round, RoundEvent, StoryOfRound
from domain.rules import Rules
from domain.rules.call import GRADES
from domain.rules.delivery import ReportRule
from domain.rules.gate import Gate
from domain.rules.selection import SelectionRules
from domain.rules.tranche import split
from domain.streams import To
from domain.tranche_chain import Tranche

Side = Literal["organisation", "bureau"]


class TranchePlan(Frozen):
    id: Slug
    amount: Money
    gate: Gate | None = None


class ReportPlan(Frozen):
    id: Slug
    remind_at: Moment
    due: Moment
    overdue_at: Moment


def tranche_plan(rules: Rules, award: Money) -> tuple[TranchePlan, ...]:
    """The award split by the rules; a part that comes to nothing is not planned."""
    parts = zip(rules.tranches, split(rules.tranches, award), strict=True)
    return tuple(TranchePlan(id=rule.id, amount=amount, gate=rule.gate) for rule, amount in parts if amount.minor)


def report_plan(rules: Rules, at: datetime) -> tuple[ReportPlan, ...]:
    """Every report with its dates, reckoned from the day on which delivery begins."""
    return tuple(
        report_dates(rule, id_, due_of(rule, n, rules.calendar, at))
        for rule in rules.reports
        for n, id_ in enumerate(rule.ids, start=1)
    )


def due_of(rule: ReportRule, n: int, calendar: Calendar, at: datetime) -> datetime:
    """The end of the last day for the n-th report of a rule."""
    begins = calendar.day_of(at)
    if rule.every_months is not None:
        begins = months_after(begins, n * rule.every_months)
    elif rule.every_days is not None:
        begins += timedelta(days=n * rule.every_days)
    return calendar.end_of(begins + timedelta(days=rule.due_days))


def report_dates(rule: ReportRule, id_: str, due: datetime) -> ReportPlan:
    """A report due then, with its reminder before and its days of grace after."""
    overdue_at = due + timedelta(days=rule.overdue_after_days)
    remind_at = due - timedelta(days=rule.remind_before_days)
    return ReportPlan(id=id_, remind_at=remind_at, due=due, overdue_at=overdue_at)


def planned(reports: tuple[ReportPlan, ...]) -> Mapping[str, Report]:
    return MappingProxyType(
        {
            plan.id: Report(id=plan.id, due=plan.due, remind_at=plan.remind_at, overdue_at=plan.overdue_at)
            for plan in reports
        }
    )


class AwardGranted(ProjectEvent):
    """The fund has promised the money: the agreement can be signed until `sign_by`; None where the programme has none."""

    VERSION = 2
    EARLIER: ClassVar = {1: dict}
    amount: Money
    sign_by: Moment | None = None
    tranches: tuple[TranchePlan, ...]

    def apply(self, state: Project) -> Project:
        tranches = {plan.id: Tranche(id=plan.id, amount=plan.amount, gate=plan.gate) for plan in self.tranches}
        return replace(
            state, stage="agreement", award=self.amount, sign_by=self.sign_by, tranches=MappingProxyType(tranches)
        )


class DeliveryBegun(ProjectEvent):
    """A programme without an agreement: the award itself begins delivery, and the reports have their dates."""

    begun_on: date
    reports: tuple[ReportPlan, ...] = ()

    def apply(self, state: Project) -> Project:
        return replace(state, stage="delivery", begun_on=self.begun_on, reports=planned(self.reports))


class AwardRefused(ProjectEvent):
    """An objection was upheld."""

    reason: str

    def apply(self, state: Project) -> Project:
        return state.ended("objection_upheld")


class AgreementSigned(ProjectEvent):
    side: Side
    signed_by: Slug
    document_sha256: Sha256

    def apply(self, state: Project) -> Project:
        signed = {**state.signatures, self.side: (self.signed_by, self.document_sha256)}
        return replace(state, signatures=MappingProxyType(signed))


class AgreementConcluded(ProjectEvent):
    """Both sides signed the same document: delivery begins and the reports have their dates."""

    concluded_on: date
    reports: tuple[ReportPlan, ...]

    def apply(self, state: Project) -> Project:
        return replace(state, stage="delivery", begun_on=self.concluded_on, reports=planned(self.reports))


class AwardLapsed(ProjectEvent):
    """Not signed in time; the money goes back to the round."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return state.ended("not_signed")


class AwardsCompleted(RoundEvent):
    """Every selected project has its award or its refusal."""

    def apply(self, state: Round) -> Round:
        return replace(state, stage="running")


class GrantAward(StoryOfProject):
    """Promise the published award from the fund; without an agreement in the programme, delivery begins with it.

    Where the programme's result is the organisation's grade, it goes on the register (C14). Where the call has one project at a
    time, another award that was granted meanwhile stands in the way (C10, C1). Raises StageNotOpen, FundExhausted, DoubleFunding,
    AlreadyLeads.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Organisation, Person, Fund)

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        project, _, organisation, *others = states
        return beside_the_award(project, organisation, (each for each in others if isinstance(each, Person)))

    def decide(  # noqa: PLR0917  one state for each stream
        self,
        project: Project,
        round_: Round,
        organisation: Organisation,
        leaders: tuple[Person, ...],
        funds: Funds,
        by: Actor,
        at: datetime,
        beside: Mapping[str, Aggregate] = nothing(),
    ) -> Iterator[Event | To]:
        if project.stage != "notice":
            return
        round_.must_be("award")
        if round_.upheld_against(project.id):
            yield AwardRefused(reason="objection_upheld")
            return
        yield from graded(project, organisation, at)
        if project.award is None:
            yield HonourConferred(prize=project.prize)
            return
        check_granted_once(project, beside.values())
        rules = project.rules
        sign_by = rules.calendar.after_days(at, rules.agreement.sign_within_days) if rules.agreement else None
        granted = AwardGranted(amount=project.award, sign_by=sign_by, tranches=tranche_plan(rules, project.award))
        yield granted
        if rules.agreement is None:
            begun = DeliveryBegun(begun_on=rules.calendar.day_of(at), reports=report_plan(rules, at))
            yield begun
            yield from mid_term_planned(project, at)
            yield from demanded(project.rules, at)
            yield from completed(begun.apply(granted.apply(project)))
        yield from promised(granted.apply(project), round_, funds, project.award)


def graded(project: Project, organisation: Organisation, at: datetime) -> Iterator[Event]:
    """The grade that was awarded, where the programme puts it on the register: valid from today, for full years."""
    (selection,) = project.rules.each(SelectionRules)
    years = selection.grade_valid_years
    grade = next((grade for grade in GRADES if grade.lower() == project.prize), None)
    if years is not None and grade is not None:
        until = years_after(project.rules.calendar.day_of(at), years) - timedelta(days=1)
        yield from organisation.graded(grade, until)


class CompleteAwards(StoryOfRound):
    """Every page of selected projects is done; for those that fell away meanwhile the reserve moves up."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage == "award":
            completed = AwardsCompleted()
            yield completed
            yield from moving_up(completed.apply(round_), at)


class SignAgreement(ProjectCommand):
    """Sign for one side, quoting the document's SHA-256. Both sides must sign the same document, by different people.

    Raises NotFound, StageNotOpen, SamePerson.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant", "officer")
    side: Side
    document_sha256: Sha256

    @property
    def roles(self) -> tuple[Role, ...]:
        return ("applicant",) if self.side == "organisation" else ("officer",)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation}) if self.side == "organisation" else state.scopes

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.signatures.get(self.side) == (by.id, self.document_sha256):
            return
        project.must_be("agreement")
        if project.sign_by is not None and at >= project.sign_by:
            raise StageNotOpen(stage="agreement", now=OVER)
        if any(side != self.side and person == by.id for side, (person, _) in project.signatures.items()):
            raise SamePerson(person=by.id, step="SignAgreement", earlier="SignAgreement")
        signed = {**project.signatures, self.side: (by.id, self.document_sha256)}
        if len({document for _, document in signed.values()}) > 1:
            raise StageNotOpen(stage="the document the other side signed", now="another document")
        yield AgreementSigned(side=self.side, signed_by=by.id, document_sha256=self.document_sha256)
        if len(signed) == len(("organisation", "bureau")):
            calendar = project.rules.calendar
            concluded = AgreementConcluded(concluded_on=calendar.day_of(at), reports=report_plan(project.rules, at))
            yield concluded
            yield from mid_term_planned(project, at)
            yield from demanded(project.rules, at)
            yield from completed(concluded.apply(project))


class LapseAward(StoryOfProject):
    """The days for signing have passed. Raises NotDue."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Fund)

    def decide(self, project: Project, round_: Round, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if project.stage != "agreement" or project.sign_by is None:
            return
        if at < project.sign_by:
            raise NotDue(deadline="agreement", due=project.sign_by)
        yield AwardLapsed(due=project.sign_by)
        yield from leaving(round_, project.id, "not_signed", at)
        yield from funds.release(project.round, project.id)
