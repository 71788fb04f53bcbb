# SPDX-License-Identifier: Apache-2.0
"""MAX_POOL_2D and AVERAGE_POOL_2D on rows."""

from __future__ import annotations

from generator.engines.builtin.c_tables import unsigned
from generator.engines.builtin.channels import output_range
from generator.engines.builtin.spec import Kernel, RowCall
from generator.engines.builtin.windows import Window, window_of
from generator.model.graph import Graph, Operator
from generator.model.options import PoolOptions


def pool_window(graph: Graph, operator: Operator) -> Window:
    """The window of a pool on its input."""
    options = operator.options_of(PoolOptions)
    shape = graph.tensor_in(operator).shape
    return window_of(shape, options.size, options.stride, options.padding)


def pool_row_kernel(call: RowCall[None], name: str) -> Kernel:
    """The kernel `name` ("max_pool", "average_pool") and its record."""
    options = call.operator.options_of(PoolOptions)
    target = call.tensor_out.quantisation
    assert target
    _, _, pixels, channels = call.tensor_out.shape
    layer = call.record(
        "struct pool_layer",
        *unsigned(
            {
                "rows": options.size[0],
                "columns": options.size[1],
                "stride": options.stride[1],
                "left": call.window.before[1],
                "width_in": call.tensor_in.shape[2],
                "channels": channels,
                "pixels": pixels,
                "channel_stride": call.channel_stride,
            }
        ),
        ("range", output_range(options.activation, target).text),
    )
    return Kernel(f"{name}_combine_row_u8", name, "pool", layer)
