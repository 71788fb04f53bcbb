# SPDX-License-Identifier: Apache-2.0
"""MUL of two tensors, or of a tensor and a constant."""

from __future__ import annotations

from generator.engines.builtin.constraints.weights import known_activation
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.pairs import int8_constants, shapes_broadcast
from generator.engines.builtin.tensor_kernels.pairs import multiply_kernel as kernel_of


def _kernel(call: TensorCall[None]) -> Kernel:
    return kernel_of(call)


OPERATOR = BuiltinOperator(
    kind="MUL",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((known_activation, int8_constants), (shapes_broadcast,)),
    on_tensors=OnTensors(_kernel, in_place=True),
)
