"""Opening a round 发起批次: its budget is set aside, and its call opens and closes on its days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from domain.errors import AlreadyExists, CurrencyMismatch, Malformed, NotDue
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Event, Moment, Money, PositiveSum, Slug, Words
from domain.programme import Programme
from domain.round import Round, RoundCommand, RoundEvent, StoryOfRound
from domain.rules.earlier import quoting_format_1
from domain.rules.quoted import QuotedRules
from domain.rules.selection import RankingRules
from domain.sources import Source, SourceWish, SourceWishes, behind
from domain.streams import To

FIRST_YEAR = 1970
"""Before, time zones had odd minutes and seconds."""


class RoundOpened(RoundEvent):
    """A round of a programme, quoting the rules it runs under."""

    VERSION = 2
    EARLIER: ClassVar = {1: quoting_format_1}
    programme: Slug
    title: Words
    fund: Slug
    sources: tuple[Source, ...] = ()
    budget: Money
    opens_at: Moment
    closes_at: Moment
    rules_version: int
    rules: QuotedRules

    def apply(self, state: Round) -> Round:
        return replace(
            state,
            stage="planned",
            step=next(self.rules.each(RankingRules)).id,
            quoted=self.rules,
            rules_version=self.rules_version,
            programme=self.programme,
            fund=self.fund,
            sources=self.sources,
            budget=self.budget,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
        )


class CallOpened(RoundEvent):
    def apply(self, state: Round) -> Round:
        return replace(state, stage="call")


class CallClosed(RoundEvent):
    def apply(self, state: Round) -> Round:
        return replace(state, stage="assessment")


class OpenRound(RoundCommand):
    """Open a call against a fund, or several (`sources`): the budget is set aside in the same transaction.

    Dates are days of the programme's time zone, both included. Raises NotFound, AlreadyExists, Malformed, FundExhausted,
    PurposeMismatch, CurrencyMismatch.
    """

    ON = (Round, Programme, Fund)
    programme: Slug
    title: Words
    fund: Slug | None = None
    sources: Annotated[SourceWishes, Field(validate_default=True)] = ()
    budget: PositiveSum
    opens_on: date
    closes_on: date

    @field_validator("sources")
    @classmethod
    def _instead_of_a_fund(cls, sources: tuple[SourceWish, ...], info: ValidationInfo) -> tuple[SourceWish, ...]:
        if bool(sources) == bool(info.data.get("fund")):
            raise ValueError("must be given where no fund is named, and only there")
        return sources

    @property
    def funds(self) -> tuple[str, ...]:
        return (self.fund,) if self.fund else tuple(dict.fromkeys(source.fund for source in self.sources))

    def scopes(self, state: Round) -> frozenset[str] | None:
        return frozenset({self.programme})

    def decide(
        self, round_: Round, programme: Programme, funds: Funds, by: Actor, at: datetime
    ) -> Iterator[Event | To]:
        rules = programme.rules
        for name, day in (("opens_on", self.opens_on), ("closes_on", self.closes_on)):
            if day.year < FIRST_YEAR:
                raise Malformed(field=name, rule=f"must not be before the year {FIRST_YEAR}")
        opens_at, closes_at = rules.calendar.start_of(self.opens_on), rules.calendar.end_of(self.closes_on)
        if self.closes_on < self.opens_on:
            raise Malformed(field="closes_on", rule=f"must not be before opens_on, {self.opens_on}")
        if round_.exists:
            known = (round_.programme, round_.funds, round_.budget, round_.opens_at, round_.closes_at)
            if known == (self.programme, self.funds, self.budget, opens_at, closes_at):
                return
            raise AlreadyExists(kind="round", id=self.round)
        if closes_at <= at:
            raise Malformed(field="closes_on", rule="must not lie in the past")
        if self.budget.currency != rules.currency:
            raise CurrencyMismatch(field="budget", currency=self.budget.currency, expected=rules.currency)
        wishes = self.sources or (SourceWish(fund=self.funds[0], amount=self.budget),)
        backing = behind(wishes, self.budget, rules)
        allocated = tuple(funds.allocate(self.round, backing))
        yield RoundOpened(
            programme=self.programme,
            title=self.title,
            fund=self.funds[0],
            sources=backing if self.sources else (),
            budget=self.budget,
            opens_at=opens_at,
            closes_at=closes_at,
            rules_version=len(programme.versions),
            rules=rules,
        )
        yield from allocated


class OpenCall(StoryOfRound):
    """The call's first day has come. Raises NotDue."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "planned":
            return
        if round_.opens_at is None or at < round_.opens_at:
            raise NotDue(deadline="call-opens", due=round_.opens_at)
        yield CallOpened()


class CloseCall(StoryOfRound):
    """The call's last day is over. Raises NotDue."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage != "call":
            return
        if round_.closes_at is None or at < round_.closes_at:
            raise NotDue(deadline="call-closes", due=round_.closes_at)
        yield CallClosed()
