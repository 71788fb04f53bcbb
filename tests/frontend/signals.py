# SPDX-License-Identifier: Apache-2.0
"""Sounds to test with: hard synthetic ones, and clips of the data set where it is there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.presets import YAMNET
from generator.repository import REPO_ROOT
from hil.clips.clip_set import load_clips
from sounds.place import find_directory

Samples = NDArray[np.int16]

COUNT = 8000
SEED = 20240607


def to_int16(wave: NDArray[np.generic]) -> Samples:
    rounded = np.rint(np.asarray(wave, dtype=np.float64))
    return np.clip(rounded, -32768, 32767).astype(np.int16)


def synthetic_signals() -> dict[str, Samples]:
    """Half a second each, by name: what breaks fixed-point spectra."""
    random = np.random.default_rng(SEED)
    n = np.arange(COUNT)
    seconds = n / 16000

    def tone(hz: float, amplitude: float) -> NDArray[np.float64]:
        wave: NDArray[np.float64] = amplitude * np.sin(2 * np.pi * hz * seconds)
        return wave

    def chirp(amplitude: float) -> NDArray[np.float64]:
        wave: NDArray[np.float64] = amplitude * np.sin(
            2 * np.pi * (50 * seconds + 7900 * seconds**2)
        )
        return wave

    signals: dict[str, NDArray[np.generic]] = {
        "silence": 0 * n,
        "lowest": 0 * n - 32768,
        "highest": 0 * n + 32767,
        "one_step_dc": 0 * n + 1,
        "one_step_once": (n == 300) * 1,
        "one_step_alternating": n % 2,
        "one_step_noise": random.integers(-1, 2, COUNT),
        "click": (n == 700) * 32767,
        "negative_click": (n == 700) * -32768,
        "clicks": (n % 97 == 0) * -32768,
        "click_where_the_window_rises": (n % 160 == 57) * 32767 + (n % 3 == 0),
        "square_full_scale": np.where(n // 80 % 2 == 0, 32767, -32768),
        "alternating_rails": np.where(n % 2 == 0, 32767, -32768),
        "random_rails": np.where(random.random(COUNT) < 0.5, 32767, -32768),
        "noise_full_scale": random.integers(-32768, 32768, COUNT),
        "noise_quiet": random.integers(-10, 11, COUNT),
        "chirp_full_scale": chirp(32767),
        "chirp_quiet": chirp(30),
        "quiet_tone_on_large_dc": -30000 + tone(3000, 5),
    }
    for hz in (31.25, 125.0, 440.0, 1000.3, 4000.0, 7500.0, 7999.0):
        signals[f"tone_{hz:g}_hz"] = tone(hz, 32767)
    return {name: to_int16(wave) for name, wave in signals.items()}


def real_clips(limit: int | None) -> Iterator[tuple[str, Samples]]:
    """Name and samples of at most `limit` clips of the data set; skips without a data set."""
    directory = find_directory(None, os.environ, REPO_ROOT)
    if directory is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    for clip in load_clips(directory, limit=limit).clips:
        yield clip.name, clip.read(YAMNET.sample_rate_hz)
