# SPDX-License-Identifier: Apache-2.0
"""VAR_HANDLE: a variable that keeps its value from one patch to the next."""

from __future__ import annotations

from generator.engines.builtin.constraints.variables import int8_variable, uniform_start
from generator.engines.builtin.spec import BuiltinOperator, OnTensors, any_shapes

OPERATOR = BuiltinOperator(
    kind="VAR_HANDLE",
    shapes=any_shapes,
    inputs_needed=0,
    computes=False,
    constraints=((int8_variable,), (uniform_start,)),
    on_tensors=OnTensors(),
)
