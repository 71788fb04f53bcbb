# SPDX-License-Identifier: Apache-2.0
"""READ_VARIABLE: a variable itself, or a copy where it is written while that is needed."""

from __future__ import annotations

from generator.engines.builtin.constraints.variables import known_variable
from generator.engines.builtin.spec import Access, BuiltinOperator, OnTensors, any_shapes
from generator.engines.builtin.tensor_kernels.rearrange import copy_kernel

OPERATOR = BuiltinOperator(
    kind="READ_VARIABLE",
    shapes=any_shapes,
    inputs_needed=1,
    constraints=((known_variable,),),
    on_tensors=OnTensors(copy_kernel, variable=Access.READS),
)
