"""Claim 认领: sponsors who take on a project on stage (C8, 15+N: beside the 15 funded from the budget, N claimed by sponsors)."""

from __future__ import annotations

from domain.kernel import Slug
from domain.rules.terms import Rule


class ClaimRules(Rule):
    """A project that the budget does not reach goes on with its sponsor's money.

    `purpose`: under which the sponsors' money is received into the round's (first) fund, each project's for itself.
    """

    purpose: Slug
