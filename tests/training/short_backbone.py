# SPDX-License-Identifier: Apache-2.0
"""The first layers of the backbone alone, for tests in which the network's depth plays no part.

TensorFlow's time goes into building graphs: it grows with the number of layers, hardly with data.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

LAYERS = 3
"""A convolution, and one separable convolution: a depthwise and a pointwise one."""


def shorten_backbone(put: Callable[[ModuleType, str, Any], None]) -> None:
    """Let training build networks of the first `LAYERS` layers; `put` is setattr, or a patch."""
    from training import layer_equalisation, network, relu_threshold

    short = network.BACKBONE[:LAYERS]
    for module in (layer_equalisation, network, relu_threshold):
        put(module, "BACKBONE", short)
