# SPDX-License-Identifier: Apache-2.0
"""SUB, MUL, MAXIMUM and MINIMUM of two rows, and PRELU with slopes of the channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.engines.builtin.c_tables import int32_table, signed, unsigned
from generator.engines.builtin.channels import OutputRange, output_range
from generator.engines.builtin.fixed_point import (
    INT8_MAX,
    INT8_MIN,
    add_scaling,
    product_multiplier,
    quotient_multiplier,
)
from generator.engines.builtin.row_constants import not_by_channel, one_is_constant
from generator.engines.builtin.spec import Kernel, RowCall
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator, Quantisation


def same_shapes(graph: Graph, operator: Operator) -> str | None:
    """What keeps an operator on two tensors, or one and a constant, from taking rows."""
    if one_is_constant(graph, operator):
        return not_by_channel(graph, operator)
    return two_rows(graph, operator)


def two_rows(graph: Graph, operator: Operator) -> str | None:
    """What keeps an operator on two tensors from taking rows: it needs two of one shape."""
    tensors = [graph.tensors[index] for index in (*operator.data_inputs, operator.outputs[0])]
    shapes = [one.shape for one in tensors]
    if len(tensors) == 3 and len(set(shapes)) == 1 and len(shapes[0]) == 4:
        return None
    return " and ".join(map(shape_text, shapes[:-1]))


def slopes_by_channel(graph: Graph, operator: Operator) -> str | None:
    """What keeps a PRELU from taking rows: slopes that differ along rows or bands."""
    source, alpha = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    fits = alpha.element_count in (1, alpha.shape[-1]) and source.shape[-1] % alpha.shape[-1] == 0
    if fits and len(source.shape) == 4:
        return None
    return f"its slopes are {shape_text(alpha.shape)}"


def _sizes(call: RowCall[Any]) -> tuple[tuple[str, str], ...]:
    _, _, pixels, channels = call.tensor_out.shape
    return unsigned({"channels": channels, "pixels": pixels, "channel_stride": call.channel_stride})


def _zeros_text(first: Quantisation, second: Quantisation) -> str:
    return f"{{{first.zero_point - INT8_MIN}, {second.zero_point - INT8_MIN}}}"


def sum_row_kernel(call: RowCall[Any], sign: int) -> Kernel:
    """ADD (sign 1) and SUB (sign -1)."""
    first, second, target = call.pair_quantisations
    scaling = add_scaling(first, second, target)
    layer = call.record(
        "struct add_layer",
        *_sizes(call),
        ("sign", str(sign)),
        ("zeros", _zeros_text(first, second)),
        ("multipliers", f"{{{scaling.first.mantissa}, {scaling.second.mantissa}}}"),
        ("shifts", f"{{{scaling.first.shift}, {scaling.second.shift}}}"),
        ("multiplier", str(scaling.result.mantissa)),
        ("shift", str(scaling.result.shift)),
        ("range", output_range(call.operator.activation, target).text),
    )
    return Kernel("add_combine_row_u8", "add", "add", layer)


def multiply_row_kernel(call: RowCall[Any]) -> Kernel:
    """MUL."""
    first, second, target = call.pair_quantisations
    scale = product_multiplier(first, second, target)
    layer = call.record(
        "struct multiply_rows_layer",
        *_sizes(call),
        ("zeros", _zeros_text(first, second)),
        *signed({"multiplier": scale.mantissa, "shift": scale.shift}),
        ("range", output_range(call.operator.activation, target).text),
    )
    return Kernel("multiply_rows_combine_row_u8", "multiply_rows", "pair_rows", layer)


def extreme_row_kernel(call: RowCall[Any], sign: int) -> Kernel:
    """MAXIMUM (sign 1) and MINIMUM (sign -1)."""
    layer = call.record("struct extreme_rows_layer", *_sizes(call), *signed({"sign": sign}))
    return Kernel("extreme_rows_combine_row_u8", "extreme_rows", "pair_rows", layer)


def prelu_row_kernel(call: RowCall[Any]) -> Kernel:
    """PRELU."""
    source, alpha, target = call.pair_quantisations
    values = call.graph.tensor_in(call.operator, 1).int8_values().ravel().astype(np.int64)
    channels = call.tensor_out.shape[-1]
    slopes = [int(one) for one in np.broadcast_to(values - alpha.zero_point, (channels,))]
    table = int32_table(call.name("slopes"), slopes)
    positive = quotient_multiplier(source, target)
    negative = product_multiplier(source, alpha, target)
    layer = call.record(
        "struct prelu_row_layer",
        *_sizes(call),
        ("zero", str(source.zero_point - INT8_MIN)),
        ("slopes", table.name),
        *signed(
            {
                "multiplier": positive.mantissa,
                "shift": positive.shift,
                "negative_multiplier": negative.mantissa,
                "negative_shift": negative.shift,
            }
        ),
        ("range", OutputRange(target.zero_point - INT8_MIN, 0, INT8_MAX - INT8_MIN).text),
    )
    return Kernel("prelu_row_combine_row_u8", "prelu_row", "prelu_row", layer, (table,))
