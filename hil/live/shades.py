# SPDX-License-Identifier: Apache-2.0
"""Levels from 0 to 1 as characters: colours, blocks of eighths, or ASCII where there is neither."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from rich.style import Style
from rich.text import Text

Levels = npt.NDArray[np.float64]

ASCII_SHADES = " .:-=+*#%@"
EIGHTHS = " ▁▂▃▄▅▆▇█"
UPPER_HALF = "▀"

_STEPS = 32
_ANCHORS = (
    *((8, 8, 20), (60, 15, 110), (155, 40, 110)),
    *((225, 85, 55), (250, 170, 20), (250, 250, 160)),
)
"""Dark to bright, evenly spaced: what is brighter is louder in greys, too."""


@cache
def colour_of(step: int) -> str:
    """The colour of one of `_STEPS` steps, as rich names it."""
    place = step * (len(_ANCHORS) - 1) / (_STEPS - 1)
    low = min(int(place), len(_ANCHORS) - 2)
    part = place - low
    mixed = (
        round(a + (b - a) * part) for a, b in zip(_ANCHORS[low], _ANCHORS[low + 1], strict=True)
    )
    return "#{:02x}{:02x}{:02x}".format(*mixed)


@cache
def _style(upper: int, lower: int) -> Style:
    return Style(color=colour_of(upper), bgcolor=colour_of(lower))


def _steps(levels: Levels, count: int) -> npt.NDArray[np.int64]:
    return np.clip(np.rint(levels * (count - 1)), 0, count - 1).astype(np.int64)


def half_blocks(levels: Levels) -> list[Text]:
    """An image [rows, columns], two of its rows a line, in colours; the first row is on top."""
    steps = _steps(levels, _STEPS)
    if len(steps) % 2:
        steps = np.vstack([steps, np.zeros((1, steps.shape[1]), np.int64)])
    lines = []
    for upper, lower in zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True):
        line, run, of = Text(no_wrap=True), 0, (upper[0], lower[0])
        for pair in [*zip(upper, lower, strict=True), None]:
            if pair == of:
                run += 1
                continue
            line.append(UPPER_HALF * run, _style(*of))
            if pair is not None:
                run, of = 1, pair
        lines.append(line)
    return lines


def ascii_image(levels: Levels) -> list[Text]:
    """An image [rows, columns], one row a line, in ASCII."""
    return [Text(row, no_wrap=True) for row in _characters(levels, ASCII_SHADES)]


def course(levels: Levels, *, ascii_only: bool) -> str:
    """Levels [columns] as a line of bars."""
    return _characters(levels[None, :], ASCII_SHADES if ascii_only else EIGHTHS)[0]


def _characters(levels: Levels, shades: str) -> list[str]:
    return ["".join(shades[step] for step in row) for row in _steps(levels, len(shades)).tolist()]
