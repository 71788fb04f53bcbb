# SPDX-License-Identifier: Apache-2.0
"""A clip as the board saw it: its features as a spectrogram, each patch's scores below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from hil.report.html.drawings.axis import number_text, ticks
from hil.report.html.drawings.colours import viridis
from hil.report.html.drawings.png import data_uri, write_png
from hil.report.html.drawings.svg import element, line, picture, text

_WIDTH = 640
_LEFT, _RIGHT = 46, 14
_MEL_TOP, _MEL_HEIGHT = 6, 110
_TOP, _HEIGHT = 130, 100


@dataclass(frozen=True, slots=True)
class Curve:
    """The scores of one class, one for each patch."""

    label: str
    shares: tuple[float, ...]
    kind: str
    """`true`, `decided` or `other`: how it is drawn."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a clip looked like to the board."""

    name: str
    seconds: float
    cells: npt.NDArray[np.int8]
    """Features [frames, bands] over these seconds."""

    middles_s: tuple[float, ...]
    """Of the patches."""


def draw_clip(heard: Heard, curves: Sequence[Curve], threshold: float | None = None) -> Markup:
    """A score stands at the middle of its patch; the threshold is a line."""
    cells, middles_s, seconds = heard.cells, heard.middles_s, max(heard.seconds, 1e-3)
    across = (_WIDTH - _LEFT - _RIGHT) / seconds
    parts = []
    if cells.size:
        pixels = (cells.astype(np.int16) + 128).astype(np.uint8).T[::-1]
        parts.append(
            element(
                "image",
                href=data_uri(write_png(pixels, viridis()), "image/png"),
                x=_LEFT,
                y=_MEL_TOP,
                width=_WIDTH - _LEFT - _RIGHT,
                height=_MEL_HEIGHT,
                preserveAspectRatio="none",
            )
        )
        parts += [
            text(_LEFT - 6, _MEL_TOP + 10, "high", anchor="end", class_="tick"),
            text(_LEFT - 6, _MEL_TOP + _MEL_HEIGHT - 2, "low", anchor="end", class_="tick"),
        ]
    low, high = _range_of(curves)
    up = _HEIGHT / (high - low)
    floor = _TOP + _HEIGHT
    for value in ticks(low, high, 4):
        y = floor - up * (value - low)
        parts += [
            line(_LEFT, y, _WIDTH - _RIGHT, y, "grid"),
            text(_LEFT - 6, y + 4, number_text(value), anchor="end", class_="tick"),
        ]
    if threshold is not None:
        y = floor - up * (threshold - low)
        parts.append(line(_LEFT, y, _WIDTH - _RIGHT, y, "limit"))
    for value in ticks(0, seconds, 8):
        x = _LEFT + across * value
        parts.append(text(x, floor + 15, number_text(value), anchor="middle", class_="tick"))
    parts.append(text(_WIDTH - 2, floor + 29, "s", anchor="end", class_="tick"))
    for curve in sorted(curves, key=lambda one: ("other", "decided", "true").index(one.kind)):
        points = [
            (_LEFT + across * at, floor - up * (share - low))
            for at, share in zip(middles_s, curve.shares, strict=True)
        ]
        parts.append(_curve(curve, points))
    known = "; ".join(
        f"{one.label} ({one.kind}) {', '.join(f'{share:.2f}' for share in one.shares)}"
        for one in curves
        if one.kind != "other"
    )
    spoken = f"{heard.name}: spectrogram and scores of {len(middles_s)} patches: {known}"
    return picture(_WIDTH, floor + 34, spoken, *parts)


def _curve(curve: Curve, points: Sequence[tuple[float, float]]) -> Markup:
    title = element(
        "title", f"{curve.label}: {', '.join(f'{share:.3f}' for share in curve.shares)}"
    )
    path = element(
        "polyline",
        title,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        class_=f"curve {curve.kind}",
    )
    dots = [
        element("circle", cx=x, cy=y, r=2.6, class_=f"dot {curve.kind}")
        for x, y in points
        if curve.kind != "other" or len(points) == 1
    ]
    return Markup("").join((path, *dots))


def _range_of(curves: Sequence[Curve]) -> tuple[float, float]:
    """0 to 1 for shares; whatever there is for values that are none."""
    values = [share for curve in curves for share in curve.shares] or [0.0]
    return min(0.0, *values), max(1.0, *values)
