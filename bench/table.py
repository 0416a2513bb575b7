"""The one table a benchmark prints: rates of this run on this machine, and the ratios between them, which travel better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `ratio` compares it with the row named `against`; `wanted` is the least ratio we promise, if any."""

    name: str
    per_second: float
    ratio: float
    against: str
    wanted: float | None = None

    @property
    def holds(self) -> bool:
        return self.wanted is None or self.ratio >= self.wanted


def show(rows: Iterable[Row]) -> str:
    """The rows as a table of text."""
    lines = [("", "per second", "ratio", "wanted", "against")]
    for row in rows:
        wanted = "" if row.wanted is None else f"≥ {row.wanted:.2f} {'holds' if row.holds else 'MISSED'}"
        lines.append((row.name, f"{row.per_second:,.0f}", f"{row.ratio:.2f}", wanted, row.against))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        f"{name:<{widths[0]}}  {rate:>{widths[1]}}  {ratio:>{widths[2]}}  {wanted:<{widths[3]}}  {against}".rstrip()
        for name, rate, ratio, wanted, against in lines
    )
