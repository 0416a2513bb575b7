"""Public notice 公示."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import model_validator

from domain.calendar import Calendar
from domain.rules.terms import Days, Several, StageRule


class NoticeRules(StageRule):
    """公示: days in which anybody may object, working days or calendar days (C7: five working days, naming the experts)."""

    kind: Literal["notice"] = "notice"
    working_days: Several | None = None
    days: Several | None = None
    shows_experts: bool | None = None
    """Whether the notice names who reviewed and judged what it shows."""
    answer_within_days: Several | None = None
    """Calendar days for the answer to an objection, from the day it was raised."""
    remind_before_days: Days | None = None
    """How long before that whoever answers is reminded."""
    again_after_change: bool | None = None
    """Whether a project that moves up from the reserve is shown for the same days before it is awarded."""

    @model_validator(mode="after")
    def _sound(self) -> NoticeRules:
        if (self.working_days is None) == (self.days is None):
            raise ValueError(f"notice {self.id} has days or working_days, one of both")
        if self.remind_before_days is not None:
            if self.answer_within_days is None:
                raise ValueError("remind_before_days needs answer_within_days")
            if self.remind_before_days >= self.answer_within_days:
                raise ValueError("remind_before_days must be below answer_within_days")
        return self

    def ends_at(self, calendar: Calendar, at: datetime) -> datetime:
        """When a notice that is opened then ends."""
        if self.working_days is not None:
            return calendar.after_working_days(at, self.working_days)
        return calendar.after_days(at, self.days or 0)
