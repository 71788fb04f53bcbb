# SPDX-License-Identifier: Apache-2.0
"""Ten sounds for runs without a data set, the same in every run with front-ends of one rate.

They reach what recordings seldom do: full scale, silence, one bit, a clip too short for a patch.
Their times are in seconds, whatever the rate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sounds.decode import Samples, to_int16

SYNTHETIC_SEED = 0x4D324D

CHIRP_TOP = 7300 / 16_000
"""Where the chirp ends, as a part of the sample rate: below the half of any."""


def _seconds(duration_s: float, rate_hz: int) -> npt.NDArray[np.float64]:
    return np.arange(round(duration_s * rate_hz)) / rate_hz


def _noise(
    duration_s: float, amplitude: float, stream: int, rate_hz: int
) -> npt.NDArray[np.float64]:
    generator = np.random.default_rng((SYNTHETIC_SEED, stream))
    return amplitude * generator.standard_normal(round(duration_s * rate_hz))


def _chirp(rate_hz: int) -> Samples:
    time_s, duration_s, low_hz = _seconds(4.0, rate_hz), 4.0, 100
    slope = (CHIRP_TOP * rate_hz - low_hz) / (2 * duration_s)
    return to_int16(0.5 * np.sin(2 * np.pi * (low_hz * time_s + slope * time_s**2)))


def _clicks(rate_hz: int) -> Samples:
    wave = _noise(4.0, 0.001, 1, rate_hz)
    wave[:: rate_hz // 2] = 0.9
    return to_int16(wave)


def _chord(rate_hz: int) -> Samples:
    time_s = _seconds(3.0, rate_hz)
    pitches_hz = [pitch for pitch in (220.0, 277.2, 329.6, 3520.0) if pitch < rate_hz / 2]
    tones = sum(np.sin(2 * np.pi * pitch_hz * time_s) for pitch_hz in pitches_hz)
    return to_int16(0.2 * tones * np.exp(-time_s))


def _square(rate_hz: int) -> Samples:
    phase = np.arange(3 * rate_hz) // 18 % 2
    return np.where(phase == 0, np.int16(32767), np.int16(-32768)).astype(np.int16)


def _bursts(rate_hz: int) -> Samples:
    wave = _noise(5.0, 0.3, 2, rate_hz)
    return to_int16(wave * (np.floor(_seconds(5.0, rate_hz) * 2.5) % 2 == 0))


def _one_bit(rate_hz: int) -> Samples:
    generator = np.random.default_rng((SYNTHETIC_SEED, 3))
    return generator.integers(-1, 2, 2 * rate_hz).astype(np.int16)


def _full_scale_noise(rate_hz: int) -> Samples:
    generator = np.random.default_rng((SYNTHETIC_SEED, 4))
    return generator.integers(-32768, 32768, 3 * rate_hz).astype(np.int16)


def _fading_noise(rate_hz: int) -> Samples:
    return to_int16(_noise(5.0, 0.5, 5, rate_hz) * np.exp(-2.5 * _seconds(5.0, rate_hz)))


def _short_knock(rate_hz: int) -> Samples:
    return to_int16(_noise(0.4, 0.6, 6, rate_hz) * np.exp(-20 * _seconds(0.4, rate_hz)))


def _silence(rate_hz: int) -> Samples:
    return np.zeros(2 * rate_hz, np.int16)


SYNTHETIC: dict[str, Callable[[int], Samples]] = {
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
"""Names to what makes the samples, int16 at the rate in Hz that it is given."""
