"""Rules as they were written before, read as they are written today.

Format 1 (until November 2026) had one section each for eligibility, review, roadshow, selection and notice, always in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_IN_ORDER = ("eligibility", "review", "roadshow", "selection", "notice")


def rules_of_format_1(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules in today's format: each section a stage, its id the section's name."""
    stages = [{"kind": name, "id": name, **rules[name]} for name in _IN_ORDER]
    selection = stages[_IN_ORDER.index("selection")]
    shares = {name: selection.pop(f"{name}_share_percent") for name in ("review", "roadshow")}
    selection["shares"] = [{"stage": name, "percent": percent} for name, percent in shares.items() if percent]
    selection["ties"] = ["review"]
    rest = {name: value for name, value in rules.items() if name not in _IN_ORDER}
    return rest | {"format": 2, "stages": stages}


def quoting_format_1(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of an event that quotes rules of format 1."""
    return payload | {"rules": rules_of_format_1(payload["rules"])}
