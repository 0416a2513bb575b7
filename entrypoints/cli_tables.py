"""Rows for people: as a table where it fits the terminal, else one block per row. Nothing empty is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from entrypoints import local_time
from entrypoints.cli_rows import COUNTS, MONEY, Row
from entrypoints.folding import folded
from entrypoints.plain_text import plain
from entrypoints.wording import Lang, called

_NUMBERS = MONEY | COUNTS | {"position", "behind", "pid", "restarts"}
_NAMES = {"state": "process", "role": "role", "waits_role": "role", "status": "status", "waits_for": "waits"}
_NARROWEST = {"event": 24, "title": 12, "late_persons": 12}
"""Columns of running text → how narrow they may become."""
_GAP = 2


class _Column(NamedTuple):
    name: str
    heads: tuple[str, str]
    """In full, and where room is scarce."""
    cells: list[str]


def show(rows: Sequence[Row], columns: Sequence[str], lang: Lang, *, as_blocks: bool = False) -> None:
    """Print rows. Where a table is too wide, what all rows have in common is said once above it; else each row is a block."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    if not rows:
        console.print("（无）" if lang == "zh" else "(none)")
        return
    filled = [column for column in (_column(rows, name, lang) for name in columns) if any(column.cells)]
    common = [column for column in filled if _is_common(column)]
    for above in () if as_blocks else ([], common):
        beneath = [column for column in filled if column not in above]
        for short in (False, True):
            widths = _widths(beneath, console.width, short=short)
            if widths:
                if above:
                    _print(console, "  ".join(f"{column.heads[0]} {column.cells[0]}" for column in above))
                _print_table(console, beneath, widths, short=short)
                return
    _print_blocks(console, filled)


def _column(rows: Sequence[Row], name: str, lang: Lang) -> _Column:
    offsets = {local_time.offset(row[name]) for row in rows if isinstance(row.get(name), datetime)}
    one = offsets.pop() if len(offsets) == 1 else ""
    head, short = called("column", name).in_(lang), called("short", name).in_(lang)
    heads = tuple(f"{text} {one}".rstrip() for text in (head, head if short == name else short))
    cells = [cell(row.get(name), name, lang, row) for row in rows]
    if not one and offsets:  # summer and winter
        cells = [
            f"{text} {local_time.offset(row[name])}" if text else "" for text, row in zip(cells, rows, strict=True)
        ]
    return _Column(name, (heads[0], heads[1]), cells)


def _is_common(column: _Column) -> bool:
    return len(column.cells) > 1 and len(set(column.cells)) == 1 and column.name not in _NUMBERS


def _widths(columns: Sequence[_Column], room: int, *, short: bool) -> list[int] | None:
    """How wide each column is; None when they do not fit."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, (column.heads[short], *column.cells))) for column in columns]
    over = sum(widths) + _GAP * (len(columns) - 1) - room
    for n, column in enumerate(columns):
        if over > 0 and widths[n] - over >= _NARROWEST.get(column.name, widths[n]):
            widths[n] -= over
            over = 0
    return widths if columns and over <= 0 else None


def _print_table(console: Any, columns: Sequence[_Column], widths: Sequence[int], *, short: bool) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False)
    for column, width in zip(columns, widths, strict=True):
        justify: Any = "right" if column.name in _NUMBERS else "left"
        table.add_column(column.heads[short], justify=justify, width=width)
    for line in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(folded(text, width) for text, width in zip(line, widths, strict=True)))
    _print(console, table)


def _print_blocks(console: Any, columns: Sequence[_Column]) -> None:
    from rich.cells import cell_len
    from rich.table import Table

    room = console.width - _GAP - max(cell_len(column.heads[0]) for column in columns)
    for n, line in enumerate(zip(*(column.cells for column in columns), strict=True)):
        if n:
            console.print()
        block = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=False)
        for column, text in zip(columns, line, strict=True):
            if text:
                block.add_row(column.heads[0], folded(text, room))
        _print(console, block)


def _print(console: Any, what: Any) -> None:
    """Print without the blanks that fill a line up to its end."""
    with console.capture() as printed:
        console.print(what)
    for line in printed.get().splitlines():
        console.out(line.rstrip(), highlight=False)


def cell(value: Any, column: str, lang: Lang, row: Row) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if column in MONEY | COUNTS:
        return f"{Decimal(value) / 100:,.2f}" if column in MONEY else f"{value:,}"
    if column in _NAMES:
        return called(_NAMES[column], str(value)).in_(lang)
    if isinstance(value, datetime):  # a call opens at the beginning of a day; whatever else is due, at the end of one
        return local_time.shown(value, until=column == "due" and row.get("opens") is not True)
    if isinstance(value, list | tuple):
        parts = (called("role", part).in_(lang) if column == "late_roles" else str(part) for part in value)
        return ("、" if lang == "zh" else ", ").join(parts)
    return plain(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value))


def print_json(value: Any) -> None:
    """Plain JSON for programs: times in ISO 8601."""
    import click
    import orjson

    def other(found: Any) -> Any:
        if isinstance(found, Decimal):
            return int(found) if found == found.to_integral_value() else str(found)
        raise TypeError(type(found).__name__)

    click.echo(orjson.dumps(value, default=other, option=orjson.OPT_INDENT_2).decode())
