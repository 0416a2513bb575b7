"""Tranche 拨款: shares of the award, and the gate each waits behind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.kernel import Percent, Slug
from domain.rules.terms import Named, Rule


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


Gate = Annotated[AfterAgreement | AfterReport | AfterEvaluation, Field(discriminator="kind")]


class TrancheRule(Named):
    """A share of the award, and its gate; without one it may be asked for as soon as the award is granted."""

    share_percent: Percent
    gate: Gate | None = None
