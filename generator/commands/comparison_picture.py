# SPDX-License-Identifier: Apache-2.0
"""Two sets of features and their difference as a picture."""

from __future__ import annotations

from pathlib import Path

from generator.frontend.comparison import Comparison
from generator.frontend.record import FrontendRecord


def draw_comparison(result: Comparison, record: FrontendRecord, path: Path) -> str:
    """Draw to a PNG; returns a sentence: where it is, or why there is none."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return "no picture: matplotlib is not installed (pip install matplotlib)"
    figure = Figure(figsize=(10, 8), layout="constrained")
    FigureCanvasAgg(figure)
    seconds = record.hop_samples / record.sample_rate_hz
    extent = (0.0, len(result.ours) * seconds, -0.5, result.ours.shape[1] - 0.5)
    difference = result.theirs - result.ours
    low = float(min(result.ours.min(), result.theirs.min()))
    high = float(max(result.ours.max(), result.theirs.max()))
    most = max(float(abs(difference).max()), result.step)
    rows = (
        ("yours", result.theirs, low, high, "viridis"),
        ("ours", result.ours, low, high, "viridis"),
        ("yours - ours", difference, -most, most, "coolwarm"),
    )
    for axes, (title, values, least, greatest, colours) in zip(
        figure.subplots(3, 1, sharex=True), rows, strict=True
    ):
        image = axes.imshow(
            *(values.T,),
            aspect="auto",
            origin="lower",
            extent=extent,
            vmin=least,
            vmax=greatest,
            cmap=colours,
        )
        axes.set_title(title)
        axes.set_ylabel("coefficient" if record.mfcc else "band")
        figure.colorbar(image, ax=axes)
    axes.set_xlabel("s")
    figure.savefig(path, dpi=100)
    return f"picture: {path}"
