# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D: border pixels do not count."""

from __future__ import annotations

from generator.engines.builtin.constraints.pools import pool_tiers
from generator.engines.builtin.pools import pool_row_kernel, pool_window
from generator.engines.builtin.products import values_of_pool
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    rows_to_rows,
)
from generator.engines.builtin.tensor_kernels.windows import average_pool_kernel


def _combine(call: RowCall[None]) -> Kernel:
    return pool_row_kernel(call, "average_pool")


OPERATOR = BuiltinOperator(
    kind="AVERAGE_POOL_2D",
    shapes=rows_to_rows,
    products=values_of_pool,
    constraints=pool_tiers(),
    on_rows=OnRows(window=pool_window, combine=_combine),
    on_tensors=OnTensors(average_pool_kernel),
)
