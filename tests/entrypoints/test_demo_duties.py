"""The demonstration's people answer every duty there is, but for one: the last act is left to whoever watches."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from entrypoints import demo_people as cast
from entrypoints.demo_duties import CALLS, LEFT_OPEN, Answers
from projections.duty import Kind


def answers() -> Answers:
    people: Any = None  # nobody says anything here
    return Answers(people, cast.applications())


def closing(round_id: str) -> dict[str, Any]:
    return {"kind": "closing", "round": round_id, "since": "2020-11-03T08:00:00+00:00"}


@pytest.mark.parametrize("round_id", CALLS)
def test_every_round_but_the_last_is_closed_by_an_officer(round_id: str) -> None:
    acts = [act.what for act in answers().to(closing(round_id))]
    assert acts == ([] if round_id == max(CALLS) == LEFT_OPEN else ["CloseRound"])


NOT_IN_THE_DEMONSTRATION = {
    # its programme has no such stage or rule
    *(
        "completion",
        "draw",
        "attendance",
        "slot",
        "tally",
        "commitment",
        "sponsorship",
        "pledge",
        "vote",
        "reserve",
        "reviewer_draw",
        "self_assessment",
        "mid_term",
        "response",
        "second_chance",
        "document",
        "order",
        "services",
        "final-account",
        "unspent",
        "audit-report",
        "publication",
        "archive",
        "change",
        "repayment",
    ),
    # nobody there asks for it, and nothing goes so wrong
    *("replacement", "recusal", "contribution", "resumption", "visit", "follow_up", "withdrawal", "payee", "grant"),
    "refund",
    # sessions are scheduled with their first invitation
    *("session",),
}


def test_every_other_duty_that_can_arise_has_its_answer() -> None:
    assert set(get_args(Kind)) - set(answers()._answers) == NOT_IN_THE_DEMONSTRATION
