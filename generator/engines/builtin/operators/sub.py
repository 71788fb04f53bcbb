# SPDX-License-Identifier: Apache-2.0
"""SUB of two tensors."""

from __future__ import annotations

from generator.engines.builtin.constraints.weights import known_activation, sum_multiplier_below_one
from generator.engines.builtin.row_constants import constant_sum, one_is_constant
from generator.engines.builtin.row_pairs import same_shapes, sum_row_kernel
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.pairs import int8_constants, shapes_broadcast
from generator.engines.builtin.tensor_kernels.pairs import sum_kernel as kernel_of


def _kernel(call: TensorCall[None]) -> Kernel:
    return kernel_of(call, sign=-1)


def _combine(call: RowCall[None]) -> Kernel:
    if one_is_constant(call.graph, call.operator):
        return constant_sum(call, sign=-1)
    return sum_row_kernel(call, sign=-1)


OPERATOR = BuiltinOperator(
    kind="SUB",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((known_activation, int8_constants), (shapes_broadcast, sum_multiplier_below_one)),
    on_rows=OnRows(refuses=same_shapes, combine=_combine),
    on_tensors=OnTensors(_kernel, in_place=True),
)
