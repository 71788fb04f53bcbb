# SPDX-License-Identifier: Apache-2.0
"""MUL of two tensors, or of a tensor and a constant."""

from __future__ import annotations

from generator.engines.builtin.constraints.weights import known_activation
from generator.engines.builtin.row_constants import constant_product, not_by_channel
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
from generator.engines.builtin.tensor_kernels.pairs import multiply_kernel as kernel_of


def _kernel(call: TensorCall[None]) -> Kernel:
    return kernel_of(call)


def _combine(call: RowCall[None]) -> Kernel:
    return constant_product(call)


OPERATOR = BuiltinOperator(
    kind="MUL",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((known_activation, int8_constants), (shapes_broadcast,)),
    on_rows=OnRows(refuses=not_by_channel, combine=_combine),
    on_tensors=OnTensors(_kernel, in_place=True),
)
