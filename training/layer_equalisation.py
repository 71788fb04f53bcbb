# SPDX-License-Identifier: Apache-2.0
"""Cross-layer equalisation of the last convolution and the dense head, before quantisation.

The global average has one int8 scale for all channels, and so has the weight tensor of the dense
head. A channel with small averages uses few int8 steps; its large weights in the head make the step
coarse for all other channels. ReLU commutes with a positive factor: the channels of the convolution
are multiplied by factors and the head's weights are divided by them, which leaves the float network
unchanged (Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
2019, section 4.1).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.linear_head import Values
from training.network import BACKBONE, HEAD_NAME

FLOOR = 0.05
"""Fraction of the mean spread that is added to each spread, to limit the largest factor."""


def equalise_last_layers(network: Any, values: Values) -> Values:
    """Scale the channels of the global average to about equal standard deviations, in place.

    `values`: float32 [patches, frames, bands, 1], in nepers. Returns the factors, float32
    [channels], with a geometric mean of 1.
    """
    averages = np.concatenate(
        [np.asarray(batch) for batch in _averages(network, values)], dtype=np.float32
    )
    spread = averages.std(axis=0)
    raw = 1.0 / (spread + FLOOR * spread.mean() + np.finfo(np.float32).tiny)
    factors = np.asarray(raw / np.exp(np.log(raw).mean()), np.float32)

    convolution = network.get_layer(BACKBONE[-1].name)
    (kernel,) = convolution.get_weights()
    convolution.set_weights([kernel * factors])
    normalisation = network.get_layer(f"{BACKBONE[-1].name}_bn")
    offset, mean, variance = normalisation.get_weights()
    normalisation.set_weights([offset * factors, mean * factors, variance])
    head = network.get_layer(HEAD_NAME)
    kernel, bias = head.get_weights()
    head.set_weights([kernel / factors[:, np.newaxis], bias])
    return factors


def _averages(network: Any, values: Values) -> list[Any]:
    trunk = keras.Model(network.input, network.get_layer("average").output)
    return [trunk(one[np.newaxis], training=False) for one in values]
