# SPDX-License-Identifier: Apache-2.0
"""REDUCE_MIN over any axes."""

from __future__ import annotations

from generator.engines.builtin.constraints.reductions import axes_in_range
from generator.engines.builtin.constraints.tensors import axes_of, same_quantisation
from generator.engines.builtin.products import values_of_input
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.reduce import extreme_kernel


def _kernel(call: TensorCall[None]) -> Kernel:
    axes = axes_of(call.graph, call.operator)
    assert axes is not None
    return extreme_kernel(call, axes, sign=-1)


OPERATOR = BuiltinOperator(
    kind="REDUCE_MIN",
    shapes=any_shapes,
    products=values_of_input,
    inputs_needed=2,
    constraints=((axes_in_range, same_quantisation),),
    on_tensors=OnTensors(_kernel),
)
