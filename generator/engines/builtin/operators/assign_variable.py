# SPDX-License-Identifier: Apache-2.0
"""ASSIGN_VARIABLE: a variable takes the value of a tensor."""

from __future__ import annotations

from generator.engines.builtin.constraints.variables import known_variable
from generator.engines.builtin.spec import Access, BuiltinOperator, OnTensors, any_shapes
from generator.engines.builtin.tensor_kernels.rearrange import copy_kernel

OPERATOR = BuiltinOperator(
    kind="ASSIGN_VARIABLE",
    shapes=any_shapes,
    inputs_needed=2,
    several_outputs=True,
    constraints=((known_variable,),),
    on_tensors=OnTensors(copy_kernel, variable=Access.WRITES),
)
