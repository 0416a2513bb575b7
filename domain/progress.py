"""What a project has to show on its way: the nouns of delivery 实施. The verbs are in their topics' files."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.budget import BudgetLine
from domain.kernel import Frozen, Line, Money, PositiveSum, Sha256, Slug, Text, nothing
from domain.rules.change import Changeable
from domain.rules.rubric import Score

OVER = "the days for it are over"
"""What is said of a stage that silence is about to end."""
ReportStatus = Literal["due", "submitted", "returned", "accepted", "failed"]
FollowUp = Literal["done", "partly", "not_done"]
Consenting = Literal["officer", "approver"]
TerminationCause = Literal["breach", "mid_term", "withdrawal", "other"]
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
    holds_up: bool = False
    """Since its consequence the project has not been resumed: it waits for this report."""
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
class Due:
    """期限: the days of a closing duty or a demanded visit, as far as they have come."""

    remind_at: datetime
    due: datetime
    overdue_at: datetime
    reminded: bool = False
    overdue: bool = False


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
    demanded: Due | None = None
    """Its days, where the rules demand it."""


@dataclass(frozen=True)
class Advice:
    """建议 of a coaching session, looked at again by its day."""

    id: str
    due: datetime
    coach: str
    role: str
    """In which the coach gave it."""
    overdue: bool = False
    outcome: FollowUp | None = None


class TextChange(Frozen):
    was: str
    now: Text


class BudgetChange(Frozen):
    was: tuple[BudgetLine, ...]
    now: tuple[BudgetLine, ...]


class LeaderChange(Frozen):
    """项目负责人变更: who led, nobody where the application named none, and who shall lead."""

    was: str
    now: Slug


class EndChange(Frozen):
    """The last day of the last report."""

    was: date
    now: date


class Diff(Frozen):
    """变更内容: old beside new, of what changes."""

    plan: TextChange | None = None
    budget: BudgetChange | None = None
    end: EndChange | None = None
    team: TextChange | None = None
    leader: LeaderChange | None = None

    @property
    def parts(self) -> tuple[Changeable, ...]:
        named: dict[Changeable, Frozen | None] = {
            "plan": self.plan,
            "budget": self.budget,
            "end": self.end,
            "team": self.team,
            "leader": self.leader,
        }
        return tuple(name for name, part in named.items() if part is not None)

    @property
    def now(self) -> tuple[str | None, tuple[BudgetLine, ...] | None, date | None, str | None, str | None]:
        """The new values, of plan, budget, end, team and leader."""
        return (
            self.plan.now if self.plan else None,
            self.budget.now if self.budget else None,
            self.end.now if self.end else None,
            self.team.now if self.team else None,
            self.leader.now if self.leader else None,
        )


@dataclass(frozen=True)
class Change:
    """变更: what the organisation asked to change, who must consent, and who has."""

    id: str
    reason: str
    diff: Diff
    wanted: tuple[Consenting, ...]
    answer_by: datetime
    consents: Mapping[Consenting, str] = dataclasses.field(default_factory=nothing)
    """Role → person."""
    overdue: bool = False
    status: Literal["requested", "approved", "refused"] = "requested"


@dataclass(frozen=True)
class Instalment:
    """分期 of a clawback: how much is to come back by when, and how much has."""

    id: str
    amount: Money
    remind_at: datetime
    due: datetime
    overdue_at: datetime
    reminded: bool = False
    overdue: bool = False
    repaid: int = 0
    """Minor units."""
    references: frozenset[str] = frozenset()

    @property
    def left(self) -> Money:
        return Money(currency=self.amount.currency, minor=self.amount.minor - self.repaid)


@dataclass(frozen=True)
class Clawback:
    """追回: why, ordered by whom, how much, in which instalments."""

    cause: TerminationCause
    reason: str
    ordered_by: str
    spent: Money | None
    amount: Money
    instalments: Mapping[str, Instalment]

    @property
    def left(self) -> Money:
        minor = sum(instalment.left.minor for instalment in self.instalments.values())
        return Money(currency=self.amount.currency, minor=minor)


@dataclass(frozen=True)
class Closing:
    """结项: what has been done of the programme's closing duties."""

    spent: Money | None = None
    owed_minor: int = 0
    returned_minor: int = 0
    account_by: str = ""
    account_sha256: str = ""
    references: frozenset[str] = frozenset()
    """The bank's, for what came back."""
    audit_report: str = ""
    """SHA-256."""
    published: str = ""
    """Fingerprint of what was recorded; empty before."""
    archived: str = ""
    """Fingerprint of the files; empty before."""
    dues: Mapping[str, Due] = dataclasses.field(default_factory=nothing)
    """Duty → its days, once they have begun."""


NO_CLOSING = Closing()
