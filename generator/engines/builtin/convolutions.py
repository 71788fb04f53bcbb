# SPDX-License-Identifier: Apache-2.0
"""What CONV_2D and DEPTHWISE_CONV_2D share of their windows."""

from __future__ import annotations

from generator.engines.builtin.c_tables import unsigned
from generator.engines.builtin.channels import FoldedConvolution
from generator.engines.builtin.constraints.windows import dilation_of, kernel_reach, kernel_size
from generator.engines.builtin.spec import RowCall
from generator.engines.builtin.windows import Window, round_up, window_of
from generator.model.graph import Graph, Operator
from generator.model.options import ConvolutionOptions

MOST_WINDOW_ROWS = 65535


def convolution_window(graph: Graph, operator: Operator) -> Window:
    """The window of a convolution's kernel on its input."""
    options = operator.options_of(ConvolutionOptions)
    shape = graph.tensor_in(operator).shape
    return window_of(shape, kernel_reach(graph, operator), options.stride, options.padding)


def window_fields(call: RowCall[FoldedConvolution]) -> tuple[tuple[str, str], ...]:
    """The fields of a convolution's struct conv_window; rows and columns are taps."""
    source, target = call.tensor_in, call.tensor_out
    rows, columns = kernel_size(call.graph, call.operator)
    return unsigned(
        {
            "rows": rows,
            "columns": columns,
            "channels": source.shape[3],
            "stride": call.window.stride[1],
            "left": call.window.before[1],
            "width_in": source.shape[2],
            "width_out": target.shape[2],
            "border": call.folded.input_zero,
            "inputs": round_up(rows * columns * source.shape[3], 2),
        }
    )


def is_dilated(operator: Operator) -> bool:
    """Whether a convolution's taps are apart."""
    return dilation_of(operator) != (1, 1)


def dilated_fields(call: RowCall[FoldedConvolution]) -> tuple[tuple[str, str], ...]:
    """The fields of a convolution's struct dilated_window."""
    window = ", ".join(f".{field} = {value}" for field, value in window_fields(call))
    row_step, column_step = dilation_of(call.operator)
    steps = unsigned({"row_step": row_step, "column_step": column_step})
    return ("window", f"{{{window}}}"), *steps


def reaches_too_far(graph: Graph, operator: Operator) -> str | None:
    """What keeps a convolution from taking rows: a stage counts those of its window in 16 bits."""
    rows, _ = kernel_reach(graph, operator)
    return None if rows <= MOST_WINDOW_ROWS else f"its window spans {rows} rows"
