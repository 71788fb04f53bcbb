# SPDX-License-Identifier: Apache-2.0
"""Tables of functions of one value, and kernels on vectors that are run on each row of a tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator.engines.builtin.c_tables import byte_table, signed, unsigned
from generator.engines.builtin.fixed_point import SoftmaxScaling
from generator.engines.builtin.spec import Call, Kernel, TensorCall


def look_up_kernel(call: TensorCall[Sequence[int]]) -> Kernel:
    """A function of one int8 value; its table has the results for -128 to 127."""
    table = byte_table(call.name("table"), call.folded)
    layer = call.record(
        "struct tensor_look_up_layer",
        *unsigned({"count": call.tensor_out.element_count}),
        ("table", table.name),
    )
    return Kernel("tensor_look_up_s8", "tensor/look_up", "tensor/look_up", layer, (table,))


def each_row_kernel(call: Call[Any], vector: Kernel, inputs: int, outputs: int) -> Kernel:
    """A kernel on vectors as one on tensors: itself where there is one vector."""
    rows = call.tensor_out.element_count // outputs
    if rows == 1:
        return vector
    layer = call.record(
        "struct tensor_each_row_layer",
        *unsigned({"rows": rows, "inputs": inputs, "outputs": outputs}),
        ("kernel", vector.function),
        ("layer", f"&{vector.layer.name}"),
        prefix="rows",
    )
    path = "tensor/each_row"
    return Kernel("tensor_each_row_s8", path, path, layer, calls=(vector,))


def softmax_kernel(call: TensorCall[SoftmaxScaling], function: str, path: str) -> Kernel:
    """SOFTMAX or LOG_SOFTMAX along the last axis."""
    classes = call.tensor_in.shape[-1]
    layer = call.record(
        "struct softmax_layer",
        *unsigned({"classes": classes}),
        *signed(
            {
                "multiplier": call.folded.multiplier.mantissa,
                "left_shift": call.folded.multiplier.shift,
                "smallest_difference": call.folded.smallest_difference,
            }
        ),
    )
    return each_row_kernel(call, Kernel(function, path, path, layer), classes, classes)
