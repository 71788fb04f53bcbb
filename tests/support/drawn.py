# SPDX-License-Identifier: Apache-2.0
"""Random shapes and zero points for models of one operator."""

from __future__ import annotations

import numpy as np
import tflite

Activation = tflite.ActivationFunctionType
ACTIVATIONS = (Activation.NONE, Activation.RELU, Activation.RELU6, Activation.RELU_N1_TO_1)
Random = np.random.Generator
Shape = tuple[int, ...]


def drawn(random: Random, low: int, high: int) -> int:
    """A number between two, both included."""
    return int(random.integers(low, high + 1))


def shape_of(random: Random, rank: int, largest: int = 6) -> Shape:
    return tuple(drawn(random, 1, largest) for _ in range(rank))


def zero_of(random: Random) -> int:
    return drawn(random, -128, 127)
