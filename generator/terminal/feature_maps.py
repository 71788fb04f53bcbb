# SPDX-License-Identifier: Apache-2.0
"""Features as maps, one below the other: frames from left to right, bands upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from generator.pictures import with_plain_text

VALUES, DIFFERENCE = "viridis", "coolwarm"
"""Colours of features, and of what may be above and below 0."""


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """One of them."""

    title: str
    values: NDArray[Any]
    """[frames, bands]."""
    low: float
    high: float
    colours: str


@with_plain_text
def draw_maps(
    path: Path,
    maps: Sequence[FeatureMap],
    *,
    across: str,
    upwards: str,
    extent: tuple[float, float, float, float] | None = None,
    mark: tuple[int, int] | None = None,
) -> str:
    """Draw to a PNG; returns a sentence: where it is, or why there is none.

    `extent`: what the edges stand for, where that is no frame and band; `mark`: a cell to point at.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return "no picture: matplotlib is not installed (pip install matplotlib)"
    figure = Figure(figsize=(10, 8), layout="constrained")
    FigureCanvasAgg(figure)
    every = figure.subplots(len(maps), 1, sharex=True)
    for axes, one in zip(every, maps, strict=True):
        image = axes.imshow(
            one.values.T,
            aspect="auto",
            origin="lower",
            extent=extent,
            vmin=one.low,
            vmax=one.high,
            cmap=one.colours,
        )
        axes.set_title(one.title)
        axes.set_ylabel(upwards)
        figure.colorbar(image, ax=axes)
        if mark is not None:
            axes.plot(*mark, marker="o", markersize=12, fillstyle="none", color="#d02020")
    every[-1].set_xlabel(across)
    figure.savefig(path, dpi=100)
    return f"picture: {path}"
