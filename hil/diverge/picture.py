# SPDX-License-Identifier: Apache-2.0
"""Both sides' features and their difference as a picture, the first differing cell marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hil.diverge.sides import Int8


def draw_features(
    path: Path, names: tuple[str, str], features: tuple[Int8, Int8], place: tuple[int, int] | None
) -> str:
    """Draw to a PNG; returns a sentence: where it is, or why there is none."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return "no picture: matplotlib is not installed (pip install matplotlib)"
    count = min(len(one) for one in features)
    a, b = (one[:count].astype(np.int16) for one in features)
    difference = b - a
    most = max(int(np.abs(difference).max(initial=0)), 1)
    figure = Figure(figsize=(10, 8), layout="constrained")
    FigureCanvasAgg(figure)
    rows = (
        (f"a: {names[0]}", a, -128, 127, "viridis"),
        (f"b: {names[1]}", b, -128, 127, "viridis"),
        ("b - a", difference, -most, most, "coolwarm"),
    )
    for axes, (title, values, low, high, colours) in zip(
        figure.subplots(3, 1, sharex=True), rows, strict=True
    ):
        image = axes.imshow(
            values.T, aspect="auto", origin="lower", vmin=low, vmax=high, cmap=colours
        )
        axes.set_title(title)
        axes.set_ylabel("value")
        figure.colorbar(image, ax=axes)
        if place is not None:
            axes.plot(*place, marker="o", markersize=12, fillstyle="none", color="#d02020")
    axes.set_xlabel("frame")
    figure.savefig(path, dpi=100)
    return f"picture: {path}"
