"""Closing 结项: what must be done before a project, and with it its round, is closed.

Procurement files are kept for 15 years, accounting vouchers for 30 (政府采购法 42; 会计档案管理办法); the use of lottery money is
marked and published (彩票公益金管理办法); what is left over goes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.calendar import Calendar
from domain.kernel import NoTruth, Words
from domain.rules.terms import Days, Named, Rule, Several, ids_differ

ClosingDuty = Literal["final-account", "unspent", "audit-report", "publication", "archive"]
"""决算, 结余, 审计报告, 公开, 归档: in the order in which they are done."""


class RetentionRule(Named):
    """A class of files, and for how many full calendar years after the one they are archived in they are kept."""

    retention_years: Annotated[int, Field(ge=1, le=100), NoTruth]


class ClosingDeadline(Rule):
    """结项期限: so many days, or working days, from when a duty can be done; reminded before, overdue after days of grace.

    An account, an audit report and a publication can be given once everything is paid; what is left over comes back once it is
    known how much; the archive is closed when the rest is done.
    """

    duty: ClosingDuty
    within_days: Several | None = None
    within_working_days: Several | None = None
    remind_before_days: Days
    overdue_after_days: Days | None = None

    @model_validator(mode="after")
    def _sound(self) -> ClosingDeadline:
        days = [days for days in (self.within_days, self.within_working_days) if days is not None]
        if len(days) != 1:
            raise ValueError(f"closing duty {self.duty} has within_days or within_working_days, one of both")
        if self.remind_before_days >= days[0]:
            raise ValueError(f"closing duty {self.duty}: it is reminded of after its days have begun")
        return self

    def due(self, calendar: Calendar, at: datetime) -> datetime:
        """The end of the last day, where the days begin then."""
        if self.within_working_days is not None:
            return calendar.after_working_days(at, self.within_working_days)
        return calendar.after_days(at, self.within_days or 0)

    def dates(self, due: datetime) -> tuple[datetime, datetime]:
        """When it is reminded of, and when its days of grace are over."""
        return due - timedelta(days=self.remind_before_days), due + timedelta(days=self.overdue_after_days or 0)


class ClosingRules(Rule):
    """结项规则: each duty the programme has is done before a project is closed; a round waits for all its projects.

    `marking` is what a publication has to show (for instance 中国福利彩票公益金资助). What is in `deadlines` is reminded of and
    escalated; the others are waited for without a day.
    """

    final_account_required: Literal[True] | None = None
    audit_report_required: Literal[True] | None = None
    publication_required: Literal[True] | None = None
    marking: Words | None = None
    retention: tuple[RetentionRule, ...] = ()
    deadlines: tuple[ClosingDeadline, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> ClosingRules:
        ids_differ("closing deadlines", (each.duty for each in self.deadlines))
        for each in self.deadlines:
            if each.duty not in self.duties:
                raise ValueError(f"closing duty {each.duty} has days, and the programme does not ask for it")
        ids_differ("retention", (each.id for each in self.retention))
        if self.marking is not None and not self.publication_required:
            raise ValueError("marking needs publication_required: there is nothing else to mark")
        return self

    @property
    def duties(self) -> frozenset[ClosingDuty]:
        """What the programme asks for; money left over may be there without an account, too."""
        asked: dict[ClosingDuty, bool] = {
            "final-account": bool(self.final_account_required),
            "unspent": True,
            "audit-report": bool(self.audit_report_required),
            "publication": bool(self.publication_required),
            "archive": bool(self.retention),
        }
        return frozenset(duty for duty, is_asked in asked.items() if is_asked)

    def deadline(self, duty: str) -> ClosingDeadline | None:
        """The rule for its days, if it has some."""
        return next((each for each in self.deadlines if each.duty == duty), None)
