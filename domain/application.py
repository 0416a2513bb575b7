"""Application 申请: applying and withdrawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from domain.budget import BudgetLine
from domain.call import check_content, check_one_at_a_time, check_organisation, elsewhere
from domain.errors import AlreadyExists, CallNotOpen, NotFound, TooManyProjects
from domain.form import Answer
from domain.fund import Fund
from domain.funds import Funds
from domain.indicator import IndicatorPlan
from domain.kernel import Actor, Aggregate, Event, Line, Moment, Money, PositiveSum, Role, Slug, Text, nothing
from domain.organisation import ApplicationEntered, ApplicationLeft, Organisation
from domain.person import Person, ProjectLed
from domain.project import Project, ProjectCommand, ProjectEvent
from domain.reserve import leaving
from domain.round import Round
from domain.rules import Rules
from domain.rules.application import EligibilityRules
from domain.rules.earlier import quoting_format_1
from domain.rules.quoted import QuotedRules
from domain.service import check_promised
from domain.streams import To

HANDED_IN = ("round", "organisation", "title", "field", "plan", "ask", "budget", "indicators", "leader", "answers")
"""What makes two applications the same."""


class ApplicationSubmitted(ProjectEvent):
    """The whole application as it was handed in, quoting the rules it began under."""

    VERSION = 2
    EARLIER: ClassVar = {1: quoting_format_1}

    programme: Slug
    round: Slug
    fund: Slug
    organisation: Slug
    submitted_by: Slug
    title: Line
    field: Slug
    plan: Text
    ask: Money
    budget: tuple[BudgetLine, ...]
    indicators: tuple[IndicatorPlan, ...]
    leader: Slug | None = None
    answers: tuple[Answer, ...] = ()
    organisation_grade: str | None = None
    """The organisation's on that day, where the register has a valid one."""
    eligibility_due: Moment | None
    """None where the programme does not begin with a formal check."""
    rules_version: int
    rules: QuotedRules

    def apply(self, state: Project) -> Project:
        return replace(
            state.entering(self.rules.stages[0]),
            quoted=self.rules,
            programme=self.programme,
            round=self.round,
            fund=self.fund,
            organisation=self.organisation,
            field=self.field,
            ask=self.ask,
            indicators=self.indicators,
            plan=self.plan,
            budget=self.budget,
            answers=self.answers,
            leader=self.leader or "",
            organisation_grade=self.organisation_grade,
            application=self.fingerprint(*HANDED_IN),
            applied_by=self.submitted_by,
            eligibility_due=self.eligibility_due,
        )


class ApplicationWithdrawn(ProjectEvent):
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.ended("withdrawn")


class ApplicationRejected(ProjectEvent):
    """The application goes no further: not eligible, or below the review's pass mark."""

    outcome: Literal["ineligible", "review_failed"]

    def apply(self, state: Project) -> Project:
        return state.ended(self.outcome)


class SubmitApplication(ProjectCommand):
    """An organisation applies to an open call with one project, led by a person where the call wants to know by whom.

    Raises NotFound, CallNotOpen, Banned, NotEligible, TooManyProjects, DoubleFunding, AlreadyLeads, AboveLimit, CurrencyMismatch,
    CostForbidden, Malformed (ask, indicators), NotAnswered, AnswerRefused, AlreadyExists.
    """

    ON = (Project, Round, Organisation, Person)
    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    round: Slug
    organisation: Slug
    title: Line
    field: Slug
    plan: Text
    ask: PositiveSum
    budget: tuple[BudgetLine, ...] = Field(min_length=1, max_length=200)
    indicators: tuple[IndicatorPlan, ...] = Field(default=(), max_length=50)
    leader: Slug | None = None
    answers: tuple[Answer, ...] = Field(default=(), max_length=200)

    @property
    def person(self) -> str | None:
        """Whose stream is told: the leader's."""
        return self.leader

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({self.organisation})

    def correlation(self, state: Project) -> str:
        return self.round

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        _, round_, organisation, *leader = states
        if round_.quoted is None:
            return ()
        found = elsewhere(round_.rules, organisation, leader[0] if leader else None, self.round)
        return tuple((Project, id_) for id_ in dict.fromkeys(found))

    def decide(
        self,
        project: Project,
        round_: Round,
        organisation: Organisation,
        leaders: tuple[Person, ...],
        *,
        by: Actor,
        at: datetime,
        beside: Mapping[str, Aggregate] = nothing(),
    ) -> Iterator[Event]:
        leader = leaders[0] if leaders else None
        if project.exists:
            if project.application == self.fingerprint(*HANDED_IN):
                return
            raise AlreadyExists(kind="project", id=self.project)
        rules = round_.rules
        if round_.opens_at is None or round_.closes_at is None or not round_.opens_at <= at < round_.closes_at:
            raise CallNotOpen(round=round_.id, opens_at=round_.opens_at or at, closes_at=round_.closes_at or at)
        self._check_applicant(rules, organisation, at)
        if leader is not None and not leader.exists:
            raise NotFound(kind="person", id=leader.id)
        check_one_at_a_time(rules, organisation, leader, beside)
        self._check_content(rules)
        check_promised(rules, self.indicators)
        first = rules.stages[0]
        due = None
        if isinstance(first, EligibilityRules):
            due = first.first_due(at, round_.closes_at, rules.calendar)
        yield ApplicationSubmitted(
            programme=round_.programme,
            round=self.round,
            fund=round_.fund,
            organisation=self.organisation,
            submitted_by=by.id,
            title=self.title,
            field=self.field,
            plan=self.plan,
            ask=self.ask,
            budget=self.budget,
            indicators=self.indicators,
            leader=self.leader,
            answers=self.answers,
            organisation_grade=organisation.grade if organisation.graded_on(rules.calendar.day_of(at)) else None,
            eligibility_due=due,
            rules_version=round_.rules_version,
            rules=rules,
        )
        yield ApplicationEntered(round=self.round, project=self.project)
        if leader is not None:
            yield ProjectLed(project=self.project)

    def _check_applicant(self, rules: Rules, organisation: Organisation, at: datetime) -> None:
        check_organisation(rules.call, organisation, rules.calendar.day_of(at))
        if organisation.projects_in(self.round) >= rules.call.projects_per_organisation:
            raise TooManyProjects(organisation=self.organisation, allowed=rules.call.projects_per_organisation)

    def _check_content(self, rules: Rules) -> None:
        check_content(rules, self.field, self.ask, self.budget, self.answers)


class WithdrawApplication(ProjectCommand):
    """The applicant steps back, until the agreement is concluded; a promised award goes back to its round, for the reserve.

    Raises NotFound, StageNotOpen.
    """

    ON = (Project, Organisation, Round, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    reason: Text

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(  # noqa: PLR0917  one state for each stream
        self, project: Project, organisation: Organisation, round_: Round, funds: Funds, by: Actor, at: datetime
    ) -> Iterator[Event | To]:
        if project.outcome == "withdrawn":
            return
        project.must_be("eligibility", "review", "roadshow", "selection", "notice", "agreement")
        yield ApplicationWithdrawn(reason=self.reason)
        yield ApplicationLeft(round=project.round, project=project.id)
        yield from leaving(round_, project.id, "withdrawn", at)
        yield from funds.release(project.round, project.id)
