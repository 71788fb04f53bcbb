# SPDX-License-Identifier: Apache-2.0
"""Initialisers of the C records of range.h."""

from __future__ import annotations

from collections.abc import Sequence

from generator.constant_tables import packed
from generator.engines.builtin.c_tables import Table, wrapped
from generator.engines.builtin.channels import Channel
from generator.engines.builtin.fixed_point import (
    INT8_MAX,
    INT8_MIN,
    Multiplier,
    activation_range,
)
from generator.model.graph import Quantisation
from generator.model.options import Activation

CHANNEL_BYTES = 12


def scale_text(multiplier: Multiplier) -> str:
    """The initialiser of a struct tensor_scale."""
    return f"{{{multiplier.mantissa}, {multiplier.shift}}}"


def range_text(activation: Activation, target: Quantisation) -> str:
    """The initialiser of the struct tensor_range of an output with a fused activation."""
    lowest, highest = activation_range(activation, target)
    return f"{{{target.zero_point}, {lowest}, {highest}}}"


def whole_range_text(zero_point: int) -> str:
    """The same where nothing but int8 itself clamps."""
    return f"{{{zero_point}, {INT8_MIN}, {INT8_MAX}}}"


def channel_table(name: str, channels: Sequence[Channel], input_sums: Sequence[int]) -> Table:
    """The struct tensor_channel of each output of a convolution.

    `input_sums`: what folding the input's zero point has taken from each bias, to be given back,
    since these kernels leave out border pixels and subtract the zero point from each value.
    """
    lines = wrapped(
        f"{{{channel.bias + taken}, {{{channel.mantissa}, {-channel.shift}}}}}"
        for channel, taken in zip(channels, input_sums, strict=True)
    )
    content = b"".join(
        packed("int32_t", (channel.bias + taken, channel.mantissa, -channel.shift))
        for channel, taken in zip(channels, input_sums, strict=True)
    )
    count = len(channels)
    return Table(name, "struct tensor_channel", count, CHANNEL_BYTES * count, lines, content)
