# SPDX-License-Identifier: Apache-2.0
"""CONV_2D: the window of each pixel is gathered into a column, then a matrix product."""

from __future__ import annotations

import math

import numpy as np

from generator.engines.builtin.c_tables import unsigned, word_table
from generator.engines.builtin.channels import (
    Channel,
    FoldedConvolution,
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
from generator.engines.builtin.products import products_of_convolution
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    rows_to_rows,
)
from generator.engines.builtin.tensor_kernels.windows import convolution_kernel
from generator.engines.builtin.windows import WHOLE_ROW, round_up
from generator.model.graph import Graph, Operator

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


def _gather(call: RowCall[FoldedConvolution]) -> Kernel:
    if is_dilated(call.operator):
        layer = call.record("struct dilated_window", *dilated_fields(call), prefix="window")
        source = "im2col_dilated"
        return Kernel(f"{source}_gather_row_u8", source, source, layer)
    layer = call.record("struct conv_window", *window_fields(call), prefix="window")
    return Kernel("im2col_gather_row_u8", "im2col", "im2col", layer)


def _product(call: RowCall[FoldedConvolution]) -> Kernel:
    folded = call.folded
    source = "pointwise_relu" if folded.range.is_plain_relu else "pointwise_linear"
    function = f"{source}_swapped" if call.makes_swapped else source
    outputs = round_up(len(folded.channels), 2)
    channels = [*folded.channels, NO_CHANNEL][:outputs]
    weights = word_table(call.name("weights"), pack_matrix(folded))
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


def pack_matrix(folded: FoldedConvolution) -> list[int]:
    """Words of the matrix product: halves (h k, h k+1) of outputs n, n+1, k fastest, n by two.

    h = (a + 128) + 256 b for the weights a of output n and b of n+1 (kernels/pointwise.h).
    """
    weights = folded.kept_weights().astype(np.int64)
    matrix = weights.reshape(weights.shape[0], -1)
    matrix = np.pad(matrix, [(0, matrix.shape[0] % 2), (0, matrix.shape[1] % 2)])
    both = (matrix[0::2] + 128) + 256 * matrix[1::2]
    words = both.astype("<i2").ravel().view("<u4")
    return [int(word) for word in words]


def _makes_swapped(call: RowCall[FoldedConvolution]) -> bool:
    return bool(call.folded.range.is_plain_relu)


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
