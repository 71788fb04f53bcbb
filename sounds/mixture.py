# SPDX-License-Identifier: Apache-2.0
"""A long recording out of labelled sounds: one after another, with what a day has between them.

Between the sounds is silence, faint noise, or noise with the rhythm of speech, which belongs to no
class. The same sounds and seed give the same samples.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from sounds.decode import Samples, to_int16
from sounds.recording import Occurrence, Recording

PAUSE_S = (2.0, 6.0)
"""Shortest and longest time between two sounds."""

FAINT_NOISE = 0.0005
SPEECH_LEVEL = 0.05
"""Root mean square, full scale 1."""

SYLLABLES_HZ = 4.0
"""The rhythm of speech (Houtgast and Steeneken, 1985: most modulation is near 4 Hz)."""

FORMANTS_HZ = ((500.0, 100.0), (1500.0, 150.0), (2500.0, 200.0))
"""Centres and widths of a neutral vowel (Fant, 1960)."""

Wave = npt.NDArray[np.float64]


def mix(
    name: str,
    sounds: Iterable[tuple[str, Samples]],
    rate_hz: int,
    *,
    seed: int,
    pause_s: tuple[float, float] = PAUSE_S,
) -> Recording:
    """Join sounds, each with its class, to one recording at their rate.

    Each begins after a pause of its own length and kind; a last pause ends the recording. A sound's
    zeros at its ends belong to the pause.
    """
    generator = np.random.default_rng(seed)
    pieces: list[Samples] = []
    occurrences: list[Occurrence] = []
    at = 0
    for label, samples in sounds:
        pause = _pause(generator, rate_hz, pause_s)
        at += len(pause)
        heard = np.flatnonzero(samples)
        if len(heard):
            first, last = int(heard[0]), int(heard[-1]) + 1
            occurrences.append(Occurrence((at + first) / rate_hz, (at + last) / rate_hz, label))
        at += len(samples)
        pieces += [pause, samples]
    pieces.append(_pause(generator, rate_hz, pause_s))
    return Recording(name, np.concatenate(pieces), rate_hz, tuple(occurrences))


def speech_like_noise(generator: np.random.Generator, count: int, rate_hz: int) -> Wave:
    """Noise float64 [count] with the formants of a vowel and the rhythm of syllables.

    It is scaled to a root mean square of `SPEECH_LEVEL`.
    """
    if count == 0:
        return np.zeros(0)
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequencies_hz = np.fft.rfftfreq(count, 1 / rate_hz)
    response = sum(
        1 / (1 + ((frequencies_hz - centre_hz) / width_hz) ** 2)
        for centre_hz, width_hz in FORMANTS_HZ
    )
    wave = np.fft.irfft(spectrum * response, count)
    phase = generator.uniform(0, 2 * np.pi)
    envelope = 0.5 - 0.5 * np.cos(2 * np.pi * SYLLABLES_HZ * np.arange(count) / rate_hz + phase)
    wave = wave * envelope
    level = np.sqrt(np.mean(wave**2))
    return wave * (SPEECH_LEVEL / level) if level > 0 else wave


def _pause(generator: np.random.Generator, rate_hz: int, pause_s: tuple[float, float]) -> Samples:
    count = round(generator.uniform(*pause_s) * rate_hz)
    kind = generator.integers(3)
    if kind == 0:
        return np.zeros(count, np.int16)
    if kind == 1:
        return to_int16(FAINT_NOISE * generator.standard_normal(count))
    return to_int16(speech_like_noise(generator, count, rate_hz))
