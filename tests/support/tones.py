# SPDX-License-Identifier: Apache-2.0
"""A tone among samples: its level, and what else there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def level_and_snr(
    samples: NDArray[np.int16], hz: float, rate_hz: int = 16_000
) -> tuple[float, float]:
    """dBFS of the tone, and its distance in dB from all else but DC; by least squares."""
    times = np.arange(len(samples)) / rate_hz
    angle = 2 * np.pi * hz * times
    basis = np.stack([np.sin(angle), np.cos(angle), np.ones_like(angle)], axis=1)
    sound = samples.astype(np.float64) / 32_768
    fitted = np.linalg.lstsq(basis, sound, rcond=None)[0]
    rest = sound - basis @ fitted
    amplitude = np.hypot(fitted[0], fitted[1])
    snr = amplitude**2 / 2 / np.mean(rest**2)
    return float(20 * np.log10(amplitude)), float(10 * np.log10(snr))
