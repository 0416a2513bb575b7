"""Closing 结项: what must be done before a project, and with it its round, is closed.

Procurement files are kept for 15 years, accounting vouchers for 30 (政府采购法 42; 会计档案管理办法); the use of lottery money is
marked and published (彩票公益金管理办法); what is left over goes back.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import Words
from domain.rules.terms import Named, Rule, ids_differ


class RetentionRule(Named):
    """A class of files, and for how many full calendar years after the one they are archived in they are kept."""

    retention_years: Annotated[int, Field(ge=1, le=100)]


class ClosingRules(Rule):
    """结项规则: each duty the programme has is done before a project is closed; a round waits for all its projects.

    `marking` is what a publication has to show (for instance 中国福利彩票公益金资助).
    """

    final_account_required: Literal[True] | None = None
    audit_report_required: Literal[True] | None = None
    publication_required: Literal[True] | None = None
    marking: Words | None = None
    retention: tuple[RetentionRule, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> ClosingRules:
        ids_differ("retention", (each.id for each in self.retention))
        if self.marking is not None and not self.publication_required:
            raise ValueError("marking needs publication_required: there is nothing else to mark")
        return self
