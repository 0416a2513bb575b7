"""A programme's process as a drawing: SVG made here, without scripts, fonts or anything else from outside.

Three columns, to be read on paper as well as on a screen: at the left where a project ends early, in the middle the stages in
their order, at the right the tranches. Sizes are in units of the drawing; the page scales it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from entrypoints import wording
from entrypoints.drawing_words import Box, Payment, Process

WIDTH, MARGIN = 1120, 32
LEFT, MIDDLE, RIGHT = (MARGIN, 210), (330, 420), (840, 248)
"""Each column: where it begins, and its width."""
LINE, PAD, GAP = 20, 14, 46
TITLE, TEXT = 16, 13
_WIDE = {"W", "F", "A"}

STYLE = """
    text { font-family: "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif; fill: #1c2420 }
    .name { font-size: 24px; font-weight: 600 }
    .title { font-size: 16px; font-weight: 600 }
    .text { font-size: 13px; fill: #3c4741 }
    .small { font-size: 12px; fill: #56625b }
    .box { fill: #ffffff; stroke: #2f6b4f; stroke-width: 1.5 }
    .band { fill: #2f6b4f }
    .end { fill: #fbf3ee; stroke: #a3502c; stroke-width: 1.2 }
    .money { fill: #f5f2e4; stroke: #85701f; stroke-width: 1.2 }
    .way { fill: none; stroke: #2f6b4f; stroke-width: 1.8; marker-end: url(#on) }
    .out { fill: none; stroke: #a3502c; stroke-width: 1.2; marker-end: url(#off) }
    .pay { fill: none; stroke: #85701f; stroke-width: 1.2; stroke-dasharray: 5 4; marker-end: url(#paid) }
    .head { font-size: 12px; fill: #56625b; letter-spacing: 1px }
"""


class Placed(NamedTuple):
    """Something with its place: the lines of its text, already broken."""

    y: int
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


def svg(drawn: Process) -> str:
    """The drawing of a process, a whole SVG document."""
    return "\n".join(_document(drawn)) + "\n"


def _document(drawn: Process) -> Iterator[str]:
    top = 76 + LINE * sum(len(broken(line, WIDTH - 2 * MARGIN, TEXT)) for line in drawn.subtitle) + 44
    boxes = list(_placed(drawn, top))
    payments = list(_paid(drawn, boxes))
    below = max([boxes[-1].y + boxes[-1].height + GAP + 34, *(p.y + p.height for p in payments)]) + 40
    notes = [line for note in drawn.notes for line in broken(note, WIDTH - 2 * MARGIN, TEXT)]
    height = below + LINE * len(notes) + MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" aria-labelledby="name" lang="{drawn.lang}">'
    )
    yield f'<title id="name">{escape(drawn.title)}</title>'
    yield f"<style>{STYLE}</style>"
    yield "<defs>" + _arrow("on", "#2f6b4f") + _arrow("off", "#a3502c") + _arrow("paid", "#85701f") + "</defs>"
    yield f'<rect x="0" y="0" width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield from _heading(drawn, top)
    for index, (box, place) in enumerate(zip(drawn.boxes, boxes, strict=True)):
        following = boxes[index + 1].y if index + 1 < len(boxes) else place.y + place.height + GAP
        yield from _stage(box, place, following)
    yield from _pill(MIDDLE[0] + MIDDLE[1] // 2, boxes[-1].y + boxes[-1].height + GAP, drawn.boxes[-1].onward)
    yield from _tranches(drawn, boxes, payments)
    for number, note in enumerate(notes):
        yield _text(MARGIN, below + LINE * number, "small", note)
    yield "</svg>"


def _arrow(id_: str, colour: str) -> str:
    return (
        f'<marker id="{id_}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>'
    )


def _heading(drawn: Process, top: int) -> Iterator[str]:
    yield _text(MARGIN, 52, "name", drawn.title)
    y = 80
    for line in drawn.subtitle:
        for part in broken(line, WIDTH - 2 * MARGIN, TEXT):
            yield _text(MARGIN, y, "text", part)
            y += LINE
    for (x, _), head in zip((LEFT, MIDDLE, RIGHT), ("exits", "process", "tranches"), strict=True):
        yield _text(x, top - 14, "head", wording.drawn("any", head, {}).in_(drawn.lang))


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _placed(drawn: Process, y: int) -> Iterator[Placed]:
    """The boxes one below the other, each as high as its text and as its exits need."""
    for box in drawn.boxes:
        lines = tuple(line for fact in box.facts for line in broken(fact, MIDDLE[1] - 2 * PAD - 8, TEXT))
        exits = sum(_exit_height(way_out.when) for way_out in box.exits)
        height = max(2 * PAD + TITLE + LINE * len(lines), exits)
        yield Placed(y, height, lines)
        y += height + GAP


def _paid(drawn: Process, boxes: Sequence[Placed]) -> Iterator[Placed]:
    """The tranches beside what opens their gates, or below the one before."""
    places = {box.id: place for box, place in zip(drawn.boxes, boxes, strict=True)}
    free = 0
    for each in drawn.payments:
        lines = tuple(broken(each.gate, RIGHT[1] - 2 * PAD, TEXT))
        y = max(places[each.after].y, free)
        height = 2 * PAD + TITLE + LINE * (1 + len(lines))
        yield Placed(y, height, lines)
        free = y + height + 12


def _exit_height(when: str) -> int:
    return 34 + 16 * len(broken(when, LEFT[1] + 70, TEXT - 1)) + 10


def broken(text: str, width: int, size: int) -> list[str]:
    """The text in lines that fit: Chinese may break anywhere but before closing marks, English between words.

    A number stays with what comes before it.
    """
    lines, line = list[str](), ""
    for word in _words(text):
        if line and _width(line + word.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]


_NEVER_FIRST = " ，。；：、）”！？%"


def _words(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        wide = unicodedata.east_asian_width(char) in _WIDE
        stays = char in _NEVER_FIRST or char.isdigit() or char == "≥"
        if word and not stays and (wide or word[-1] == " " or unicodedata.east_asian_width(word[-1]) in _WIDE):
            yield word
            word = ""
        word += char
    yield word


def _width(text: str, size: int) -> float:
    """About how wide the text is; a wide character is as wide as it is high."""
    return sum(size if unicodedata.east_asian_width(char) in _WIDE else size * 0.52 for char in text)


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _stage(box: Box, place: Placed, following: int) -> Iterator[str]:
    x, width = MIDDLE
    yield f'<g id="{escape(box.id)}" class="{escape(box.kind)}">'
    yield f'<rect class="box" x="{x}" y="{place.y}" width="{width}" height="{place.height}" rx="6"/>'
    yield f'<rect class="band" x="{x}" y="{place.y}" width="6" height="{place.height}" rx="3"/>'
    y = place.y + PAD + TITLE - 3
    yield _text(x + PAD + 8, y, "title", box.title)
    for number, line in enumerate(place.lines, start=1):
        yield _text(x + PAD + 8, y + 2 + LINE * number, "text", line)
    centre, bottom = x + width // 2, place.y + place.height
    yield f'<path class="way" d="M{centre} {bottom}V{following - 1}"/>'
    if following - bottom >= GAP and box.kind != "settlement":
        yield _text(centre + 12, bottom + GAP // 2 + 5, "small", f"✓ {box.onward}")
    exit_y = place.y
    for way_out in box.exits:
        yield from _exit(way_out.when, way_out.to, exit_y)
        exit_y += _exit_height(way_out.when)
    yield "</g>"


def _exit(when: str, to: str, y: int) -> Iterator[str]:
    """An arrow to the left and the outcome it leads to, with what leads there below it."""
    x, middle = LEFT[0], y + 15
    width = min(round(_width(to, TEXT)) + 2 * PAD, LEFT[1])
    yield f'<path class="out" d="M{MIDDLE[0]} {middle}H{x + width + 1}"/>'
    yield f'<rect class="end" x="{x}" y="{y}" width="{width}" height="30" rx="15"/>'
    yield f'<text class="text" x="{x + width // 2}" y="{y + 20}" text-anchor="middle">{escape(to)}</text>'
    for number, line in enumerate(broken(when, LEFT[1] + 70, TEXT - 1)):
        yield _text(x + 6, y + 46 + 16 * number, "small", line)


def _pill(centre: int, y: int, label: str) -> Iterator[str]:
    width = round(_width(label, TITLE)) + 4 * PAD
    yield f'<rect class="band" x="{centre - width // 2}" y="{y}" width="{width}" height="34" rx="17"/>'
    yield (
        f'<text class="title" x="{centre}" y="{y + 23}" text-anchor="middle" style="fill:#ffffff">{escape(label)}</text>'
    )


def _tranches(drawn: Process, boxes: Sequence[Placed], places: Sequence[Placed]) -> Iterator[str]:
    stages = {box.id: place for box, place in zip(drawn.boxes, boxes, strict=True)}
    for each, place in zip(drawn.payments, places, strict=True):
        yield from _tranche(each, place, stages[each.after])


def _tranche(each: Payment, place: Placed, stage: Placed) -> Iterator[str]:
    x, width = RIGHT
    start, turn = MIDDLE[0] + MIDDLE[1], x - 34
    leaves = min(max(place.middle, stage.y + 12), stage.y + stage.height - 12)
    yield f'<g id="tranche-{escape(each.id)}">'
    yield f'<path class="pay" d="M{start} {leaves}H{turn}V{place.middle}H{x - 1}"/>'
    yield f'<rect class="money" x="{x}" y="{place.y}" width="{width}" height="{place.height}" rx="6"/>'
    y = place.y + PAD + TITLE - 3
    yield _text(x + PAD, y, "title", each.title)
    for number, line in enumerate((each.share, *place.lines), start=1):
        yield _text(x + PAD, y + 2 + LINE * number, "text", line)
    yield "</g>"


def _text(x: int, y: int, kind: str, words: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>'
