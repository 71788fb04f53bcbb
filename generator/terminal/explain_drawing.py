# SPDX-License-Identifier: Apache-2.0
"""A network as an SVG: a box an operator, in the order of the file, and who reads what.

Boxes are coloured by how the operator runs; a bar beside each shows its share of the time, another
its share of the arena. Lines on the left join what is not next to each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from generator.explanation import Explained, Explanation, Way
from generator.plain_text import visible

BOX_HEIGHT, GAP, BOX_WIDTH = 34, 16, 330
BAR_WIDTH = 130
LANE = 10
MARGIN = 20

COLOURS = {
    Way.STREAMS: "#d3ece2",
    Way.REDUCES: "#e3edc4",
    Way.WHOLE: "#f8dfc4",
    Way.NOTHING: "#eeeeee",
}
BAR, RAM_BAR, LINE, TEXT, LABEL = "#1b7f5c", "#6c7a89", "#8a949e", "#20262b", "#5a646d"
FONT = "font-family='Helvetica, Arial, sans-serif'"


def draw_explanation(title: str, explained: Explanation) -> str:
    """The SVG's text. The first box is the patch."""
    lanes = _lanes(explained)
    left = MARGIN + LANE * (1 + max((lane for *_, lane in lanes), default=0))
    count = len(explained.operators)
    top = 64
    height = top + (count + 1) * (BOX_HEIGHT + GAP) + 40
    bars = left + BOX_WIDTH + 24
    width = bars + 2 * (BAR_WIDTH + 70) + MARGIN
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
        f"width='{width}' height='{height}'>",
        f"<rect width='{width}' height='{height}' fill='white'/>",
        _text(left, 26, title, size=16, weight="bold"),
        _text(bars, 48, "instructions, estimated", colour=LABEL),
        _text(bars + BAR_WIDTH + 70, 48, "RAM of the arena", colour=LABEL),
    ]
    lines += _legend(left, 48)
    lines += _edges(lanes, left, top)
    patch = f"the patch; {explained.input_ring_rows:.3g} rows kept"
    ram = (explained.input_ring_bytes, *(one.ram_bytes for one in explained.operators))
    time = (0, *(one.instructions for one in explained.operators))
    labels = (patch, *map(_label, explained.operators))
    hints = ("", *(one.why for one in explained.operators))
    fills = ("#ffffff", *(COLOURS[one.way] for one in explained.operators))
    for place, (label, hint, fill) in enumerate(zip(labels, hints, fills, strict=True)):
        y = top + place * (BOX_HEIGHT + GAP)
        lines += _box(left, y, label, hint, fill)
        lines += _bar(bars, y, time[place] / max(*time, 1), f"{time[place]:,}", BAR)
        lines += _bar(bars + BAR_WIDTH + 70, y, ram[place] / max(ram), f"{ram[place]:,} B", RAM_BAR)
    return "\n".join([*lines, "</svg>", ""])


def _label(one: Explained) -> str:
    shape = " x ".join(map(str, one.extent))
    ring = f"; {one.ring_rows:.3g} of {one.rows} rows kept" if one.ring_rows else ""
    return f"{one.operator.index} {one.operator.kind}: {shape}{ring}"


def _lanes(explained: Explanation) -> list[tuple[int, int, int]]:
    """(from, to, lane) of every reader, as places in the column; lane 0: it is the next box."""
    places = {one.operator.index: i + 1 for i, one in enumerate(explained.operators)}
    edges = [(0, places[reader]) for reader in explained.first_readers]
    for place, one in enumerate(explained.operators, start=1):
        edges += [(place, places[reader]) for reader in one.readers]
    busy: list[int] = []
    lanes = []
    for start, end in sorted(edges):
        if end == start + 1:
            lanes.append((start, end, 0))
            continue
        free = next((i for i, until in enumerate(busy) if until <= start), len(busy))
        busy[free : free + 1] = [end]
        lanes.append((start, end, free + 1))
    return lanes


def _edges(lanes: list[tuple[int, int, int]], left: int, top: int) -> Iterator[str]:
    pitch = BOX_HEIGHT + GAP
    for start, end, lane in lanes:
        y_from, y_to = top + start * pitch + BOX_HEIGHT, top + end * pitch
        if lane == 0:
            x = left + BOX_WIDTH // 2
            path = f"M{x} {y_from} L{x} {y_to - 1}"
        else:
            x = left - LANE * lane
            y_from, y_to = y_from - BOX_HEIGHT // 2, y_to + BOX_HEIGHT // 2
            path = f"M{left} {y_from} L{x} {y_from} L{x} {y_to} L{left - 1} {y_to}"
        yield f"<path d='{path}' fill='none' stroke='{LINE}' stroke-width='1.5'/>"


def _box(x: int, y: int, label: str, hint: str, fill: str) -> Iterator[str]:
    yield f"<g><title>{escape(visible(hint or label))}</title>"
    yield (
        f"<rect x='{x}' y='{y}' width='{BOX_WIDTH}' height='{BOX_HEIGHT}' rx='4' "
        f"fill={quoteattr(fill)} stroke='{LINE}'/>"
    )
    yield _text(x + 10, y + 22, label) + "</g>"


def _bar(x: int, y: int, share: float, text: str, colour: str) -> Iterator[str]:
    if share:
        length = max(round(BAR_WIDTH * share), 1)
        yield f"<rect x='{x}' y='{y + 10}' width='{length}' height='14' fill='{colour}'/>"
        yield _text(x + length + 6, y + 22, text, size=11, colour=LABEL)


def _legend(x: int, y: int) -> Iterator[str]:
    for way, colour in COLOURS.items():
        short = way.value.split(",")[0]
        yield f"<rect x='{x}' y='{y - 10}' width='12' height='12' fill='{colour}' stroke='{LINE}'/>"
        yield _text(x + 16, y, short, size=10, colour=LABEL)
        x += 22 + 6 * len(short)


def _text(
    x: int, y: int, text: str, *, size: int = 12, colour: str = TEXT, weight: str = "normal"
) -> str:
    return (
        f"<text x='{x}' y='{y}' font-size='{size}' font-weight='{weight}' fill='{colour}' "
        f"{FONT}>{escape(visible(text))}</text>"
    )
