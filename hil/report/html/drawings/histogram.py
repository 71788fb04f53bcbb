# SPDX-License-Identifier: Apache-2.0
"""How often each value came."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from markupsafe import Markup

from hil.report.html.drawings.axis import number_text, ticks
from hil.report.html.drawings.svg import line, picture, rect, text

_WIDTH = 640
_HEIGHT = 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 12, 34
_BINS = 32
_LEAST_SPAN = 0.002
"""Of the mean: values that differ less stand in one place, not spread over the picture."""


def count_bins(values: Sequence[float], bins: int = _BINS) -> tuple[float, float, list[int]]:
    """Low end, width of a bin, and the counts; needs a value. Every value is counted once."""
    low, high = min(values), max(values)
    least = max(_LEAST_SPAN * abs(fmean(values)), 1e-9)
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    width = (high - low) / bins
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, max(0, int((value - low) / width)))] += 1
    return low, width, counts


def draw_histogram(values: Sequence[float], unit: str, what: str) -> Markup:
    """Columns, with the mean as a line; needs a value."""
    low, width, counts = count_bins(values)
    high, most = low + width * len(counts), max(counts)
    across = (_WIDTH - _LEFT - _RIGHT) / (high - low)
    up = (_HEIGHT - _TOP - _BOTTOM) / most
    floor = _HEIGHT - _BOTTOM
    parts = []
    for value in ticks(0, most, 4):
        if value == int(value):
            y = floor - up * value
            parts += [
                line(_LEFT, y, _WIDTH - _RIGHT, y, "grid"),
                text(_LEFT - 6, y + 4, number_text(value), anchor="end", class_="tick"),
            ]
    for at, count in enumerate(counts):
        begin = low + width * at
        words = f"{begin:.3f} to {begin + width:.3f} {unit}: {count}"
        x = _LEFT + across * (begin - low)
        if count:
            parts.append(
                rect(
                    x + 0.5,
                    floor - up * count,
                    across * width - 1,
                    up * count,
                    class_="series0",
                    title=words,
                )
            )
    for value in ticks(low, high):
        x = _LEFT + across * (value - low)
        parts.append(text(x, floor + 15, number_text(value), anchor="middle", class_="tick"))
    mean = _LEFT + across * (fmean(values) - low)
    parts += [
        line(_LEFT, floor, _WIDTH - _RIGHT, floor),
        line(mean, _TOP - 6, mean, floor, "limit"),
        text(_WIDTH - _RIGHT, floor + 29, unit, anchor="end", class_="tick"),
    ]
    words = (
        f"{what}: {len(values)} values from {min(values):.3f} to {max(values):.3f} {unit}, "
        f"mean {fmean(values):.3f}"
    )
    return picture(_WIDTH, _HEIGHT, words, *parts)
