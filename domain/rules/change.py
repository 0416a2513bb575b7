"""Changes 变更: what an organisation may ask to change after the agreement, and who must consent."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.rules.terms import Days, Rule, Several

Changeable = Literal["plan", "budget", "end", "team", "leader"]


class ChangeRules(Rule):
    """变更: what may change at all, and within how many working days it is answered by an officer.

    For what is in `second_consent` an approver must consent as well, another person than the officer. `later_at_most_days` is the
    most one change moves the end.
    """

    allowed: tuple[Changeable, ...] = Field(min_length=1)
    answer_within_working_days: Days
    second_consent: tuple[Changeable, ...] = ()
    later_at_most_days: Several | None = None
