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
from generator.frontend.record import FrontendRecord, MelScale, TriangleSides
from generator.host.frontend_twin import build_frontend_twin
from tests.frontend.drawn_values import hard_and_usual_sound
from tests.frontend.float_record import features

SCALE, ZERO_POINT = 0.0547, 40
RECORDS = 24


def draw_record(seed: int) -> FrontendRecord:
    """A record that no check refuses, without a gate."""
    draw = random.Random(seed)
    low_hz = draw.choice([0.0, 20.0, 60.0, 125.0, 300.0])
    return YAMNET.model_copy(
        update={
            "window_samples": 2 * draw.randint(64, 256),
            "hop_samples": draw.choice([16, 80, 160, 256, 320, draw.randint(17, 511)]),
            "bands": draw.choice([1, 10, 32, 40, 64, 80, 128, 256]),
            "low_hz": low_hz,
            "high_hz": draw.choice([3800.0, 7500.0, 7600.0, 8000.0]),
            "mel_scale": draw.choice(list(MelScale)),
            "triangles": draw.choice(list(TriangleSides)),
            "silence_gate": None,
            "log_offset": draw.choice([1e-6, 1e-5, 1e-4, 1e-2]),
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
