# SPDX-License-Identifier: Apache-2.0
"""MFCCs: the C equals the page bit for bit, and is within one step of the float formula."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.dct_tables import mfcc_faults
from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.presets import YAMNET
from generator.frontend.record import DctNorm, FrontendRecord, LogKind, Mfcc
from tests.frontend.float_record import to_int8
from tests.frontend.float_record.outputs import logarithms, mfcc
from tests.frontend.integer_twin.mfcc import mfcc as integer_mfcc
from tests.frontend.integer_twin.sums import band_log2_with_gain
from tests.frontend.output_library import OutputLibrary

ZERO_POINT = 7
LOUDEST = 100.0
"""A band's sum of magnitudes."""


def sounds(seed: int, bands: int, frames: int = 100) -> NDArray[np.float64]:
    """Sums of magnitudes [frames, bands]: a rough spectrum that changes, silence, one loud band."""
    rng = np.random.default_rng(seed)
    shape_db = rng.normal(0.0, 2.0, (frames, bands)).cumsum(axis=1)
    level_db = rng.uniform(-110.0, 0.0, (frames, 1))
    sums = np.minimum(LOUDEST * 10.0 ** ((level_db + shape_db) / 20.0), LOUDEST)
    sums[10:13] = 0.0
    sums[20:23] = 0.0
    sums[20:23, bands // 2] = LOUDEST
    return sums


def draw_record(seed: int) -> tuple[FrontendRecord, float]:
    """A record, and the scale that its coefficients fill."""
    draw = random.Random(seed)
    bands = draw.choice([2, 20, 40, 64, 128, 256])
    first = draw.choice([0, 1])
    count = min(draw.choice([1, 10, 13, 20, 40]), bands - first)
    norm = draw.choice(list(DctNorm))
    lifter = draw.choice([0.0, 0.0, 22.0, 80.0])
    normal = draw.random() < 0.5
    record = YAMNET.model_copy(
        update={
            "bands": bands,
            "log": draw.choice([kind for kind in LogKind if kind is not LogKind.NONE]),
            "log_offset": draw.choice([1e-6, 1e-4]),
            "log_reference": draw.choice([1.0, 40.0]),
            "mfcc": Mfcc(coefficients=count, first=first, norm=norm, lifter=lifter),
            "mean": tuple(draw.uniform(-30.0, 10.0) for _ in range(count)) if normal else 0.0,
            "deviation": tuple(draw.uniform(2.0, 20.0) for _ in range(count)) if normal else 1.0,
        }
    )
    values = float_values(record, sounds(seed, bands))
    deviation = np.quantile(np.abs((values - record.mean) / np.array(record.deviation)), 0.95)
    return record, float(deviation / draw.choice([60.0, 120.0]))


def float_values(record: FrontendRecord, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    assert record.mfcc is not None
    return mfcc(record.mfcc, logarithms(record, sums))


@pytest.mark.parametrize("seed", range(14))
def test_drawn_parameters(seed: int) -> None:
    record, scale = draw_record(seed)
    assert mfcc_faults(record, scale) == []
    tables = make_mel_tables(record, scale, ZERO_POINT)
    assert tables.dct is not None
    real = sounds(seed, record.bands)
    shifts = np.clip(10 - np.log2(np.maximum(real.max(axis=1), 1e-9)), 0, 30).astype(np.int64)
    sums = np.rint(real * 2.0 ** (tables.sum_bits + shifts)[:, None]).astype(np.int64)

    ours = OutputLibrary(tables).frames(sums, shifts)
    page = integer_mfcc(band_log2_with_gain(sums, shifts, tables), tables.dct)
    np.testing.assert_array_equal(ours, page)

    formula = to_int8(record, float_values(record, real), scale, ZERO_POINT)
    steps = np.abs(ours.astype(int) - formula)
    assert steps.max() <= 1, record
    assert (steps == 0).mean() >= 0.99, record
    assert len(np.unique(ours)) > 20
