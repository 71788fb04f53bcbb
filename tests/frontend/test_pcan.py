# SPDX-License-Identifier: Apache-2.0
"""Noise reduction and PCAN: the C equals the page bit for bit, and is at the float formula."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.pcan_tables import pcan_faults
from generator.frontend.record import FrontendRecord, LogKind, Pcan, Spectrum
from tests.frontend.float_record import to_int8
from tests.frontend.float_record.pcan import pcan
from tests.frontend.integer_twin.pcan import pcan as integer_pcan
from tests.frontend.output_library import OutputLibrary

MICRO_SPEECH = FrontendRecord(
    sample_rate_hz=16_000,
    sample_full_scale=32768.0,
    window_samples=480,
    hop_samples=320,
    fft_samples=512,
    spectrum=Spectrum.POWER,
    bands=40,
    low_hz=125.0,
    high_hz=7500.0,
    log=LogKind.NONE,
    pcan=Pcan(),
)
SCALE, ZERO_POINT = 0.1016, -128
LOUDEST = 2.0**13
"""A band's sum of powers, samples of full scale 1: a sixteenth of the most of 512 samples."""
LARGEST_SHIFT = 29

Integers = NDArray[np.int64]
Frames = NDArray[np.int8]


def sounds(seed: int, bands: int, frames: int = 150) -> NDArray[np.float64]:
    """Sums of power [frames, bands]: levels that wander, speech-like bursts, silence, rails."""
    rng = np.random.default_rng(seed)
    level_db = rng.uniform(-95.0, 0.0, bands) + rng.normal(0.0, 3.0, (frames, bands)).cumsum(0) / 3
    level_db[frames // 4 : frames // 3] += 40.0
    sums = (
        LOUDEST * 10.0 ** (np.minimum(level_db, 0.0) / 10.0) * rng.gamma(2.0, 0.5, level_db.shape)
    )
    sums = np.minimum(sums, LOUDEST)
    sums[frames // 2 : frames // 2 + 5] = 0.0
    sums[frames // 2 + 5 : frames // 2 + 10] = LOUDEST
    sums[frames // 2 + 10, : bands // 2] = 1e-9
    return sums


def in_blocks(sums: NDArray[np.float64], sum_bits: int) -> tuple[Integers, Integers]:
    """The sums as the filter bank gives them, [frames, bands], with each frame's block shift."""
    largest = np.maximum(sums.max(axis=1), 1e-30)
    spare = np.floor((61.9 - sum_bits - np.log2(largest)) / 2.0)
    shifts = np.clip(spare, 0, LARGEST_SHIFT).astype(np.int64)
    return np.rint(sums * 2.0 ** (sum_bits + 2 * shifts)[:, None]).astype(np.int64), shifts


def draw_record(seed: int) -> FrontendRecord:
    draw = random.Random(seed)
    normal = draw.random() < 0.5
    bands = draw.choice([2, 7, 32, 40, 64])
    return MICRO_SPEECH.model_copy(
        update={
            "bands": bands,
            "fft_samples": draw.choice([256, 512, 1024, 2048]),
            "mean": tuple(draw.uniform(-2.0, 10.0) for _ in range(bands)) if normal else 0.0,
            "deviation": tuple(draw.uniform(0.5, 2.0) for _ in range(bands)) if normal else 1.0,
            "pcan": Pcan(
                smoothing_bits=draw.choice([6, 8, 10]),
                even_smoothing=draw.uniform(0.005, 0.2),
                odd_smoothing=draw.uniform(0.005, 0.2),
                min_signal_remaining=draw.uniform(0.0, 0.3),
                strength=draw.uniform(0.3, 1.2),
                offset=draw.choice([1.0, 40.0, 80.0, 800.0]),
                gain_bits=draw.randint(19, 24),
                log_shift=draw.choice([5, 6, 7]),
                enabled=draw.random() < 0.7,
            ),
        }
    )


def both(record: FrontendRecord, scale: float, seed: int) -> tuple[Frames, Frames, Frames]:
    """int8 frames of the C, of the page and of the formula."""
    assert record.pcan is not None
    tables = make_mel_tables(record, scale, ZERO_POINT)
    real = sounds(seed, record.bands)
    sums, shifts = in_blocks(real, tables.sum_bits)
    ours = OutputLibrary(tables).frames(sums, shifts)
    assert tables.pcan is not None
    page = integer_pcan(sums, shifts, tables, tables.pcan)
    exact = sums / 2.0 ** (tables.sum_bits + 2 * shifts)[:, None] * 2.0**30
    return ours, page, to_int8(record, pcan(record, record.pcan, exact), scale, ZERO_POINT)


@pytest.mark.parametrize("seed", range(12))
def test_drawn_parameters(seed: int) -> None:
    record = draw_record(seed)
    assert pcan_faults(record, SCALE) == []
    ours, page, formula = both(record, SCALE, seed)
    np.testing.assert_array_equal(ours, page)
    steps = np.abs(ours.astype(int) - formula)
    assert (steps <= 1).mean() >= 0.99, record
    assert (steps == 0).mean() >= 0.99, record


@pytest.mark.parametrize("seed", range(100, 102))
@pytest.mark.parametrize("enabled", [True, False])
def test_micro_speech(seed: int, enabled: bool) -> None:
    record = MICRO_SPEECH.model_copy(update={"pcan": Pcan(enabled=enabled)})
    ours, page, formula = both(record, SCALE, seed)
    np.testing.assert_array_equal(ours, page)
    steps = np.abs(ours.astype(int) - formula)
    assert (steps <= 1).mean() >= 0.99
    assert (steps == 0).mean() >= 0.99
    assert ours.max() > 20  # the sounds are heard at all
    assert len(np.unique(ours)) > 40
