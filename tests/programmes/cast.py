"""Who takes part in a programme's test: one person for each task, a director for each organisation, and the entries."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.kernel import Money

OFFICER, SECOND_OFFICER, STEWARD, TRUSTEE = "officer-ye", "officer-he", "steward-an", "trustee-tang"
VERIFIER, APPROVER, PAYER, EVALUATOR = "verifier-gao", "approver-luo", "payer-song", "evaluator-yao"
RESIDENT = "resident-fang"
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
    **dict.fromkeys(REVIEWERS, "reviewer"),
    **dict.fromkeys(JUDGES, "judge"),
}
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def yuan(amount: int) -> Money:
    return Money(minor=amount * 100)


def director_of(organisation: str) -> str:
    return f"director-of-{organisation}"


def credit_code(number: int) -> str:
    """A made-up code of the right form: what the register would check is not ours."""
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

    def quality(self, kind: str) -> int:
        return self.on_stage if kind == "roadshow" and self.on_stage is not None else self.percent


def organisations_of(entries: tuple[Entry, ...]) -> Iterator[str]:
    return iter(dict.fromkeys(entry.organisation for entry in entries))
