"""Closing duties that have days, and what silence means.

2 October  settled: account within 30 days, audit report within 60, publication within 20 working days, each reminded of 5 before
what is left over comes back within 15 days of the account, the archive is closed within 10 of the rest
"""

from __future__ import annotations

from typing import Any

from domain.closing import CloseProject
from domain.closing_due import RecordOverdueClosingDuty, RemindClosingDuty
from domain.kernel import STORY
from domain.rules import Rules
from tests.controls import PROJECT, on
from tests.domain.closing import a_settled_one, with_duties
from tests.world import Situation, put

DEADLINES: tuple[dict[str, Any], ...] = (
    {"duty": "final-account", "within_days": 30, "remind_before_days": 5, "overdue_after_days": 7},
    {"duty": "unspent", "within_days": 15, "remind_before_days": 5},
    {"duty": "audit-report", "within_days": 60, "remind_before_days": 5, "overdue_after_days": 7},
    {"duty": "publication", "within_working_days": 20, "remind_before_days": 5},
    {"duty": "archive", "within_days": 10, "remind_before_days": 2},
)
TELL = CloseProject(project=PROJECT)
"""What the project's story puts whenever something was done."""


def in_days(*deadlines: dict[str, Any]) -> Rules:
    return with_duties(deadlines=deadlines or DEADLINES)


def remind(duty: str = "publication") -> RemindClosingDuty:
    return RemindClosingDuty.model_validate({"project": PROJECT, "duty": duty})


def overdue(duty: str = "publication") -> RecordOverdueClosingDuty:
    return RecordOverdueClosingDuty.model_validate({"project": PROJECT, "duty": duty})


def begun(rules: Rules | None = None) -> Situation:
    """The story has told the domain on 2 October that everything is paid."""
    return Situation("closing duties begun", put(TELL, by=STORY), a_settled_one(rules or in_days()))


LATE_PUBLICATION = (
    begun(),
    put(remind(), by=STORY, at=on("10-26")),
    put(overdue(), by=STORY, at=on("10-31")),
)
