"""Ties 同分: words that a ranking's `ties` may name beside stages and tallies."""

from __future__ import annotations

from typing import Final

SMALLER_ASK: Final = "smaller-ask"
"""Who asks for less goes first."""
EARLIER_APPLICATION: Final = "earlier-application"
"""Who applied first."""
DRAW: Final = "draw"
"""Drawn by lot, with a commitment."""
TIE_WORDS: Final = frozenset({SMALLER_ASK, EARLIER_APPLICATION, DRAW})
"""No stage or tally has one of these as its id."""
