"""Gate 拨款条件: what a tranche waits for before it may be asked for, in any combination."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import NoTruth, PositiveSum, Slug
from domain.rules.terms import Named, Rule

SomeDays = Annotated[int, Field(ge=1, le=3_650), NoTruth]


class AfterAgreement(Rule):
    """The tranche may be asked for once the agreement is concluded."""

    kind: Literal["agreement"]


class AfterReport(Rule):
    """The tranche waits for an accepted report."""

    kind: Literal["report"]
    report: Slug


class AfterEvaluation(Rule):
    """The tranche waits for a passed final evaluation."""

    kind: Literal["evaluation"]


class AfterDate(Rule):
    """The tranche waits for a day, reckoned from that of the agreement, which is not counted (民法典 201)."""

    kind: Literal["date"]
    days_after_agreement: SomeDays | None = None
    working_days_after_agreement: SomeDays | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AfterDate:
        if (self.days_after_agreement is None) == (self.working_days_after_agreement is None):
            raise ValueError("a date needs days_after_agreement or working_days_after_agreement, not both")
        return self


class AfterDocument(Rule):
    """The tranche waits for a document filed for it: an invoice, a receipt (发票、收据)."""

    kind: Literal["document"]
    document: Slug


class AfterMidTerm(Rule):
    """The tranche waits for a passed mid-term evaluation."""

    kind: Literal["mid-term"]


class AfterVisit(Rule):
    """The tranche waits for a site visit that found things satisfactory."""

    kind: Literal["visit"]


class AfterIndicator(Rule):
    """The tranche waits until an indicator of the programme has come to this, by the latest accepted report.

    `at_most` for what shall fall (an accident rate).
    """

    kind: Literal["indicator"]
    indicator: Slug
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AfterIndicator:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("an indicator needs at_least or at_most, not both")
        return self


class AfterMatched(Rule):
    """The tranche waits for matched money (配套资金) that is proven: an amount, or a percentage of the award."""

    kind: Literal["matched"]
    amount: PositiveSum | None = None
    percent_of_award: Annotated[int, Field(ge=1, le=1_000), NoTruth] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AfterMatched:
        if (self.amount is None) == (self.percent_of_award is None):
            raise ValueError("matched money needs amount or percent_of_award, not both")
        return self


class AfterFunding(Rule):
    """资金到位: the tranche waits until the fund has the money for it, under the purpose it comes from.

    What a round's own budget pays is in the fund before anything is promised. A sponsor's money (C8) may come later: then what is
    not behind this gate is to be in when the award is granted, and the tranches behind it are covered in their order.
    """

    kind: Literal["funding"]


class AllOf(Rule):
    """Every one of these."""

    kind: Literal["all"]
    of: tuple[Gate, ...] = Field(min_length=2, max_length=20)


class AnyOf(Rule):
    """One of these is enough."""

    kind: Literal["any"]
    of: tuple[Gate, ...] = Field(min_length=2, max_length=20)

    @model_validator(mode="after")
    def _money_is_no_choice(self) -> AnyOf:
        if any(needs_funding(part) for part in self.of):
            raise ValueError("funding is waited for beside the other things, not instead of them")
        return self


Condition = (
    AfterAgreement
    | AfterReport
    | AfterMidTerm
    | AfterEvaluation
    | AfterDate
    | AfterDocument
    | AfterVisit
    | AfterIndicator
    | AfterMatched
    | AfterFunding
)
Gate = Annotated[Condition | AllOf | AnyOf, Field(discriminator="kind")]


class DocumentRule(Named):
    """A document a programme asks for; it is filed for a tranche by its SHA-256."""


def conditions(gate: Gate | None) -> Iterator[Condition]:
    """The single conditions a gate is made of."""
    if isinstance(gate, AllOf | AnyOf):
        for part in gate.of:
            yield from conditions(part)
    elif gate is not None:
        yield gate


def needs_funding(gate: Gate | None) -> bool:
    """Whether the gate stays shut until the fund has the money."""
    return any(isinstance(each, AfterFunding) for each in conditions(gate))


def check_gate(tranche: str, gate: Gate | None, has: Mapping[str, Collection[str]]) -> None:
    """Everything the gate waits for is something the programme has. Raises ValueError.

    `has` gives the ids there are by kind; what is not listed every programme has.
    """
    for each in conditions(gate):
        kind = "agreement" if isinstance(each, AfterDate) else each.kind
        id_ = str(getattr(each, kind, ""))
        if kind not in has or id_ in has[kind]:
            continue
        if id_:
            raise ValueError(f"tranche {tranche} waits for {kind} {id_}, which does not exist")
        raise ValueError(f"tranche {tranche} waits for the {kind}, which the programme does not have")


def check_matched(tranche: str, gate: Gate | None, currency: str) -> None:
    """Matched money is of the programme's currency. Raises ValueError."""
    for each in conditions(gate):
        if isinstance(each, AfterMatched) and each.amount is not None and each.amount.currency != currency:
            raise ValueError(f"tranche {tranche} is in {each.amount.currency}, the programme in {currency}")
