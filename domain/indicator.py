"""Indicator 指标: what an applicant says shall change, and the services that count towards it. Nouns of a project.

What the programme itself wants reached is in rules/indicator.py; the verbs are in application, service and delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.kernel import Line, Slug
from domain.rules.indicator import IndicatorKind
from domain.rules.terms import Rule


class IndicatorPlan(Rule):
    """指标: what the applicant says shall change, from a baseline to a target, in whole units; without a kind it is a count."""

    id: Slug
    name: Line
    unit: Line
    baseline: int
    target: int
    kind: IndicatorKind | None = None


ServiceStatus = Literal["filed", "accepted", "rejected"]


@dataclass(frozen=True)
class Service:
    """服务: one piece of what an indicator counts, as it was filed (fingerprint) and what was made of it."""

    indicator: str
    filed: str
    filed_by: str
    status: ServiceStatus = "filed"
    checked_by: str = ""
    reason: str = ""
