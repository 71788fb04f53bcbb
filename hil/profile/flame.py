# SPDX-License-Identifier: Apache-2.0
"""The flame graph: one SVG that needs nothing else. Width is instructions, height is depth.

Each frame is an inner `<svg>`, which clips its text by itself, whatever font is at hand. Exact
counts stand in `<title>` elements, which viewers show on hover.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from generator.plain_text import visible
from hil.bench.attribution import EXCEPTIONS
from hil.profile.groups import OTHER_WORK
from hil.profile.stacks import Frame, FrameKind
from hil.profile.tree import Node

WIDTH = 1200
MARGIN = 10
ROW = 19
"""Height of a frame, with the gap below it, in px."""
HEAD, FOOT = 74, 34
LETTER = 7.0
"""Width of a letter, in px, by which names are shortened; the inner `<svg>` clips the rest."""
NARROWEST = 0.25
"""Frames below this width in px are not drawn; the foot says how many."""
NARROWEST_TEXT = 15.0

COLOURS = {
    FrameKind.WORK: ("work", "#8fa3b8"),
    FrameKind.LAYER: ("layer", "#7fb2e5"),
    FrameKind.FUNCTION: ("function", "#f2a65a"),
    FrameKind.INLINED: ("inlined function", "#f7d488"),
}
INTERRUPTS = "#c7a0d8"
INTERRUPT_FRAME = Frame(OTHER_WORK[EXCEPTIONS], FrameKind.WORK)

ENLARGED_BELOW, NARROWEST_ENLARGED = 0.25, 0.002
HEADING = 40
"""Room above an enlarged part, in px."""

STYLE = """
text { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1c2530; }
.head { font-size: 17px; font-weight: 600; }
.note { fill: #55606c; }
.frame rect { stroke: #fff; stroke-width: 1; }
.frame:hover rect { stroke: #1c2530; }
"""


def flame_graph(root: Node, title: str, notes: Sequence[str]) -> str:
    """The SVG's text. `notes`: two lines below the title.

    There is no script to zoom by: so each kind of work that takes less than ENLARGED_BELOW of the
    width is drawn once more below, as wide as the picture.
    """
    drawing = _Drawing(root.instructions)
    y = drawing.draw(root, HEAD)
    foot = drawing.foot
    for node in root.in_order():
        share = node.instructions / max(1, root.instructions)
        if NARROWEST_ENLARGED <= share < ENLARGED_BELOW:
            y += HEADING
            text = f"{node.frame.name}, enlarged: {share:.2%} of all"
            drawing.svg.append(f'<text x="{MARGIN}" y="{y - 8}">{_text(text)}</text>')
            y = drawing.draw(node, y)
    height = y + FOOT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_quoted(title)}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fbfaf7"/>',
        f'<text class="head" x="{MARGIN}" y="26">{_text(title)}</text>',
        *(
            f'<text class="note" x="{MARGIN}" y="{46 + 17 * at}">{_text(note)}</text>'
            for at, note in enumerate(notes)
        ),
        *_legend(),
        *drawing.svg,
        f'<text class="note" x="{MARGIN}" y="{height - 12}">{_text(foot)}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _legend() -> Iterator[str]:
    entries = [*COLOURS.values(), ("interrupt", INTERRUPTS)]
    x = float(WIDTH - MARGIN)
    for name, colour in reversed(entries):
        x -= len(name) * 7.4 + 24
        yield f'<rect x="{x:.0f}" y="15" width="12" height="12" fill="{colour}"/>'
        yield f'<text class="note" x="{x + 16:.0f}" y="25">{_text(name)}</text>'


class _Drawing:
    """Frames as SVG; `whole`: the instructions that shares are of."""

    def __init__(self, whole: int) -> None:
        self.svg: list[str] = []
        self._whole = max(1, whole)
        self._hidden: list[int] = []

    @property
    def foot(self) -> str:
        """What is too narrow to be drawn."""
        share = sum(self._hidden) / self._whole
        return (
            f"{len(self._hidden):,} frames are narrower than {NARROWEST} px and not drawn; "
            f"they hold {share:.2%} together"
        )

    def draw(self, root: Node, top: int) -> int:
        """Draw a node across the whole width below `top`; the lower edge."""
        bottom = top + root.depth() * ROW
        scale = (WIDTH - 2 * MARGIN) / max(1, root.instructions)
        self._draw(root, float(MARGIN), bottom, scale)
        return bottom

    def _draw(self, node: Node, x: float, bottom: int, scale: float) -> None:
        """Draw a frame with its lower edge at `bottom`, and what it called above it."""
        width = node.instructions * scale
        if width < NARROWEST:
            self._hidden.append(node.instructions)
            return
        self.svg.append(self._frame(node, x, bottom - ROW, width))
        for child in node.in_order():
            self._draw(child, x, bottom - ROW, scale)
            x += child.instructions * scale

    def _frame(self, node: Node, x: float, y: int, width: float) -> str:
        kind, name = node.frame.kind, node.frame.name
        fill = INTERRUPTS if node.frame == INTERRUPT_FRAME else COLOURS[kind][1]
        own = f"{name} (inlined)" if kind is FrameKind.INLINED else name
        hover = (
            f"{own}: {node.instructions:,} instructions "
            f"({node.instructions / self._whole:.2%} of all), {node.own:,} of its own, "
            f"{node.cycles:,} cycles estimated"
        )
        text = ""
        if width >= NARROWEST_TEXT:
            shown = _shown(node.frame, int((width - 8) / LETTER))
            text = f'<text x="4" y="13">{_text(shown)}</text>'
        return (
            f'<svg class="frame" x="{x:.2f}" y="{y}" width="{width:.2f}" height="{ROW}">'
            f"<g><title>{_text(hover)}</title>"
            f'<rect width="100%" height="{ROW}" rx="2" fill="{fill}"/>{text}</g></svg>'
        )


def _shown(frame: Frame, letters: int) -> str:
    """The name, or as much of it as there is room for, with a mark that some is missing.

    Of a layer rather its number alone: `layer 6 CONV_2D`, `layer 6`, `6`.
    """
    words = frame.name.split(" ")
    if frame.kind is FrameKind.LAYER and words[0] == "layer":
        for short in (frame.name, " ".join(words[:2]), words[1]):
            if len(short) <= letters:
                return short
    if len(frame.name) <= letters:
        return frame.name
    return f"{frame.name[: letters - 1]}…" if letters > 2 else ""


def _text(text: str) -> str:
    """As XML has it, whose text has no control characters, not even by their numbers."""
    return escape(visible(text))


def _quoted(text: str) -> str:
    return _text(text).replace('"', "&quot;")
