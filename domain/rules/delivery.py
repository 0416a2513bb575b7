"""Delivery 实施: the reports that are due."""

from __future__ import annotations

from domain.rules.terms import Days, Named


class ReportRule(Named):
    """进度报告: due so many days after the agreement, reminded before, overdue after days of grace."""

    due_days: Days
    remind_before_days: Days
    overdue_after_days: Days
