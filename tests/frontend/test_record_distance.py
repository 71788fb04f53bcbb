# SPDX-License-Identifier: Apache-2.0
"""Records that are taken: the C lies within one step of float64, and 99 % of the cells are equal.

What is accepted and computed otherwise would be silently wrong; `record_faults` refuses the rest.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

from generator.frontend.checks import record_faults
from generator.frontend.presets import YAMNET
from generator.frontend.record import (
    FrontendRecord,
    MelScale,
    TriangleSides,
    WindowShape,
    ZerosAt,
)
from generator.host.frontend_twin import build_frontend_twin
from tests.frontend.drawn_values import hard_and_usual_sound
from tests.frontend.float_record import features

SCALE, ZERO_POINT = 0.0547, 40
RECORDS = 24


def draw_record(seed: int) -> FrontendRecord:
    """A record that no check refuses, without a gate."""
    draw = random.Random(seed)
    low_hz = draw.choice([0.0, 20.0, 60.0, 125.0, 300.0])
    fft_samples = draw.choice([256, 512, 512, 1024, 2048, 4096])
    return YAMNET.model_copy(
        update={
            "fft_samples": fft_samples,
            "window_samples": draw.choice([fft_samples, draw.randint(128, fft_samples)]),
            "window": draw.choice(list(WindowShape)),
            "window_symmetric": draw.random() < 0.3,
            "zeros": draw.choice(list(ZerosAt)),
            "centred": draw.random() < 0.5,
            "pre_emphasis": draw.choice([0.0, 0.0, 0.97]),
            "hop_samples": draw.choice([16, 80, 160, 320, draw.randint(17, 2 * fft_samples)]),
            "bands": draw.choice([1, 10, 32, 40, 64, 80, 128, 256]),
            "low_hz": low_hz,
            "high_hz": draw.choice([3800.0, 7500.0, 7600.0, 8000.0]),
            "mel_scale": draw.choice(list(MelScale)),
            "triangles": draw.choice(list(TriangleSides)),
            "silence_gate": None,
            "log_offset": draw.choice([1e-5, 1e-4, 1e-2] if fft_samples <= 512 else [1e-3, 1e-2]),
        }
    )


@pytest.mark.parametrize("seed", range(RECORDS))
def test_a_record_that_is_taken_is_computed(seed: int) -> None:
    record = draw_record(seed)
    assert record_faults(record) == []
    samples = hard_and_usual_sound()
    ours = build_frontend_twin(record, SCALE, ZERO_POINT, sanitize=True).features(samples)
    wanted = features(record, samples, SCALE, ZERO_POINT)
    assert ours.shape == wanted.shape, record
    steps = np.abs(ours.astype(int) - wanted)
    assert steps.max() <= 1, (record, np.argwhere(steps == steps.max())[0])
    assert (steps == 0).mean() >= 0.99, record
