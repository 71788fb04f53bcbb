# SPDX-License-Identifier: Apache-2.0
"""How far int8 features are from float64, in steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord
from tests.frontend.float_record import band_sums, real_features, to_int8
from tests.frontend.float_record.pcan import pcan

ROOT_ERROR = 2.0**-14
"""Relative, of a band's sum, where noise reduction cuts its root to a whole number."""
MOST_ON_THE_OTHER_SIDE = 0.002

Steps = NDArray[np.int64]


def steps_apart(
    record: FrontendRecord,
    scale: float,
    zero_point: int,
    ours: NDArray[np.int8],
    samples: NDArray[np.int16],
) -> Steps:
    """Steps [frames, features] between a clip's features and float64.

    What noise reduction and PCAN cut to whole numbers jumps. There a cell may be on either side of
    a cut that lies within the sums' error; such cells are rare, or this fails.
    """

    def steps(values: NDArray[np.float64]) -> Steps:
        wanted = to_int8(record, values, scale, zero_point)
        assert ours.shape == wanted.shape, (ours.shape, wanted.shape)
        apart: Steps = np.abs(ours.astype(np.int64) - wanted)
        return apart

    if record.pcan is None:
        return steps(real_features(record, samples))
    sums = band_sums(record, samples)
    plain = steps(pcan(record, record.pcan, sums))
    sides = [steps(pcan(record, record.pcan, sums * (1 + sign * ROOT_ERROR))) for sign in (-1, 1)]
    assert (plain > 1).mean() <= MOST_ON_THE_OTHER_SIDE, f"{(plain > 1).mean():.2%}"
    nearest: Steps = np.minimum(plain, np.minimum(*sides))
    return nearest
