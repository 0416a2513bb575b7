"""Which events wake a story: each chapter names those it waits for, and nothing else wakes anybody."""

from __future__ import annotations

from workflows import (
    agreement,
    application,
    approval,
    assigning,
    call,
    clawback,
    closing,
    delivery,
    evaluation,
    notice,
    review,
    roadshow,
    selection,
)

CHAPTERS = (
    call,
    application,
    assigning,
    review,
    roadshow,
    selection,
    approval,
    notice,
    agreement,
    delivery,
    evaluation,
    clawback,
    closing,
)
WAKES: frozenset[str] = frozenset().union(*(chapter.WAKES for chapter in CHAPTERS))
"""Names of event classes, without their versions."""
