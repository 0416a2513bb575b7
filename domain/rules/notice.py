"""Public notice 公示."""

from __future__ import annotations

from typing import Literal

from domain.rules.terms import Several, StageRule


class NoticeRules(StageRule):
    """公示: working days in which anybody may object."""

    kind: Literal["notice"] = "notice"
    working_days: Several
