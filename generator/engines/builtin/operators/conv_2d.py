# SPDX-License-Identifier: Apache-2.0
"""CONV_2D: the window of each pixel is gathered into a column, then a matrix product."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from generator.engines.builtin.c_tables import Table, unsigned, word_table
from generator.engines.builtin.channels import (
    Channel,
    FoldedConvolution,
    accumulator_span,
    fold_convolution,
    requantise_table,
)
from generator.engines.builtin.constraints.windows import convolution_tiers
from generator.engines.builtin.convolutions import (
    convolution_window,
    dilated_fields,
    is_dilated,
    reaches_too_far,
    window_fields,
)
from generator.engines.builtin.fixed_point import INT8_MIN
from generator.engines.builtin.products import products_of_convolution
from generator.engines.builtin.scaled_filter import scaled_table
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    rows_to_rows,
)
from generator.engines.builtin.tensor_kernels.windows import convolution_kernel
from generator.engines.builtin.windows import PIXELS_PER_BLOCK, WHOLE_ROW, round_up
from generator.model.graph import Graph, Operator

SECOND_LIMIT = 1 << 23
"""256 times the doubled accumulator of a pair's second output fits in 32 bits."""

MOST_SECOND_SHIFT = 22
"""Its rounding, 2^(shift + 7), does as well."""

NO_CHANNEL = Channel(0, 0, 0, keeps_weights=False)


def _channels_fit(graph: Graph, operator: Operator) -> bool:
    kernel = graph.tensor_in(operator, 1).shape
    inputs, outputs = graph.tensor_in(operator).shape[3], graph.tensor_out(operator).shape[3]
    groups = inputs // max(kernel[3], 1)
    return kernel[3] * groups == inputs and kernel[0] == outputs and outputs % groups == 0


def _needs_whole_input(graph: Graph, operator: Operator) -> str | None:
    kernel, inputs = graph.tensor_in(operator, 1).shape, graph.tensor_in(operator).shape[3]
    if kernel[3] != inputs:
        return f"it has {inputs // kernel[3]} groups"
    return reaches_too_far(graph, operator)


def _column_values(graph: Graph, operator: Operator) -> int:
    return math.prod(graph.tensor_in(operator, 1).shape[1:])


def _takes_columns(graph: Graph, operator: Operator) -> bool:
    return convolution_window(graph, operator) == WHOLE_ROW


def _fold(graph: Graph, operator: Operator) -> FoldedConvolution:
    return fold_convolution(graph, operator, graph.tensor_in(operator, 1).int8_values())


def _scaled_filters(call: RowCall[FoldedConvolution]) -> Table | None:
    """The channels for the kernel of a single plane; None where that will not do."""
    fits = (
        call.tensor_in.shape[3] == 1
        and (call.window.size, call.window.stride) == ((3, 3), (2, 2))
        and call.window.before[1] <= 1
        and not is_dilated(call.operator)
        and call.tensor_out.shape[2] % PIXELS_PER_BLOCK == 0
        and len(call.folded.channels) % 2 == 0
    )
    return scaled_table(call.name("parameters"), call.folded) if fits else None


def _interleave(call: RowCall[FoldedConvolution]) -> Kernel:
    fields = unsigned(
        {
            "left": call.window.before[1],
            "width_in": call.tensor_in.shape[2],
            "width_out": call.tensor_out.shape[2],
            "border": call.folded.input_zero,
        }
    )
    layer = call.record("struct interleave_layer", *fields, prefix="window")
    return Kernel("interleave_rows_u8", "interleave_rows", "convolution_scaled", layer)


def _scaled_convolution(call: RowCall[FoldedConvolution], parameters: Table) -> Kernel:
    fields = unsigned(
        {
            "outputs": call.channels_made or len(call.folded.channels),
            "pixels": call.channel_stride,
            "channel_stride": call.channel_stride,
        }
    )
    layer = call.record("struct convolution_scaled_layer", *fields, ("parameters", parameters.name))
    source = "convolution_scaled_s2"
    function = f"{source}_swapped_row_u8" if call.makes_swapped else f"{source}_row_u8"
    return Kernel(function, source, "convolution_scaled", layer, (parameters,))


def _gather(call: RowCall[FoldedConvolution]) -> Kernel:
    if _scaled_filters(call):
        return _interleave(call)
    if is_dilated(call.operator):
        layer = call.record("struct dilated_window", *dilated_fields(call), prefix="window")
        source = "im2col_dilated"
        return Kernel(f"{source}_gather_row_u8", source, source, layer)
    layer = call.record("struct conv_window", *window_fields(call), prefix="window")
    return Kernel("im2col_gather_row_u8", "im2col", "im2col", layer)


def _product(call: RowCall[FoldedConvolution]) -> Kernel:
    folded = call.folded
    filters = _scaled_filters(call)
    if filters:
        return _scaled_convolution(call, filters)
    in_pairs = pairs_fit(folded)
    source = "pointwise_plain"
    if in_pairs:
        source = "pointwise_relu" if folded.range.is_plain_relu else "pointwise_linear"
    function = f"{source}_swapped" if call.makes_swapped else source
    outputs = round_up(len(folded.channels), 2)
    channels = [*folded.channels, NO_CHANNEL][:outputs]
    weights = word_table(call.name("weights"), pack_matrix(folded, in_pairs=in_pairs))
    requantise = requantise_table(call.name("requantise"), channels)
    layer = call.record(
        "struct pointwise_layer",
        *unsigned(
            {
                "inputs": round_up(_column_values(call.graph, call.operator), 2),
                "outputs": call.channels_made or outputs,
                "pixels": call.channel_stride,
                "channel_stride": call.channel_stride,
            }
        ),
        ("weights", weights.name),
        ("requantise", requantise.name),
        ("range", folded.range.text),
    )
    return Kernel(f"{function}_row_u8", source, "pointwise", layer, (weights, requantise))


def _pairs(folded: FoldedConvolution) -> NDArray[np.int64]:
    """The weights as [outputs / 2, 2, inputs], rounded up to even numbers by zeros."""
    weights = folded.kept_weights().astype(np.int64)
    matrix = weights.reshape(weights.shape[0], -1)
    matrix = np.pad(matrix, [(0, matrix.shape[0] % 2), (0, matrix.shape[1] % 2)])
    return matrix.reshape(matrix.shape[0] // 2, 2, matrix.shape[1])


def pairs_fit(folded: FoldedConvolution) -> bool:
    """Whether two outputs can share 16-bit weights in every pair (kernels/pointwise.h)."""
    pairs = _pairs(folded)
    a, b = pairs[:, 0], pairs[:, 1]
    if np.any((b == INT8_MIN) & (a < 0)):
        return False
    seconds = folded.channels[1::2]
    return all(
        one.shift <= MOST_SECOND_SHIFT
        and all(abs(2 * end) < SECOND_LIMIT for end in accumulator_span(weights, one.bias))
        for weights, one in zip(b, seconds, strict=False)  # zeros for the second of an odd one
    )


def pack_matrix(folded: FoldedConvolution, *, in_pairs: bool) -> list[int]:
    """Words of the matrix product, k fastest, n by two.

    `in_pairs`: halves (h k, h k+1) with h = a + 256 b for the weights a of output n and b of n+1;
    else bytes (n k, n+1 k, n k+1, n+1 k+1).
    """
    pairs = _pairs(folded)
    if in_pairs:
        halves = (pairs[:, 0] + 256 * pairs[:, 1]).astype("<i2")
        return [int(word) for word in halves.ravel().view("<u4")]
    steps = pairs.reshape(pairs.shape[0], 2, -1, 2).transpose(0, 2, 3, 1).astype(np.int8)
    return [int(word) for word in np.ascontiguousarray(steps).ravel().view("<u4")]


def _makes_swapped(call: RowCall[FoldedConvolution]) -> bool:
    if _scaled_filters(call):
        return True
    return bool(call.folded.range.is_plain_relu) and pairs_fit(call.folded)


OPERATOR = BuiltinOperator(
    kind="CONV_2D",
    shapes=rows_to_rows,
    products=products_of_convolution,
    inputs_needed=2,
    constraints=convolution_tiers(channel_axis=0, channels_fit=_channels_fit),
    fold=_fold,
    on_rows=OnRows(
        refuses=_needs_whole_input,
        window=convolution_window,
        gather=_gather,
        product=_product,
        column_values=_column_values,
        takes_columns=_takes_columns,
        makes_groups=True,
        makes_swapped=_makes_swapped,
    ),
    on_tensors=OnTensors(convolution_kernel),
)
