# SPDX-License-Identifier: Apache-2.0
"""From a layer's weights to what its kernel wants: zero points folded, channels packed.

Inside the generated network a value is the stored int8 plus 128. A layer's input zero point is
folded into its biases, which is exact because border pixels hold the zero point too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generator.engines.builtin.fixed_point import (
    INT8_MIN,
    Multiplier,
    WideMultiplier,
    activation_range,
    convolution_multipliers,
    dense_scales,
    multiply,
    wide_multiplier,
)
from generator.errors import Fault

if TYPE_CHECKING:
    from generator.engines.builtin.schedule import Schedule
    from generator.model.graph import Graph, Operator

BIAS_LIMIT = 1 << 26
"""Biases share a word with a five-bit shift."""

ACCUMULATOR_LIMIT = 1 << 30
"""The kernels double the accumulator in 32 bits."""

SUM_LIMIT = (1 << 31) - 1
"""FULLY_CONNECTED does not double."""

LARGEST_SHIFT = 31
HALF = Multiplier(1 << 30, 0)
"""The real number one half, without a second rounding."""


@dataclass(frozen=True, slots=True)
class OutputRange:
    """An output's zero point and clamp, in unsigned bytes."""

    zero: int
    lowest: int
    highest: int

    @property
    def is_plain_relu(self) -> bool:
        """Zero is the lowest value and nothing but the byte's own range clamps."""
        return (self.zero, self.lowest, self.highest) == (0, 0, 255)


@dataclass(frozen=True, slots=True)
class Channel:
    """One output channel: its accumulator's start and its way to the output."""

    bias: int
    mantissa: int
    shift: int
    """To the right, 0..31."""
    keeps_weights: bool
    """False where the output is constant: the weights are replaced by zeros."""

    @property
    def bias_and_shift(self) -> int:
        """Both in one word, as struct requantise wants them."""
        return self.bias * 32 + self.shift


@dataclass(frozen=True, slots=True)
class Layer:
    """A CONV_2D or DEPTHWISE_CONV_2D, ready to be packed."""

    weights: NDArray[np.int8]
    """[output channel, window row, window column, input channel]; depthwise: [..., 1]."""
    channels: tuple[Channel | None, ...]
    """None: this channel's numbers do not fit the kernels."""
    input_zero: int
    """The input's zero point as an unsigned byte."""
    range: OutputRange


def range_faults(schedule: Schedule) -> list[Fault]:
    """One fault for each layer with channels whose numbers the kernels cannot hold."""
    graph = schedule.graph
    faults: list[Fault] = []
    for operator in graph.operators:
        if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            fits = [channel is not None for channel in fold_layer(graph, operator).channels]
        elif operator.kind == "FULLY_CONNECTED":
            fits = [
                multiplier is not None for multiplier in fold_dense(graph, operator).multipliers
            ]
        else:
            continue
        if not all(fits):
            what = (
                f"accumulator or bias of channel {fits.index(False)} is too large for 32 bits "
                f"({fits.count(False)} such channels)"
            )
            remedy = "calibrate with more representative data, or narrow the layer"
            faults.append(Fault(str(operator), what, remedy))
    return faults


@dataclass(frozen=True, slots=True)
class DenseLayer:
    """A FULLY_CONNECTED, ready to be printed."""

    weights: NDArray[np.int8]
    """[output, input]."""
    biases: tuple[int, ...]
    """With the input's zero point folded in."""
    multipliers: tuple[WideMultiplier | None, ...]
    """None: this output's numbers do not fit the kernel."""
    zero_point: int
    lowest: int
    highest: int


def fold_dense(graph: Graph, operator: Operator) -> DenseLayer:
    """Fold the input's zero point into the biases and find each output's multiplier."""
    source, kernel = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    target = graph.tensor_out(operator)
    assert source.quantisation and kernel.quantisation and target.quantisation
    weights = kernel.int8_values()
    wide = weights.astype(np.int64)
    folds = wide.sum(axis=1) * source.quantisation.zero_point
    biases = [
        bias - int(fold)
        for bias, fold in zip(biases_of(graph, operator, len(weights)), folds, strict=True)
    ]
    reals = dense_scales(
        source.quantisation, kernel.quantisation, target.quantisation, len(weights)
    )
    reaches = [
        abs(bias) + 128 * int(row) for bias, row in zip(biases, abs(wide).sum(1), strict=True)
    ]
    multipliers = tuple(
        wide_multiplier(real, reach) if reach < SUM_LIMIT else None
        for real, reach in zip(reals, reaches, strict=True)
    )
    lowest, highest = activation_range(operator.dense_options.activation, target.quantisation)
    return DenseLayer(
        weights, tuple(biases), multipliers, target.quantisation.zero_point, lowest, highest
    )


def fold_layer(graph: Graph, operator: Operator) -> Layer:
    """Fold the input's zero point into the biases and find each channel's parameters."""
    options = operator.window_options
    source, kernel = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    target = graph.tensor_out(operator)
    assert source.quantisation and kernel.quantisation and target.quantisation
    weights = kernel.int8_values()
    if operator.kind == "DEPTHWISE_CONV_2D":
        weights = np.moveaxis(weights, 3, 0).reshape(weights.shape[3], *weights.shape[1:3], 1)
    count = weights.shape[0]
    biases = biases_of(graph, operator, count)
    multipliers = convolution_multipliers(
        source.quantisation, kernel.quantisation, target.quantisation, count
    )
    lowest, highest = activation_range(options.activation, target.quantisation)
    output = OutputRange(
        target.quantisation.zero_point - INT8_MIN, lowest - INT8_MIN, highest - INT8_MIN
    )
    input_zero = source.quantisation.zero_point - INT8_MIN
    channels = tuple(
        fold_channel(weights[index].ravel(), biases[index], multipliers[index], input_zero, output)
        for index in range(count)
    )
    return Layer(weights, channels, input_zero, output)


def biases_of(graph: Graph, operator: Operator, count: int) -> list[int]:
    """The operator's biases; zeros where it has none."""
    if len(operator.inputs) < 3 or operator.inputs[2] < 0:
        return [0] * count
    return [int(value) for value in graph.tensor_in(operator, 2).int32_values()]


def fold_channel(
    weights: NDArray[np.int8],
    bias: int,
    multiplier: Multiplier,
    input_zero: int,
    output: OutputRange,
) -> Channel | None:
    """A channel's parameters, or None where they do not fit the kernels' 32 bits.

    A channel whose output is one constant over all inputs (a dead one, often with extreme numbers)
    gets zero weights and that constant.
    """
    wide = weights.astype(np.int64)
    folded = bias - input_zero * int(wide.sum())
    least = folded + 255 * int(wide[wide < 0].sum())
    most = folded + 255 * int(wide[wide > 0].sum())
    if (
        -BIAS_LIMIT <= folded < BIAS_LIMIT
        and least > -ACCUMULATOR_LIMIT
        and most < ACCUMULATOR_LIMIT
        and -LARGEST_SHIFT <= multiplier.shift <= 0
    ):
        return Channel(folded, multiplier.mantissa, -multiplier.shift, keeps_weights=True)

    def result(accumulator: int) -> int:
        value = multiply(accumulator, multiplier) + output.zero
        return min(max(value, output.lowest), output.highest)

    if result(least) != result(most):
        return None
    constant = 2 * (result(least) - output.zero)
    return Channel(constant, HALF.mantissa, HALF.shift, keeps_weights=False)


def kept_weights(layer: Layer) -> NDArray[np.int8]:
    """The weights, zero for constant channels."""
    keep = np.array([channel is not None and channel.keeps_weights for channel in layer.channels])
    return np.where(keep[:, None, None, None], layer.weights, 0).astype(np.int8)


def pack_matrix(layer: Layer) -> list[int]:
    """Words of the matrix product: bytes (n k, n+1 k, n k+1, n+1 k+1), k fastest, n by two."""
    weights = kept_weights(layer)
    matrix = weights.reshape(weights.shape[0], -1)
    matrix = np.pad(matrix, [(0, matrix.shape[0] % 2), (0, matrix.shape[1] % 2)])
    pairs = matrix.reshape(matrix.shape[0] // 2, 2, matrix.shape[1] // 2, 2)
    words = np.ascontiguousarray(pairs.transpose(0, 2, 3, 1)).ravel().view("<u4")
    return [int(word) for word in words]


def pack_3x3(layer: Layer) -> list[tuple[int, ...]]:
    """Each channel's three words of the 3x3 depthwise kernels: bytes (left, middle, right, 0)."""
    taps = kept_weights(layer)[:, :, :, 0]
    words = np.ascontiguousarray(np.pad(taps, [(0, 0), (0, 0), (0, 1)])).view("<u4")
    return [tuple(int(word) for word in channel.ravel()) for channel in words]
