# SPDX-License-Identifier: Apache-2.0
"""docs/frontend.md in numpy: every integer step of the front-end, a module for each of its stages.

Written from the document, not from the C. It equals the C bit for bit, which proves the document
complete. All arithmetic is in int64 with the range of the narrower type asserted, so that nothing
wraps unseen. Frames are vectorised: the first axis counts them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend.integer_twin.frames import clip_frames, gate_open, split_frames
from tests.frontend.integer_twin.mfcc import mfcc
from tests.frontend.integer_twin.pcan import pcan
from tests.frontend.integer_twin.sums import (
    band_log2_with_gain,
    compress,
    filterbank,
    log2_q24,
)
from tests.frontend.integer_twin.transform import complex_transform, magnitudes, powers, square_root
from tests.frontend.integer_twin.window import window
from tests.frontend.integer_twin.words import Integers

__all__ = ["features", "gate_open", "log2_q24", "mel_frames", "split_frames", "square_root"]


def mel_frames(frames: NDArray[np.int16] | Integers, tables: MelTables) -> NDArray[np.int8]:
    """Return int8 [n, features] of frames [n, frame_samples] in turn, from a clip's begin.

    The frames are int16, or Q30 after pre-emphasis.
    """
    windowed, shift = window(frames, tables)
    bins = powers if tables.spectrum_is_power else magnitudes
    sums = filterbank(bins(complex_transform(windowed, tables), tables), tables)
    if tables.pcan is not None:
        return pcan(sums, shift, tables, tables.pcan)
    if tables.dct is not None:
        return mfcc(band_log2_with_gain(sums, shift, tables), tables.dct)
    return compress(sums, shift, tables)


def features(samples: NDArray[np.int16], tables: MelTables) -> NDArray[np.int8]:
    """The frames, int8 [n, features], that the front-end gives for a clip."""
    frames = clip_frames(samples, tables)
    if len(frames) == 0:
        return np.zeros((0, tables.features), dtype=np.int8)
    return mel_frames(frames[gate_open(samples, tables)], tables)
