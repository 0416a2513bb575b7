"""Who takes part in a programme's test: one person for each task, a director for each organisation, and the entries."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from domain.kernel import Actor, Money

Row: TypeAlias = Mapping[str, Any]
Wish: TypeAlias = tuple[str | Actor, str, dict[str, Any]]
"""Who, which command, with what."""
BEGIN = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
OFFICER, SECOND_OFFICER, STEWARD, TRUSTEE = "officer-ye", "officer-he", "steward-an", "trustee-tang"
VERIFIER, APPROVER, PAYER, EVALUATOR = "verifier-gao", "approver-luo", "payer-song", "evaluator-yao"
RESIDENT = "resident-fang"
FUNDER = "funder-jin"
FINANCE, RECHECKER, AUDITOR = "finance-wu", "rechecker-ding", "auditor-xia"
"""Third parties that check: the money, once more, and at the end."""
CHECKS = {"officer": OFFICER, "verifier": FINANCE, "evaluator": RECHECKER}
REVIEWERS = tuple(f"reviewer-{n}" for n in range(1, 8))
JUDGES = tuple(f"judge-{n}" for n in range(1, 8))
ROLES: Mapping[str, str] = {
    OFFICER: "officer",
    SECOND_OFFICER: "officer",
    STEWARD: "steward",
    TRUSTEE: "trustee",
    VERIFIER: "verifier",
    APPROVER: "approver",
    PAYER: "payer",
    EVALUATOR: "evaluator",
    RESIDENT: "resident",
    FUNDER: "funder",
    FINANCE: "verifier",
    RECHECKER: "evaluator",
    AUDITOR: "auditor",
    **dict.fromkeys(REVIEWERS, "reviewer"),
    **dict.fromkeys(JUDGES, "judge"),
}
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def yuan(amount: int) -> Money:
    return Money(minor=amount * 100)


def director_of(organisation: str) -> str:
    return f"director-of-{organisation}"


def body(name: str, size: int) -> tuple[str, ...]:
    """The members of a body that votes."""
    return tuple(f"{name}-{n}" for n in range(1, size + 1))


def credit_code(organisation: str) -> str:
    """A made-up code of the right form: what the register would check is not ours."""
    number = zlib.crc32(organisation.encode()) % 10_000_000
    return f"52330211MJ{number:07d}{_LETTERS[number % len(_LETTERS)]}"


@dataclass(frozen=True)
class Entry:
    """One application: who asks for how much, and how good it is, in percent of each rubric."""

    project: str
    organisation: str
    field: str
    ask: Money
    percent: int = 80
    on_stage: int | None = None
    """Percent of the roadshows' rubrics, where it differs."""
    content: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What else the programme's form wants."""
    extras: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Bonus and malus points."""
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """What the tallies count for it."""

    left_over: int = 0
    """Yuan it was paid and does not spend."""

    def quality(self, kind: str) -> int:
        return self.on_stage if kind == "roadshow" and self.on_stage is not None else self.percent


def organisations_of(entries: tuple[Entry, ...]) -> Iterator[str]:
    return iter(dict.fromkeys(entry.organisation for entry in entries))
