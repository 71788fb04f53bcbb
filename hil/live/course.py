# SPDX-License-Identifier: Apache-2.0
"""Frames and scores over the columns of the screen: the newest sound is on the right."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hil.live.observations import FrameSeen, PatchSeen
from hil.live.shades import Levels

_LOWEST, _HIGHEST = -128, 127


def column_of(time_s: float, now_s: float, columns: int, shown_s: float) -> int:
    """The column of a time; whole columns scroll, so that what is shown once is not redrawn.

    Negative: it has left the screen.
    """
    per_s = columns / shown_s
    return columns - 1 - (int(now_s * per_s) - int(time_s * per_s))


def spectrogram(
    frames: Iterable[FrameSeen], now_s: float, rows: int, columns: int, shown_s: float
) -> Levels:
    """Levels [rows, columns], the highest band on top; a column is the loudest of its frames.

    Rows are the loudest of their bands, or repeat them where there are more rows. What the gate
    dropped stays dark.
    """
    image = np.full((rows, columns), 0.0)
    for frame in frames:
        column = column_of(frame.time_s, now_s, columns, shown_s)
        if 0 <= column < columns:
            bands = len(frame.cells)
            edges = np.arange(rows + 1) * bands // rows
            starts = np.minimum(edges[:-1], bands - 1)
            loudest = np.maximum.reduceat(frame.cells.astype(np.int64), starts)
            level = (loudest - _LOWEST) / (_HIGHEST - _LOWEST)
            image[:, column] = np.maximum(image[:, column], level[::-1])
    return image


def score_course(
    patches: Iterable[PatchSeen], label: int, now_s: float, columns: int, shown_s: float
) -> Levels:
    """Shares [columns] of one class: each holds until the next patch; before the first one, 0."""
    levels = np.zeros(columns)
    for patch in patches:
        column = column_of(patch.time_s, now_s, columns, shown_s)
        levels[max(0, column) :] = patch.shares[label]
    return levels
