# SPDX-License-Identifier: Apache-2.0
"""Ten sounds for runs without a data set, the same in every run.

They reach what recordings seldom do: full scale, silence, one bit, a clip too short for a patch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from generator.frontend.parameters import SAMPLE_RATE_HZ
from sounds.decode import Samples, to_int16

SYNTHETIC_SEED = 0x4D324D


def _seconds(duration_s: float) -> npt.NDArray[np.float64]:
    return np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _noise(duration_s: float, amplitude: float, stream: int) -> npt.NDArray[np.float64]:
    generator = np.random.default_rng((SYNTHETIC_SEED, stream))
    return amplitude * generator.standard_normal(round(duration_s * SAMPLE_RATE_HZ))


def _chirp() -> Samples:
    time_s = _seconds(4.0)
    return to_int16(0.5 * np.sin(2 * np.pi * (100 * time_s + 900 * time_s**2)))


def _clicks() -> Samples:
    wave = _noise(4.0, 0.001, 1)
    wave[:: SAMPLE_RATE_HZ // 2] = 0.9
    return to_int16(wave)


def _chord() -> Samples:
    time_s = _seconds(3.0)
    tones = sum(np.sin(2 * np.pi * pitch_hz * time_s) for pitch_hz in (220.0, 277.2, 329.6, 3520.0))
    return to_int16(0.2 * tones * np.exp(-time_s))


def _square() -> Samples:
    phase = np.arange(3 * SAMPLE_RATE_HZ) // 18 % 2
    return np.where(phase == 0, np.int16(32767), np.int16(-32768)).astype(np.int16)


def _bursts() -> Samples:
    wave = _noise(5.0, 0.3, 2)
    return to_int16(wave * (np.floor(_seconds(5.0) * 2.5) % 2 == 0))


def _one_bit() -> Samples:
    generator = np.random.default_rng((SYNTHETIC_SEED, 3))
    return generator.integers(-1, 2, 2 * SAMPLE_RATE_HZ).astype(np.int16)


def _full_scale_noise() -> Samples:
    generator = np.random.default_rng((SYNTHETIC_SEED, 4))
    return generator.integers(-32768, 32768, 3 * SAMPLE_RATE_HZ).astype(np.int16)


def _fading_noise() -> Samples:
    return to_int16(_noise(5.0, 0.5, 5) * np.exp(-2.5 * _seconds(5.0)))


def _short_knock() -> Samples:
    return to_int16(_noise(0.4, 0.6, 6) * np.exp(-20 * _seconds(0.4)))


def _silence() -> Samples:
    return np.zeros(2 * SAMPLE_RATE_HZ, np.int16)


SYNTHETIC: dict[str, Callable[[], Samples]] = {
    "synthetic-0-chirp": _chirp,
    "synthetic-1-clicks": _clicks,
    "synthetic-2-chord": _chord,
    "synthetic-3-square": _square,
    "synthetic-4-bursts": _bursts,
    "synthetic-5-one-bit": _one_bit,
    "synthetic-6-full-scale-noise": _full_scale_noise,
    "synthetic-7-fading-noise": _fading_noise,
    "synthetic-8-short-knock": _short_knock,
    "synthetic-9-silence": _silence,
}
"""Names to what makes the samples, int16 at 16 kHz."""
