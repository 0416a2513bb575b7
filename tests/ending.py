"""Situations towards an end before its time: termination, clawback, withdrawal; and changes and coaching on the way.

30 April   the first tranche is paid    1 July  terminated: half of it comes back by 31 July, the rest by 31 August
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.budget import BudgetLine
from domain.change import RequestChange
from domain.clawback import InstalmentWish, RecordRepayment, WaiveClawback
from domain.closing import TerminateProject
from domain.coaching import AdviceGiven, RecordCoaching
from domain.kernel import Actor
from domain.rules import Rules
from tests.controls import PROJECT, chen, lin, on, person, yuan
from tests.delivering import MID_TERM, delivery_under, ruled
from tests.situations import a_concluded_agreement, a_paid_tranche
from tests.world import Situation, put, steps

wei = person("wei", "mentor")

CLAWBACK = {"instalments_at_most": 2, "within_days": 100, "remind_before_days": 7, "overdue_after_days": 10}
CHANGES = {
    "allowed": ["plan", "budget", "end", "team"],
    "answer_within_working_days": 5,
    "second_consent": ["budget", "end"],
    "later_at_most_days": 90,
}
INSTALMENTS = (
    InstalmentWish(due_on=date(2026, 7, 31), amount=yuan(5_000)),
    InstalmentWish(due_on=date(2026, 8, 31), amount=yuan(5_000)),
)
OTHER_LINES = (BudgetLine(item="books", amount=yuan(20_000)), BudgetLine(item="snacks", amount=yuan(10_000)))
WAIVE = WaiveClawback(project=PROJECT, reason="Nothing is left of it.", document_sha256="e" * 64)


def strict(**changes: Any) -> Rules:
    """With clawback, bans and a mid-term evaluation."""
    return ruled(termination={"ban_years": 3, "clawback": CLAWBACK | changes}, mid_term=MID_TERM)


def terminate(**changes: Any) -> TerminateProject:
    """10,000 of the 15,000 that were paid come back."""
    content: dict[str, Any] = {
        "project": PROJECT,
        "reason": "Nothing was held.",
        "cause": "breach",
        "spent": yuan(5_000),
        "to_return": yuan(10_000),
        "instalments": INSTALMENTS,
    }
    return TerminateProject.model_validate(content | changes)


def repay(instalment: str = "1", amount: int = 5_000, reference: str = "back-1") -> RecordRepayment:
    return RecordRepayment(
        project=PROJECT, instalment=instalment, amount=yuan(amount), paid_on=date(2026, 7, 30), reference=reference
    )


def a_paid_project(rules: Rules | None = None) -> Situation:
    """The first tranche, half of the 30,000, is paid."""
    return Situation("a paid project", lambda world: world, steps(delivery_under(rules or strict()), a_paid_tranche()))


def a_clawback() -> Situation:
    return Situation("a clawback", put(terminate(), by=lin, at=on("07-01")), a_paid_project())


def request_change(change: str = "later", **parts: Any) -> RequestChange:
    return RequestChange.model_validate({"project": PROJECT, "change": change, "reason": "The hall is closed."} | parts)


def changeable(**changes: Any) -> Situation:
    return delivery_under(ruled(changes=CHANGES | changes))


def a_change(by: Actor = chen, **parts: Any) -> Situation:
    """Asked for on Monday 4 May, a holiday: five working days for an answer, until the end of 12 May."""
    return Situation("a change", put(request_change(**parts), by=by, at=on("05-04")), changeable())


COACHING = RecordCoaching(
    project=PROJECT,
    session="may",
    held_on=date(2026, 5, 6),
    topic="How to keep lists",
    advice=(
        AdviceGiven(id="lists", text="One list for every afternoon.", follow_up_by=date(2026, 6, 5)),
        AdviceGiven(id="receipts", text="A folder for receipts.", follow_up_by=date(2026, 6, 12)),
    ),
)


def a_coaching() -> Situation:
    return Situation("a coaching", put(COACHING, by=wei, at=on("05-06")), a_concluded_agreement())
