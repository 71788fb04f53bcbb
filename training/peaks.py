# SPDX-License-Identifier: Apache-2.0
"""The last ReLU of a backbone, raised, so that the global average counts peaks.

The average of a patch's 96 cells a channel weighs a faint texture that is always there as much as
the few cells in which the sound happens. With the ReLU's threshold above most cells, what is left
to average are the peaks: something between a mean and a maximum, at no cost, since a threshold is
an offset of batch normalisation, and that one is folded into the convolution's bias.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.network import BACKBONE
from training.patches import InputScale, Patches, dequantize
from training.probe import Values

_BATCH = 64


def raise_last_threshold(
    network: Any, patches: Patches, by: InputScale, deviations: float
) -> Values:
    """Lower the last offset of `network` by so many standard deviations of what the ReLU is given.

    The deviations are those over all cells of `patches`, int8 [patches, frames, bands], a channel
    on its own. Returns them, float32 [channels].
    """
    layer = network.get_layer(f"{BACKBONE[-1].name}_bn")
    spread = _spread_of(keras.Model(network.input, layer.output), patches, by)
    offset, *statistics = layer.get_weights()
    layer.set_weights([offset - np.float32(deviations) * spread, *statistics])
    return spread


def _spread_of(trunk: Any, patches: Patches, by: InputScale) -> Values:
    """Standard deviation of each channel over patches, frames and bands of the trunk's output."""
    count, total, squares = 0, np.zeros(()), np.zeros(())
    for first in range(0, len(patches), _BATCH):
        values = dequantize(patches[first : first + _BATCH], by)[..., np.newaxis]
        cells = np.asarray(trunk(values, training=False), np.float64)
        flat = cells.reshape(-1, cells.shape[-1])
        count += len(flat)
        total = total + flat.sum(axis=0)
        squares = squares + np.square(flat).sum(axis=0)
    variance = squares / count - np.square(total / count)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), np.float32)
