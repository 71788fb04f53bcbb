# SPDX-License-Identifier: Apache-2.0
"""Sounds that anyone can make from a seed: tones, noise bursts, chirps, and something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE_HZ = 16_000
Wave = npt.NDArray[np.float64]


TINY_CONFIG = """
name: tiny
data: {folder: sounds, other: other}
decision: {threshold: auto}
folds: [1, 2]
fit:
  head_steps: 5
  epochs: 2
  patches_per_clip: 1
  batch_size: 4
  validation_share: 0.3
  patience: 5
"""
"""30 sounds, two folds, the first layers of the backbone: seconds."""


def _tone(time_s: Wave, rng: np.random.Generator) -> Wave:
    """A steady pitch with its octave."""
    pitch_hz = rng.uniform(400, 2500)
    wave = np.sin(2 * np.pi * pitch_hz * time_s) + 0.5 * np.sin(4 * np.pi * pitch_hz * time_s)
    return np.asarray(0.5 * wave)


def _bursts(time_s: Wave, rng: np.random.Generator) -> Wave:
    """White noise, on and off."""
    on = np.sin(2 * np.pi * rng.uniform(3, 6) * time_s) > 0
    return np.asarray(rng.standard_normal(time_s.size) * on)


def _chirp(time_s: Wave, rng: np.random.Generator) -> Wave:
    """A pitch that sweeps up, again and again."""
    low_hz, span_hz, length_s = rng.uniform(200, 500), rng.uniform(3000, 5000), 0.25
    within_s = time_s % length_s
    return np.sin(2 * np.pi * (low_hz * within_s + span_hz * within_s**2 / (2 * length_s)))


def _hum(time_s: Wave, rng: np.random.Generator) -> Wave:
    """Rumble of low frequencies."""
    noise = np.cumsum(rng.standard_normal(time_s.size))
    window = 400
    slow = np.convolve(noise, np.ones(window) / window, "same")
    wave = noise - slow
    return np.asarray(wave / np.abs(wave).max())


SOUNDS = {"burst": _bursts, "chirp": _chirp, "tone": _tone, "other": _hum}


def make_sound(kind: str, seed: int, duration_s: float = 1.5) -> Wave:
    """One sound with a little noise behind it, within -1 to 1."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    parts = [SOUNDS[one](time_s, rng) for one in kind.split("+")]
    wave = rng.uniform(0.1, 0.3) * sum(parts) + 0.002 * rng.standard_normal(time_s.size)
    return np.asarray(np.clip(wave, -1, 1))


def write_folders(root: Path, kinds: dict[str, int], duration_s: float = 1.5) -> Path:
    """A folder for each kind, with so many sounds each; the same every time."""
    for number, (kind, count) in enumerate(sorted(kinds.items())):
        (root / kind).mkdir(parents=True)
        for take in range(count):
            wave = make_sound(kind, 1000 * number + take, duration_s)
            soundfile.write(root / kind / f"{take:02}.wav", wave, RATE_HZ, subtype="PCM_16")
    return root
