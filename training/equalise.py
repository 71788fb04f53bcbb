# SPDX-License-Identifier: Apache-2.0
"""The last layer's channels, brought to one size before they are quantised.

After the global average all channels of a patch share one int8 scale, and so do all weights of the
dense head. A channel that rarely speaks has small averages, hence few int8 steps, and large weights
in the head, hence coarse steps for all the others. A ReLU passes a positive factor through: what
the convolution is multiplied by, the head is divided by, and the network in float is the same.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.network import BACKBONE, HEAD_NAME
from training.probe import Values

FLOOR = 0.05
"""Of the mean spread, added to each: a channel that is all but silent is not blown up."""


def equalise_last(network: Any, values: Values) -> Values:
    """Give each channel of the global average about the same spread over `values`, in place.

    `values`: float32 [patches, frames, bands, 1], nepers. Returns the factors, float32 [channels].
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
