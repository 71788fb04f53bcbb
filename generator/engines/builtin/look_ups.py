# SPDX-License-Identifier: Apache-2.0
"""Functions of one value on rows, from a table of all 256 results."""

from __future__ import annotations

from generator.engines.builtin.byte_table import ByteTable
from generator.engines.builtin.c_tables import byte_table, unsigned
from generator.engines.builtin.spec import Kernel, OnRows, RowCall
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


def _other_shape(graph: Graph, operator: Operator) -> str | None:
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if source == target and len(source) == 4:
        return None
    return f"{shape_text(source)} -> {shape_text(target)}"


def _combine(call: RowCall[ByteTable]) -> Kernel:
    _, _, pixels, channels = call.tensor_out.shape
    table = byte_table(call.name("table"), call.folded)
    layer = call.record(
        "struct look_up_layer",
        *unsigned({"channels": channels, "pixels": pixels, "channel_stride": call.channel_stride}),
        ("table", table.name),
    )
    return Kernel("look_up_combine_row_u8", "look_up", "look_up", layer, (table,))


LOOKED_UP_ON_ROWS = OnRows(refuses=_other_shape, combine=_combine)
"""How an operator whose `fold` is such a table takes rows."""
