# SPDX-License-Identifier: Apache-2.0
"""Sections 1 and 7 of docs/frontend.md: from a clip to its frames, and which of them pass."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend.integer_twin.window import pre_emphasis
from tests.frontend.integer_twin.words import Integers

Sample = TypeVar("Sample", np.int16, np.int64)


def padded(samples: NDArray[Sample], tables: MelTables) -> NDArray[Sample]:
    """Section 1: the clip with the zeros that centring puts around it."""
    zeros = tables.padding_samples if len(samples) else 0
    return np.pad(samples, zeros)


def split_frames(samples: NDArray[Sample], length: int = 512, hop: int = 160) -> NDArray[Sample]:
    """Section 1: all frames of a padded clip, [n, length], gated or not."""
    count = 1 + (len(samples) - length) // hop if len(samples) >= length else 0
    starts = np.arange(count) * hop
    return samples[starts[:, None] + np.arange(length)]


def clip_frames(samples: NDArray[np.int16], tables: MelTables) -> Integers:
    """Sections 1 and 2.1: all frames of a clip, with pre-emphasis and centring."""
    stream = padded(pre_emphasis(samples, tables), tables)
    return split_frames(stream, tables.frame_samples, tables.hop_samples)


def scatters(samples: NDArray[np.int16], tables: MelTables) -> tuple[Integers, Integers]:
    """Section 7: G^2 times the variance of each look of the gate, and the frame it ends with.

    Looks that end before the first frame have a negative number or belong to it as its history.
    """
    stream = padded(samples, tables).astype(np.int64)
    length, hop, looks = tables.frame_samples, tables.hop_samples, tables.gate_samples
    count = len(split_frames(stream, length, hop))
    first = length - length // looks * looks
    ends = [first + looks * (look + 1) for look in range(length // looks - 1)]
    numbers = [-1] * len(ends)
    ends += [length + hop * frame for frame in range(count)]
    numbers += range(count)
    rows = [stream[end - looks : end] for end in ends if end <= len(stream)]
    scatter = [looks * (row**2).sum() - row.sum() ** 2 for row in rows]
    return np.array(scatter, dtype=np.int64), np.array(numbers[: len(rows)], dtype=np.int64)


def gate_open(samples: NDArray[np.int16], tables: MelTables) -> NDArray[np.bool_]:
    """Section 7: for each frame of the clip, whether the gate is open at its end."""
    scatter, frames = scatters(samples, tables)
    loud = scatter >= (tables.gate_threshold_rms * tables.gate_samples) ** 2
    still_open, decisions = 0, []
    for is_loud, frame in zip(loud, frames, strict=True):
        still_open = tables.gate_hangover_hops + 1 if is_loud else max(still_open - 1, 0)
        if frame >= 0:
            decisions.append(still_open > 0)
    return np.array(decisions, dtype=np.bool_)
