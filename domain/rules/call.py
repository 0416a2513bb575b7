"""Call 征集: who may apply, for how much and how often."""

from __future__ import annotations

from pydantic import Field

from domain.kernel import PositiveSum, Slug
from domain.rules.terms import Named, Rule, Several


class FieldOfWork(Named):
    """领域: elderly, children, …"""


class CallRules(Rule):
    """Who may apply, for how much and how often."""

    organisation_types: tuple[Slug, ...] = Field(min_length=1)
    projects_per_organisation: Several
    ask_at_most: PositiveSum
