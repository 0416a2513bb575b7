"""What a project has to show on its way: the nouns of delivery 实施. The verbs are in delivery, midterm, visit and suspension."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.kernel import Frozen, Line, PositiveSum, Sha256, Slug, Text, nothing
from domain.rules.rubric import Score

ReportStatus = Literal["due", "submitted", "returned", "accepted", "failed"]
MidTermStatus = Literal["planned", "self-assessment", "review", "notice", "failed", "passed"]


class Evidence(Frozen):
    """附件: a photo, a receipt or another document that proves what is said, by its SHA-256."""

    kind: Literal["photo", "receipt", "document"]
    name: Line
    sha256: Sha256


class Spending(Frozen):
    """支出: money spent on one line of the budget, in the time the report is about."""

    item: Line
    amount: PositiveSum


class Reading(Frozen):
    """指标读数: what an indicator had come to by the time of the report, in its unit."""

    id: Slug
    actual: int


class Missing(Frozen):
    """What an application lacks: a criterion, a field of the form or a document, and what is wrong with it."""

    item: Line
    reason: Text


@dataclass(frozen=True)
class Completion:
    """补正: the application was returned in one check, once."""

    missing: tuple[Missing, ...]
    due: datetime
    remind_at: datetime
    reminded: bool = False
    done: str = ""
    """Fingerprint of what was handed in; empty while it is waited for."""


@dataclass(frozen=True)
class Report:
    id: str
    due: datetime
    remind_at: datetime
    overdue_at: datetime
    status: ReportStatus = "due"
    reminded: bool = False
    overdue: bool = False
    defaulted: bool = False
    """The rules have drawn their consequence."""
    submitted_by: str = ""
    activities: int = 0
    people_served: int = 0
    spending: tuple[Spending, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class MidTerm:
    """中期评估 as far as it has come. `score` is in hundredths of a point; `respond_by` ends the notice of a failure."""

    status: MidTermStatus = "planned"
    opens_at: datetime | None = None
    remind_at: datetime | None = None
    due: datetime | None = None
    """Of the self-assessment."""
    reminded: bool = False
    self_assessment: str = ""
    """Fingerprint of what was handed in."""
    review_due: datetime | None = None
    overdue: bool = False
    scored: Mapping[str, tuple[Score, ...]] = dataclasses.field(default_factory=nothing)
    """Evaluator → their scores."""
    score: int | None = None
    deferred: bool = False
    second_chance: bool = False
    respond_by: datetime | None = None
    response: str = ""
    """Fingerprint of the organisation's answer to a failure."""


@dataclass(frozen=True)
class Visit:
    """实地走访: planned for a day and a visitor, then recorded, with what was found."""

    id: str
    planned_on: date | None = None
    due: datetime | None = None
    visitor: str = ""
    role: str = "officer"
    """In which the visitor comes."""
    missed: bool = False
    held_on: date | None = None
    satisfactory: bool | None = None
    recorded: str = ""
    """Fingerprint of what was recorded."""
