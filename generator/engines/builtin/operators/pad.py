# SPDX-License-Identifier: Apache-2.0
"""PAD: a border around a tensor."""

from __future__ import annotations

from generator.engines.builtin.constraints.pads import befores, borders_fit
from generator.engines.builtin.constraints.tensors import same_quantisation
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import pad_kernel


def _kernel(call: TensorCall[None]) -> Kernel:
    target = call.tensor_out.quantisation
    assert target
    return pad_kernel(call, befores(call.graph, call.operator), target.zero_point)


OPERATOR = BuiltinOperator(
    kind="PAD",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((borders_fit, same_quantisation),),
    on_tensors=OnTensors(_kernel),
)
