# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D: a filter a channel, whose outputs are columns for the product that follows."""

from __future__ import annotations

import numpy as np

from generator.constant_tables import packed
from generator.engines.builtin.c_tables import Table, byte_table, unsigned
from generator.engines.builtin.channels import FoldedConvolution, fold_convolution, requantise_table
from generator.engines.builtin.constraints.windows import convolution_tiers
from generator.engines.builtin.convolutions import (
    convolution_window,
    dilated_fields,
    is_dilated,
    reaches_too_far,
)
from generator.engines.builtin.products import products_of_depthwise
from generator.engines.builtin.scaled_filter import scaled_table
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    rows_to_rows,
)
from generator.engines.builtin.tensor_kernels.windows import depthwise_kernel
from generator.engines.builtin.windows import PIXELS_PER_BLOCK, round_up
from generator.model.graph import Graph, Operator
from generator.model.options import ConvolutionOptions

FAST_3X3 = {((1, 1), (1, 1)): "depthwise_3x3_s1", ((2, 2), (0, 1)): "depthwise_3x3_s2"}
"""The 3x3 windows that have a kernel of their own, by stride and border pixels left and right; the
rows above and below, however many, come from the ring."""

CHANNEL_3X3_BYTES = 20


def _multiplier(operator: Operator) -> int:
    return operator.options_of(ConvolutionOptions).depth_multiplier


def _channels_fit(graph: Graph, operator: Operator) -> bool:
    kernel = graph.tensor_in(operator, 1).shape
    inputs, outputs = graph.tensor_in(operator).shape[3], graph.tensor_out(operator).shape[3]
    return kernel[0] == 1 and kernel[3] == outputs == inputs * _multiplier(operator)


def _column_values(graph: Graph, operator: Operator) -> int:
    return graph.tensor_out(operator).shape[3]


def _fold(graph: Graph, operator: Operator) -> FoldedConvolution:
    weights = graph.tensor_in(operator, 1).int8_values()
    by_channel = np.moveaxis(weights, 3, 0).reshape(weights.shape[3], *weights.shape[1:3], 1)
    return fold_convolution(graph, operator, by_channel)


def fast_kernel(call: RowCall[FoldedConvolution]) -> str | None:
    """Name of the kernel for this window alone; None where only the general one will do."""
    width_in, width_out = call.tensor_in.shape[2], call.tensor_out.shape[2]
    fits = (
        _multiplier(call.operator) == 1
        and not is_dilated(call.operator)
        and width_out % PIXELS_PER_BLOCK == 0
        and width_in == width_out * call.window.stride[1]
        and call.folded.input_zero == 0
        and call.folded.range.is_plain_relu
    )
    window = call.window
    sides = window.before[1], window.after[1]
    return FAST_3X3.get((window.stride, sides)) if fits and window.size == (3, 3) else None


def _scaled_filters(call: RowCall[FoldedConvolution]) -> Table | None:
    """The channels for the scaled kernels; None where those will not do.

    They want a row of the tensor in every window.
    """
    rows = call.window.size[0]
    fits = fast_kernel(call) and call.window.before[0] < rows and call.window.after[0] < rows
    return scaled_table(call.name("parameters"), call.folded) if fits else None


def _reads_swapped(call: RowCall[FoldedConvolution]) -> bool:
    return _scaled_filters(call) is not None


def _takes_groups(graph: Graph, operator: Operator) -> bool:
    return _multiplier(operator) == 1


def _gather(call: RowCall[FoldedConvolution]) -> Kernel:
    if call.reads_swapped:
        return _scaled(call)
    fast = fast_kernel(call)
    return _general(call) if fast is None else _fast(call, fast)


def _sizes(call: RowCall[FoldedConvolution]) -> tuple[tuple[str, str], ...]:
    count = len(call.folded.channels)
    return unsigned(
        {
            "channels": call.channels_taken or count,
            "inputs": round_up(count, 2),
            "width_out": call.tensor_out.shape[2],
        }
    )


def _scaled(call: RowCall[FoldedConvolution]) -> Kernel:
    """The filter on pixels that lie as 0 2 1 3."""
    parameters = _scaled_filters(call)
    assert parameters
    layer = call.record(
        "struct depthwise_scaled_layer", *_sizes(call), ("parameters", parameters.name)
    )
    kernel = f"depthwise_scaled_s{call.window.stride[0]}"
    return Kernel(
        f"{kernel}_row_u8",
        kernel,
        "depthwise_scaled",
        layer,
        (parameters,),
        helpers=("depthwise_scaled_begin",),
    )


def _fast(call: RowCall[FoldedConvolution], kernel: str) -> Kernel:
    folded = call.folded
    count = len(folded.channels)
    lines, content = [], b""
    for rows, channel in zip(folded.kept_weights()[:, :, :, 0], folded.channels, strict=True):
        taps = ", ".join(f"TAPS({', '.join(str(int(tap)) for tap in row)})" for row in rows)
        lines.append(f"{{{{{taps}}}, {channel.requantise_text}}},")
        words = (packed("int8_t", (*row, 0)) for row in rows)
        content += b"".join(words) + channel.requantise_bytes
    parameters = Table(
        call.name("parameters"),
        "struct depthwise_3x3_channel",
        count,
        CHANNEL_3X3_BYTES * count,
        tuple(lines),
        content,
    )
    layer = call.record(
        "struct depthwise_3x3_layer", *_sizes(call), ("parameters", parameters.name)
    )
    return Kernel(f"{kernel}_row_u8", kernel, "depthwise_3x3", layer, (parameters,))


def _general(call: RowCall[FoldedConvolution]) -> Kernel:
    folded = call.folded
    taps = byte_table(call.name("taps"), [int(tap) for tap in folded.kept_weights().ravel()])
    requantise = requantise_table(call.name("requantise"), folded.channels)
    window = ", ".join(f".{field} = {value}" for field, value in dilated_fields(call))
    layer = call.record(
        "struct depthwise_any_layer",
        ("dilated", f"{{{window}}}"),
        *unsigned(
            {
                "multiplier": _multiplier(call.operator),
                "outputs": call.channels_taken or len(folded.channels),
            }
        ),
        ("taps", taps.name),
        ("requantise", requantise.name),
        ("range", folded.range.text),
    )
    kernel = "depthwise_any"
    return Kernel(f"{kernel}_row_u8", kernel, kernel, layer, (taps, requantise))


def _spread(call: RowCall[FoldedConvolution]) -> Kernel:
    _, _, pixels, channels = call.tensor_out.shape
    fields = {"channels": channels, "pixels": pixels, "channel_stride": call.channel_stride}
    layer = call.record("struct spread_layer", *unsigned(fields), prefix="spread")
    return Kernel("spread_columns_row_u8", "spread", "spread", layer)


OPERATOR = BuiltinOperator(
    kind="DEPTHWISE_CONV_2D",
    shapes=rows_to_rows,
    products=products_of_depthwise,
    inputs_needed=2,
    constraints=convolution_tiers(channel_axis=3, channels_fit=_channels_fit),
    fold=_fold,
    on_rows=OnRows(
        refuses=reaches_too_far,
        window=convolution_window,
        gather=_gather,
        product=_spread,
        column_values=_column_values,
        leaves_columns=True,
        takes_groups=_takes_groups,
        reads_swapped=_reads_swapped,
    ),
    on_tensors=OnTensors(depthwise_kernel),
)
