# SPDX-License-Identifier: Apache-2.0
"""MAX_POOL_2D."""

from __future__ import annotations

from generator.engines.builtin.constraints.pools import pool_tiers
from generator.engines.builtin.spec import BuiltinOperator, OnTensors, rows_to_rows
from generator.engines.builtin.tensor_kernels.windows import max_pool_kernel

OPERATOR = BuiltinOperator(
    kind="MAX_POOL_2D",
    shapes=rows_to_rows,
    constraints=pool_tiers(),
    on_tensors=OnTensors(max_pool_kernel),
)
