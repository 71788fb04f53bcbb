# SPDX-License-Identifier: Apache-2.0
"""A higher threshold for the last ReLU of the backbone, so that the global average counts peaks.

The global average weighs a weak stationary background as much as the few cells with the actual
sound. With the ReLU's threshold above most cells, only the peaks contribute: the pooling is between
average and maximum pooling. It costs nothing at run time: the threshold is an offset of the batch
normalisation, which is folded into the convolution's bias.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.linear_head import Values
from training.network import BACKBONE
from training.patches import InputScale, Patches, dequantise

_BATCH = 64


def raise_relu_threshold(
    network: Any, patches: Patches, scale: InputScale, deviations: float
) -> Values:
    """Lower the last batch-normalisation offset by `deviations` standard deviations, in place.

    The standard deviation is that of the ReLU's input, per channel, over all cells of `patches`,
    int8 [patches, frames, bands]. Returns it, float32 [channels].
    """
    layer = network.get_layer(f"{BACKBONE[-1].name}_bn")
    spread = _spread_of(keras.Model(network.input, layer.output), patches, scale)
    offset, *statistics = layer.get_weights()
    layer.set_weights([offset - np.float32(deviations) * spread, *statistics])
    return spread


def _spread_of(trunk: Any, patches: Patches, scale: InputScale) -> Values:
    """Standard deviation of each channel of the trunk's output over patches, frames and bands."""
    count, total, squares = 0, np.zeros(()), np.zeros(())
    for first in range(0, len(patches), _BATCH):
        values = dequantise(patches[first : first + _BATCH], scale)[..., np.newaxis]
        cells = np.asarray(trunk(values, training=False), np.float64)
        flat = cells.reshape(-1, cells.shape[-1])
        count += len(flat)
        total = total + flat.sum(axis=0)
        squares = squares + np.square(flat).sum(axis=0)
    variance = squares / count - np.square(total / count)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), np.float32)
