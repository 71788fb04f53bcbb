# SPDX-License-Identifier: Apache-2.0
"""Both sides' features and their difference as a picture, the first differing cell marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.terminal.feature_maps import DIFFERENCE, VALUES, FeatureMap, draw_maps
from hil.diverge.sides import Int8


def draw_features(
    path: Path, names: tuple[str, str], features: tuple[Int8, Int8], place: tuple[int, int] | None
) -> str:
    """Draw to a PNG; returns a sentence: where it is, or why there is none."""
    count = min(len(one) for one in features)
    a, b = (one[:count].astype(np.int16) for one in features)
    difference = b - a
    most = max(int(np.abs(difference).max(initial=0)), 1)
    maps = (
        FeatureMap(f"a: {names[0]}", a, -128, 127, VALUES),
        FeatureMap(f"b: {names[1]}", b, -128, 127, VALUES),
        FeatureMap("b - a", difference, -most, most, DIFFERENCE),
    )
    return draw_maps(path, maps, across="frame", upwards="value", mark=place)
