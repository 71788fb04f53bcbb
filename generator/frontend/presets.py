# SPDX-License-Identifier: Apache-2.0
"""Front-ends that have a name: `--frontend NAME` says that a model was trained on one of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from generator.frontend.record import FrontendRecord, SilenceGate

YAMNET = FrontendRecord(
    name="yamnet",
    sample_rate_hz=16_000,
    window_samples=400,
    hop_samples=160,
    fft_samples=512,
    bands=64,
    low_hz=125.0,
    high_hz=7500.0,
    log_offset=1e-4,
    silence_gate=SilenceGate(),
)
"""Of ST's Yamnets and of our own models."""

PRESETS: Mapping[str, FrontendRecord] = MappingProxyType({YAMNET.name: YAMNET})
