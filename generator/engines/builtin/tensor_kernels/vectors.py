# SPDX-License-Identifier: Apache-2.0
"""Tables of functions of one value, and kernels on vectors that are run on each row of a tensor."""

from __future__ import annotations

from collections.abc import Sequence

from generator.engines.builtin.c_tables import byte_table, unsigned
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
