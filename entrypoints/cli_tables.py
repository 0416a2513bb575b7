"""Rows for people: as a table where it fits the terminal, else one block per row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from entrypoints import wording
from entrypoints.wording import SHANGHAI, Lang, called, plain

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "project_history": ("position", "recorded_at", "role", "event"),
    "reviewer_queue": ("person", "kind", "project", "title", "status", "due"),
    "duties": ("role", "kind", "part", "project", "person", "due"),
    "deadlines": ("due", "subject", "kind", "part", "late_roles"),
    "tranche_board": ("project", "tranche", "amount_fen", "status", "waits_for", "waits_role"),
    "fund_balance": ("fund", "round", "received", "allocated", "committed", "disbursed", "available"),
    "round_totals": (
        *("round", "applications", "organisations", "projects", "fields"),
        *("disbursed_fen", "activities", "people_served"),
    ),
}
"""Read model → what people are shown of it; `--json` has everything."""
MONEY = frozenset(
    (
        *("received", "allocated", "committed", "disbursed", "released", "returned", "available", "outstanding"),
        *("amount_fen", "disbursed_fen"),
    )
)
"""Columns that hold minor units."""
COUNTS = frozenset({"rounds", "applications", "organisations", "projects", "fields", "activities", "people_served"})
_NAMES = {"state": "process", "role": "role", "waits_role": "role", "status": "status", "waits_for": "waits"}
_LONG = frozenset({"event", "title", "late_persons"})
_GAP = 2
_LEAST = 24


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], lang: Lang) -> None:
    """Print rows; a terminal too narrow for a table gets one block per row."""
    from rich.cells import cell_len
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    if not rows:
        console.print("（无）" if lang == "zh" else "(none)")
        return
    heads = [called("column", column).in_(lang) for column in columns]
    cells = [[cell(row.get(column), column, lang) for column in columns] for row in rows]
    widths = [max(cell_len(line[n]) for line in [heads, *cells]) for n in range(len(columns))]
    spare = console.width - sum(widths) - _GAP * (len(columns) - 1)
    if spare < 0:
        for n, column in enumerate(columns):
            if column in _LONG and widths[n] + spare >= min(_LEAST, widths[n]):
                widths[n] += spare
                spare = 0
                break
    if spare < 0:
        _print_blocks(console, heads, cells)
    else:
        _print_table(console, columns, heads, cells, widths)


def _print_table(
    console: Any, columns: Sequence[str], heads: Sequence[str], cells: Iterable[Sequence[str]], widths: Sequence[int]
) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    for column, head, width in zip(columns, heads, widths, strict=True):
        table.add_column(head, justify="right" if _is_number(column) else "left", width=width, overflow="fold")
    for line in cells:
        table.add_row(*line)
    console.print(table)


def _print_blocks(console: Any, heads: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    from rich.table import Table

    for n, line in enumerate(cells):
        if n:
            console.print()
        block = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=False)
        for head, text in zip(heads, line, strict=True):
            block.add_row(head, text)
        console.print(block)


def _is_number(column: str) -> bool:
    return column in MONEY or column in COUNTS or column in {"position", "behind", "pid"}


def cell(value: Any, column: str, lang: Lang) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if column in MONEY:
        return f"{Decimal(value) / 100:,.2f}"
    if column in COUNTS:
        return f"{value:,}"
    if column == "late_roles":
        return ", ".join(called("role", role).in_(lang) for role in value)
    return _named_cell(str(value), column, lang) or _plain_cell(value)


def _named_cell(value: str, column: str, lang: Lang) -> str | None:
    """The name of a code; None in columns without codes."""
    if column == "kind":
        duty = called("duty", value)
        return (duty if duty.en != value else wording.command_title(value)).in_(lang)
    return called(_NAMES[column], value).in_(lang) if column in _NAMES else None


def _plain_cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return plain(json.dumps(value, ensure_ascii=False))
    return plain(str(value))


def print_json(value: Any) -> None:
    """Plain JSON for programs: times in ISO 8601."""
    import orjson

    def other(found: Any) -> Any:
        if isinstance(found, Decimal):
            return int(found) if found == found.to_integral_value() else str(found)
        raise TypeError(type(found).__name__)

    import click

    click.echo(orjson.dumps(value, default=other, option=orjson.OPT_INDENT_2).decode())
