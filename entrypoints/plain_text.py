"""Plain text: what others wrote as part of one line, with nothing in it that steers a terminal."""

from __future__ import annotations

import unicodedata

_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_LONGEST = 200  # characters of one quoted text within a sentence; the whole text is in the event


def _steers(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs"} or unicodedata.bidirectional(char) in _TURNS


def plain(text: str, longest: int = _LONGEST) -> str:
    """Text as part of one line: no line breaks, nothing that could steer a terminal or turn the direction of writing.

    Not longer than a line or two.
    """
    shown = " ".join("".join(" " if _steers(char) else char for char in text).split())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
