# SPDX-License-Identifier: Apache-2.0
"""CONV_2D, DEPTHWISE_CONV_2D and the pools on whole tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.engines.builtin.c_tables import byte_table, unsigned
from generator.engines.builtin.channels import FoldedConvolution
from generator.engines.builtin.fixed_point import INT8_MIN
from generator.engines.builtin.spec import Kernel, TensorCall
from generator.engines.builtin.tensor_kernels.scales import channel_table, range_text
from generator.engines.builtin.windows import window_of
from generator.model.options import ConvolutionOptions, PoolOptions, WindowOptions


def convolution_kernel(call: TensorCall[FoldedConvolution]) -> Kernel:
    """CONV_2D of any window, with any number of groups."""
    folded = call.folded
    outputs, rows, columns, depth = folded.weights.shape
    groups = call.tensor_in.shape[3] // depth
    weights = byte_table(call.name("weights"), _values(folded.kept_weights()))
    channels = channel_table(call.name("channels"), folded.channels, _input_sums(folded))
    dilation = call.operator.options_of(ConvolutionOptions).dilation
    layer = call.record(
        "struct tensor_convolution_layer",
        ("window", _window_text(call, (rows, columns), dilation)),
        *unsigned({"groups": groups, "group_inputs": depth, "group_outputs": outputs // groups}),
        ("input_zero", str(folded.input_zero + INT8_MIN)),
        ("weights", weights.name),
        ("channels", channels.name),
        ("range", _folded_range(folded)),
    )
    return Kernel(
        "tensor_convolution_s8",
        "tensor/convolution",
        "tensor/convolution",
        layer,
        (weights, channels),
    )


def depthwise_kernel(call: TensorCall[FoldedConvolution]) -> Kernel:
    """DEPTHWISE_CONV_2D of any window and multiplier."""
    folded = call.folded
    outputs, rows, columns, _ = folded.weights.shape
    inputs = call.tensor_in.shape[3]
    by_tap = np.moveaxis(folded.kept_weights()[:, :, :, 0], 0, 2)
    weights = byte_table(call.name("weights"), _values(by_tap))
    channels = channel_table(call.name("channels"), folded.channels, _input_sums(folded))
    dilation = call.operator.options_of(ConvolutionOptions).dilation
    layer = call.record(
        "struct tensor_depthwise_layer",
        ("window", _window_text(call, (rows, columns), dilation)),
        *unsigned({"inputs": inputs, "multiplier": outputs // inputs}),
        ("input_zero", str(folded.input_zero + INT8_MIN)),
        ("weights", weights.name),
        ("channels", channels.name),
        ("range", _folded_range(folded)),
    )
    return Kernel(
        "tensor_depthwise_s8", "tensor/depthwise", "tensor/depthwise", layer, (weights, channels)
    )


def max_pool_kernel(call: TensorCall[Any]) -> Kernel:
    """MAX_POOL_2D."""
    return _pool(call, "max_pool")


def average_pool_kernel(call: TensorCall[Any]) -> Kernel:
    """AVERAGE_POOL_2D."""
    return _pool(call, "average_pool")


def _pool(call: TensorCall[Any], name: str) -> Kernel:
    options = call.operator.options_of(PoolOptions)
    target = call.tensor_out.quantisation
    assert target
    layer = call.record(
        "struct tensor_pool_layer",
        ("window", _window_text(call, options.size, (1, 1))),
        *unsigned({"channels": call.tensor_in.shape[3]}),
        ("range", range_text(options.activation, target)),
    )
    return Kernel(f"tensor_{name}_s8", f"tensor/{name}", "tensor/pool", layer)


def _window_text(call: TensorCall[Any], size: tuple[int, int], dilation: tuple[int, int]) -> str:
    """The initialiser of a struct tensor_window."""
    options = call.operator.options_of(WindowOptions)
    source, target = call.tensor_in.shape, call.tensor_out.shape
    reach = tuple((one - 1) * step + 1 for one, step in zip(size, dilation, strict=True))
    window = window_of(source, (reach[0], reach[1]), options.stride, options.padding)
    pairs = (source[1:3], target[1:3], size, options.stride, dilation, window.before)
    return "{" + ", ".join(f"{{{one[0]}u, {one[1]}u}}" for one in pairs) + "}"


def _input_sums(folded: FoldedConvolution) -> list[int]:
    weights = folded.kept_weights().astype(np.int64)
    return [folded.input_zero * int(one.sum()) for one in weights]


def _folded_range(folded: FoldedConvolution) -> str:
    numbers = folded.range.zero, folded.range.lowest, folded.range.highest
    return "{" + ", ".join(str(one + INT8_MIN) for one in numbers) + "}"


def _values(weights: np.ndarray) -> list[int]:
    return [int(one) for one in weights.ravel()]
