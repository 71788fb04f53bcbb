# SPDX-License-Identifier: Apache-2.0
"""Section 9 of docs/mfcc-pcan.md: MFCCs, and the last step of a feature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.dct_tables import DctTables
from generator.frontend.feature_scale import FeatureScale
from tests.frontend.integer_twin.words import Integers


def scale_features(values: Integers, features: FeatureScale) -> NDArray[np.int8]:
    """The last step of each feature, values [n, features]."""
    multipliers = np.array(features.multipliers, dtype=np.int64)
    assert np.abs(multipliers).max() <= 2**30
    assert np.abs(values).max(initial=0) < 2**31
    steps = (values * multipliers + np.array(features.offsets, dtype=np.int64)) >> features.shift
    return np.clip(steps, -128, 127).astype(np.int8)


def mfcc(log2: Integers, dct: DctTables) -> NDArray[np.int8]:
    """int8 [n, coefficients] of the bands' logarithms [n, bands] in Q24."""
    bands = log2.shape[1]
    assert np.abs(log2).max(initial=0) < 112 << 24
    cosines = np.array(dct.cosines_q24, dtype=np.int64)
    k = dct.first + np.arange(len(dct.features.multipliers))
    angle = k[:, None] * (2 * np.arange(bands) + 1) % (4 * bands)
    matrix = cosines[np.minimum(angle, 4 * bands - angle)]
    coefficients = (log2 @ matrix.T + 2**31) >> 32
    return scale_features(coefficients, dct.features)
