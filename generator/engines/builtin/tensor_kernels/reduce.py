# SPDX-License-Identifier: Apache-2.0
"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN over any axes of a whole tensor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from generator.engines.builtin.c_tables import Record, Table, int32_table, signed, unsigned
from generator.engines.builtin.fixed_point import (
    INT8_MAX,
    INT8_MIN,
    Multiplier,
    mean_multiplier,
)
from generator.engines.builtin.spec import Call, Collected, Kernel, TensorCall
from generator.engines.builtin.sum_steps import SumSteps
from generator.engines.builtin.tensor_kernels.boxes import Box, dense_strides, make_box
from generator.engines.builtin.tensor_kernels.scales import scale_text, whole_range_text
from generator.model.graph import Graph, Operator, Tensor


def reduction(tensor: Tensor, axes: Sequence[int]) -> tuple[Box, Box]:
    """The axes that stay and those that are reduced (not negative), as boxes in the tensor."""
    strides = dense_strides(tensor.shape)
    boxes = []
    for wanted in (False, True):
        chosen = [axis for axis in range(len(tensor.shape)) if (axis in axes) is wanted]
        boxes.append(
            make_box([tensor.shape[axis] for axis in chosen], [strides[axis] for axis in chosen])
        )
    return boxes[0], boxes[1]


def mean_kernel(call: TensorCall[Any], axes: Sequence[int]) -> Kernel:
    """MEAN."""
    source, target = call.tensor_in.quantisation, call.tensor_out.quantisation
    assert source and target
    count = math.prod(call.tensor_in.shape[axis] for axis in axes)
    return _sum(call, axes, mean_multiplier(source, target, count))


def steps_kernel(call: TensorCall[SumSteps], axes: Sequence[int]) -> Kernel:
    """SUM."""
    table = int32_table(call.name("least_sums"), call.folded.least_sums)
    layer = call.record(
        "struct tensor_reduce_steps_layer",
        ("reduction", _reduction_text(call.tensor_in, axes)),
        *signed({"lowest": call.folded.lowest}),
        *unsigned({"steps": table.count}),
        ("least_sums", table.name),
    )
    return _kernel("reduce_steps", layer, (table,))


def extreme_kernel(call: TensorCall[Any], axes: Sequence[int], sign: int) -> Kernel:
    """REDUCE_MAX (sign 1) and REDUCE_MIN (sign -1)."""
    layer = call.record(
        "struct tensor_reduce_extreme_layer",
        ("reduction", _reduction_text(call.tensor_in, axes)),
        ("sign", str(sign)),
    )
    return _kernel("reduce_extreme", layer)


def extreme_record(call: Call[Any], function: str, sign: int) -> Kernel:
    """The two halves of REDUCE_MAX and REDUCE_MIN over all rows and bands, as rows come."""
    _, _, pixels, channels = call.tensor_in.shape
    layer = call.record(
        "struct extreme_add_layer",
        *unsigned({"channels": channels, "pixels": pixels}),
        *signed({"sign": sign}),
    )
    return Kernel(function, "extreme_add", "extreme_add", layer)


def keeps_extremes(graph: Graph, operator: Operator, sign: int) -> Collected:
    """What is kept of the rows: the largest (sign 1) or smallest value of each channel so far."""
    channels = graph.tensor_in(operator).shape[3]
    return Collected("int8_t", channels, 1, 1, channels, INT8_MIN if sign > 0 else INT8_MAX)


def _sum(call: TensorCall[Any], axes: Sequence[int], multiplier: Multiplier) -> Kernel:
    source, target = call.tensor_in.quantisation, call.tensor_out.quantisation
    assert source and target
    count = math.prod(call.tensor_in.shape[axis] for axis in axes)
    layer = call.record(
        "struct tensor_reduce_sum_layer",
        ("reduction", _reduction_text(call.tensor_in, axes)),
        ("offset", str(-source.zero_point * count)),
        ("scale", scale_text(multiplier)),
        ("range", whole_range_text(target.zero_point)),
    )
    return _kernel("reduce_sum", layer)


def _kernel(name: str, layer: Record, tables: tuple[Table, ...] = ()) -> Kernel:
    path, shared = f"tensor/{name}", "tensor/reduce"
    return Kernel(f"tensor_{name}_s8", path, shared, layer, tables, helpers=(shared,))


def _reduction_text(tensor: Tensor, axes: Sequence[int]) -> str:
    kept, reduced = reduction(tensor, axes)
    return f"{{{kept.text}, {reduced.text}}}"
