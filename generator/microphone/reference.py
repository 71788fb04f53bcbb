# SPDX-License-Identifier: Apache-2.0
"""``microphone/decimator.c`` in Python: the same integers, sample by sample.

It follows docs/microphone.md. Where words end between two calls makes no difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.microphone.tables import DecimatorTables

SAMPLE_LOWEST, SAMPLE_HIGHEST = -(1 << 15), (1 << 15) - 1


class Decimator:
    """One stream of words."""

    def __init__(self, tables: DecimatorTables) -> None:
        self._tables = tables
        self._filter = np.array((*tables.half, *reversed(tables.half)), dtype=np.int64)
        self.reset()

    def reset(self) -> None:
        """Begin again: silence before the first word, and the settling time again."""
        self._values = np.zeros(self._tables.taps - 2, dtype=np.int64)
        self._mean = 0
        self._settling = self._tables.settle_samples

    def push(self, words: NDArray[np.int32]) -> NDArray[np.int16]:
        """Return the samples that an even number of words makes."""
        if len(words) % 2:
            raise ValueError("words come in pairs")
        tables = self._tables
        values = np.concatenate([self._values, words.astype(np.int64) >> tables.word_shift])
        self._values = values[len(words) :]
        if not len(words):
            return np.zeros(0, dtype=np.int16)
        sums = np.convolve(values, self._filter, mode="valid")[::2]
        filtered = (sums + (1 << (tables.fir_shift - 1))) >> tables.fir_shift
        samples = self._without_mean(filtered)
        dropped = min(self._settling, len(samples))
        self._settling -= dropped
        return samples[dropped:]

    def _without_mean(self, filtered: NDArray[np.int64]) -> NDArray[np.int16]:
        tables, mean = self._tables, self._mean
        distances = []
        for value in filtered.tolist():
            distance = value - (mean >> tables.mean_shift)
            mean += distance
            distances.append(distance)
        self._mean = mean
        products = np.array(distances, dtype=np.int64) * tables.gain_multiplier
        rounded = (products + (1 << (tables.gain_shift - 1))) >> tables.gain_shift
        return np.asarray(np.clip(rounded, SAMPLE_LOWEST, SAMPLE_HIGHEST), dtype=np.int16)
