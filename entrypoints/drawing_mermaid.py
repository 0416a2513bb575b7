"""A programme's process as Mermaid text: a flowchart from the call down to the closing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from entrypoints.drawing_words import Process

_ESCAPED = str.maketrans({'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "\n": " "})


def mermaid(drawn: Process) -> str:
    """The text of a flowchart: boxes for stages, round ends for outcomes, dotted lines to what may be paid then."""
    return "\n".join(_lines(drawn)) + "\n"


def _lines(drawn: Process) -> Iterator[str]:
    yield "---"
    yield f"title: {_quoted(drawn.title)}"
    yield "---"
    yield "flowchart TB"
    for box in drawn.boxes:
        about = drawn.subtitle if box is drawn.boxes[0] else ()
        yield f"    {_id(box.id)}[{_quoted(box.title, *about, *box.facts)}]"
    for here, following in pairwise(drawn.boxes):
        yield f"    {_id(here.id)} -->|{_quoted(here.onward)}| {_id(following.id)}"
    last = drawn.boxes[-1]
    yield f"    {_id(last.id)} --> closed([{_quoted(last.onward)}])"
    for box in drawn.boxes:
        for way_out in box.exits:
            end = _id(f"{box.id}-{way_out.outcome}")
            yield f"    {_id(box.id)} -->|{_quoted(way_out.when)}| {end}([{_quoted(way_out.to)}])"
    for each in drawn.payments:
        node = _id(f"tranche-{each.id}")
        yield f"    {_id(each.after)} -.-> {node}[/{_quoted(each.title, each.share, each.gate)}/]"
    for number, note in enumerate(drawn.notes, start=1):
        yield f"    %% {number}. {note}"


def _id(id_: str) -> str:
    """Mermaid takes some words as its own, such as `end`: ours all have a letter and a hyphen before them."""
    return f"s-{id_}"


def _quoted(*lines: str) -> str:
    return '"' + "<br/>".join(line.translate(_ESCAPED) for line in lines) + '"'
