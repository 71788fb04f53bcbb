# SPDX-License-Identifier: Apache-2.0
"""From a layer's weights to what its kernel wants: zero points folded into the biases.

Inside the generated network a value is the stored int8 plus 128. A layer's input zero point is
folded into its biases, which is exact because border pixels hold the zero point too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from generator.constant_tables import packed
from generator.engines.builtin.c_tables import Table, wrapped
from generator.engines.builtin.fixed_point import (
    INT8_MIN,
    Multiplier,
    activation_range,
    convolution_multipliers,
    multiply,
)
from generator.model.graph import Graph, Operator, Quantisation
from generator.model.options import Activation

ChannelT = TypeVar("ChannelT")

BIAS_LIMIT = 1 << 26
"""Biases share a word with a five-bit shift."""

ACCUMULATOR_LIMIT = 1 << 30
"""The kernels double the accumulator in 32 bits."""

LARGEST_PIXEL = 255

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
    def text(self) -> str:
        """The initialiser of its struct output_range."""
        return f"{{{self.zero}, {self.lowest}, {self.highest}}}"

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
    def requantise_text(self) -> str:
        """The initialiser of the channel's struct requantise."""
        return f"REQUANTISE({self.mantissa}, {self.shift}, {self.bias})"

    @property
    def requantise_bytes(self) -> bytes:
        """What the compiler makes of it."""
        return packed("int32_t", (self.bias * 32 + self.shift, self.mantissa))


class ChannelsTooLargeError(Exception):
    """Channels whose numbers the kernels cannot hold; the text is the user's message."""

    def __init__(self, first: int, count: int) -> None:
        super().__init__(
            f"accumulator or bias of channel {first} is too large for 32 bits "
            f"({count} such channels)"
        )


@dataclass(frozen=True, slots=True)
class FoldedConvolution:
    """The numbers of a CONV_2D or DEPTHWISE_CONV_2D."""

    weights: NDArray[np.int8]
    """[output channel, window row, window column, input channel]; depthwise: [..., 1]."""
    channels: tuple[Channel, ...]
    input_zero: int
    """The input's zero point as an unsigned byte."""
    range: OutputRange

    def kept_weights(self) -> NDArray[np.int8]:
        """The weights, zero for constant channels."""
        keep = np.array([channel.keeps_weights for channel in self.channels])
        return np.where(keep[:, None, None, None], self.weights, 0).astype(np.int8)


def output_range(activation: Activation, target: Quantisation) -> OutputRange:
    """An output's zero point and fused clamp."""
    lowest, highest = activation_range(activation, target)
    return OutputRange(target.zero_point - INT8_MIN, lowest - INT8_MIN, highest - INT8_MIN)


def fold_convolution(
    graph: Graph, operator: Operator, weights: NDArray[np.int8]
) -> FoldedConvolution:
    """Fold the input's zero point into the biases and find each channel's parameters.

    `weights` are [output channel, window row, window column, input channel]. Raises
    ChannelsTooLargeError.
    """
    source, kernel = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    target = graph.tensor_out(operator)
    assert source.quantisation and kernel.quantisation and target.quantisation
    count = weights.shape[0]
    biases = biases_of(graph, operator, count)
    multipliers = convolution_multipliers(
        source.quantisation, kernel.quantisation, target.quantisation, count
    )
    output = output_range(operator.activation, target.quantisation)
    input_zero = source.quantisation.zero_point - INT8_MIN
    channels = [
        fold_channel(weights[index].ravel(), biases[index], multipliers[index], input_zero, output)
        for index in range(count)
    ]
    return FoldedConvolution(weights, all_that_fit(channels), input_zero, output)


def all_that_fit(channels: Sequence[ChannelT | None]) -> tuple[ChannelT, ...]:
    """The channels; raises ChannelsTooLargeError where one is None, because it does not fit."""
    fitting = tuple(channel for channel in channels if channel is not None)
    if len(fitting) < len(channels):
        raise ChannelsTooLargeError(channels.index(None), len(channels) - len(fitting))
    return fitting


def biases_of(graph: Graph, operator: Operator, count: int) -> list[int]:
    """The operator's biases; zeros where it has none."""
    if len(operator.inputs) < 3 or operator.inputs[2] < 0:
        return [0] * count
    return [int(value) for value in graph.tensor_in(operator, 2).int32_values()]


def accumulator_span(weights: NDArray[np.int64], bias: int) -> tuple[int, int]:
    """The least and the most that a channel's accumulator is over all inputs."""
    least, most = (int(weights[side].sum()) for side in (weights < 0, weights > 0))
    return bias + LARGEST_PIXEL * least, bias + LARGEST_PIXEL * most


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
    least, most = accumulator_span(wide, folded)
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


def requantise_table(name: str, channels: Sequence[Channel]) -> Table:
    """The table of the channels' ways to the output."""
    lines = wrapped(channel.requantise_text for channel in channels)
    content = b"".join(channel.requantise_bytes for channel in channels)
    return Table(name, "struct requantise", len(channels), len(content), lines, content)
