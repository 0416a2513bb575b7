"""Text in lines of so many cells: words stay whole, Chinese breaks anywhere, but no line begins with a closing mark."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_OPEN, _CLOSE = "“‘（【《", "”’）】》，。；：、！？…"
_PIECE = re.compile(rf"\s+|[{_OPEN}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPEN}{_CLOSE}]+|)[{_CLOSE}]*")


def folded(text: str, width: int) -> str:
    """The text with line breaks where it would be wider."""
    return "\n".join(_lines(text, width))


def _lines(text: str, width: int) -> Iterator[str]:
    from rich.cells import cell_len, chop_cells

    line = ""
    for piece in _PIECE.findall(text):
        if cell_len(line + piece) <= width:
            line += piece
            continue
        if line:
            yield line.rstrip()
        *whole, line = chop_cells(piece.lstrip(), width) or [""]
        yield from whole
    if line:
        yield line.rstrip()
