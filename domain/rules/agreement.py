"""Agreement 协议."""

from __future__ import annotations

from domain.rules.terms import Rule, Several


class AgreementRules(Rule):
    """Days for both sides to sign, after which the award lapses."""

    sign_within_days: Several
