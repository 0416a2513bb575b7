"""One line of the inbox: its kind, and how it is made. The inbox itself is in duties."""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal[
    "eligibility",
    "completion",
    "panel",
    "replacement",
    "session",
    "invitation",
    "draw",
    "attendance",
    "slot",
    "tally",
    "commitment",
    "sponsorship",
    "pledge",
    "assessment",
    "ranking",
    "objection",
    "recusal",
    "reviewer_draw",
    "signature",
    "report",
    "acceptance",
    "contribution",
    "self_assessment",
    "mid_term",
    "response",
    "second_chance",
    "resumption",
    "visit",
    "follow_up",
    "change",
    "withdrawal",
    "repayment",
    "document",
    "services",
    "final-account",
    "unspent",
    "audit-report",
    "publication",
    "archive",
    "tranche",
    "verification",
    "approval",
    "order",
    "payment",
    "payee",
    "review",
    "roadshow",
    "evaluation",
    "closing",
    "vote",
    "reserve",
    "grant",
]


def duty(kind: Kind, role: str, part: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "role": role, "part": part, "again": False, "person": None, **more}
