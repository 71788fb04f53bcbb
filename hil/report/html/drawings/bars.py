# SPDX-License-Identifier: Apache-2.0
"""Stacked bars on one scale, with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hil.report.html.drawings.axis import number_text, ticks
from hil.report.html.drawings.svg import line, picture, rect, text

_WIDTH = 640
_LEFT = 92
_BAR = 24
_GAP = 14


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar."""

    name: str
    value: float
    colour: int
    """Of the style sheet's series, from 0."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar from left to right."""

    name: str
    parts: tuple[Part, ...]
    limit: float | None = None
    """Where its budget ends: a mark."""

    @property
    def total(self) -> float:
        """Of all its parts."""
        return sum(part.value for part in self.parts)


def draw_bars(bars: Sequence[Bar], unit: str, what: str) -> Markup:
    """All bars on one scale that begins at 0; `what` heads the words for who cannot see it."""
    most = max([bar.limit or 0 for bar in bars] + [bar.total for bar in bars] + [1e-9])
    scale = (_WIDTH - _LEFT - 40) / most
    parts = []
    bottom = 6 + len(bars) * (_BAR + _GAP)
    for value in ticks(0, most):
        x = _LEFT + scale * value
        parts += [
            line(x, 4, x, bottom, "grid"),
            text(x, bottom + 14, number_text(value), anchor="middle", class_="tick"),
        ]
    parts.append(text(_WIDTH - 4, bottom + 14, unit, anchor="end", class_="tick"))
    for row, bar in enumerate(bars):
        y = 6 + row * (_BAR + _GAP)
        parts.append(text(_LEFT - 8, y + 0.68 * _BAR, bar.name, anchor="end"))
        x = float(_LEFT)
        for part in bar.parts:
            words = f"{bar.name}, {part.name}: {part.value:,.2f} {unit}"
            parts.append(
                rect(x, y, scale * part.value, _BAR, class_=f"series{part.colour}", title=words)
            )
            x += scale * part.value
        if bar.limit is not None:
            mark = _LEFT + scale * bar.limit
            parts.append(line(mark, y - 4, mark, y + _BAR + 4, "limit"))
    words = "; ".join(f"{bar.name} {bar.total:,.2f} {unit}" for bar in bars)
    return picture(_WIDTH, bottom + 22, f"{what}: {words}", *parts)
