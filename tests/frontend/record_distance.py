# SPDX-License-Identifier: Apache-2.0
"""How far int8 features are from float64, in steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord
from tests.frontend.float_record import of_sums, to_int8

ROOT_ERROR = 2.0**-14
"""Relative, of a band's sum, where noise reduction cuts its root to a whole number."""
MOST_ON_THE_OTHER_SIDE = 0.002

Steps = NDArray[np.int64]


def steps_apart(
    record: FrontendRecord,
    scale: float,
    zero_point: int,
    ours: NDArray[np.int8],
    sums: NDArray[np.float64],
) -> Steps:
    """Steps [frames, features] between features and float64, of the sums of the same frames.

    What noise reduction and PCAN cut to whole numbers jumps. There a cell may be on either side of
    a cut that is within the sums' error; such cells are rare, or this fails.
    """

    def steps(nudge: float) -> Steps:
        wanted = to_int8(record, of_sums(record, sums * nudge), scale, zero_point)
        assert ours.shape == wanted.shape, (ours.shape, wanted.shape)
        apart: Steps = np.abs(ours.astype(np.int64) - wanted)
        return apart

    plain = steps(1.0)
    if record.pcan is None:
        return plain
    assert (plain > 1).mean() <= MOST_ON_THE_OTHER_SIDE, f"{(plain > 1).mean():.2%}"
    nearest: Steps = np.minimum(plain, np.minimum(steps(1 - ROOT_ERROR), steps(1 + ROOT_ERROR)))
    return nearest
