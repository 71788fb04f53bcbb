# SPDX-License-Identifier: Apache-2.0
"""Two sets of features and their difference as a picture."""

from __future__ import annotations

from pathlib import Path

from generator.frontend.comparison import Comparison
from generator.frontend.record import FrontendRecord
from generator.terminal.feature_maps import DIFFERENCE, VALUES, FeatureMap, draw_maps


def draw_comparison(result: Comparison, record: FrontendRecord, path: Path) -> str:
    """Draw to a PNG; returns a sentence: where it is, or why there is none."""
    seconds = record.hop_samples / record.sample_rate_hz
    extent = (0.0, len(result.ours) * seconds, -0.5, result.ours.shape[1] - 0.5)
    difference = result.theirs - result.ours
    low = float(min(result.ours.min(), result.theirs.min()))
    high = float(max(result.ours.max(), result.theirs.max()))
    most = max(float(abs(difference).max()), result.step)
    maps = (
        FeatureMap("yours", result.theirs, low, high, VALUES),
        FeatureMap("ours", result.ours, low, high, VALUES),
        FeatureMap("yours - ours", difference, -most, most, DIFFERENCE),
    )
    upwards = "coefficient" if record.mfcc else "band"
    return draw_maps(path, maps, across="s", upwards=upwards, extent=extent)
