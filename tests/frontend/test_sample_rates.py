# SPDX-License-Identifier: Apache-2.0
"""Any sample rate of a record: its bands are where float64 has them, and its times are its own."""

from __future__ import annotations

import numpy as np
import pytest

from generator.frontend.checks import SAMPLE_RATES_HZ, record_faults
from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord, SilenceGate
from generator.host.frontend_twin import build_frontend_twin
from tests.frontend.float_record import features

SCALE, ZERO_POINT = 0.0547, 40
RATES_HZ = (*SAMPLE_RATES_HZ, 8000, 11_025, 22_050, 32_000, 44_100)


def record_at(rate_hz: int, gate: SilenceGate | None = None) -> FrontendRecord:
    """A frame every 10 ms, of 20 ms or what the transform takes; bands up to 0.45 of the rate."""
    keys = {
        "sample_rate_hz": rate_hz,
        "window_samples": 2 * min(256, rate_hz // 100),
        "hop_samples": rate_hz // 100,
        "high_hz": 0.45 * rate_hz,
        "silence_gate": gate,
    }
    return YAMNET.model_copy(update=keys)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_features_are_those_of_the_formula(rate_hz: int) -> None:
    record = record_at(rate_hz)
    assert record_faults(record) == []
    random = np.random.default_rng(rate_hz)
    time_s = np.arange(rate_hz) / rate_hz
    wave = 6000 * np.sin(2 * np.pi * 0.2 * rate_hz * time_s) + random.normal(0, 300, rate_hz)
    samples = np.rint(wave * np.linspace(1, 0, rate_hz)).astype(np.int16)
    ours = build_frontend_twin(record, SCALE, ZERO_POINT, sanitize=True).features(samples)
    wanted = features(record, samples, SCALE, ZERO_POINT)
    assert ours.shape == wanted.shape
    steps = np.abs(ours.astype(int) - wanted)
    assert steps.max() <= 1
    assert (steps == 0).mean() >= 0.99


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_gate_stays_open_for_as_long_at_any_rate(rate_hz: int) -> None:
    record = record_at(rate_hz, SilenceGate(hangover_ms=400.0))
    hops = make_mel_tables(record, SCALE, ZERO_POINT).gate_hangover_hops
    assert hops * record.hop_samples / rate_hz == pytest.approx(0.4, abs=0.006)
