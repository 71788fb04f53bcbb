# SPDX-License-Identifier: Apache-2.0
"""SQUEEZE: the same memory with other axes."""

from __future__ import annotations

from generator.engines.builtin.constraints.tensors import same_count, same_quantisation
from generator.engines.builtin.spec import BuiltinOperator, OnTensors, any_shapes

OPERATOR = BuiltinOperator(
    kind="SQUEEZE",
    shapes=any_shapes,
    constraints=((same_count, same_quantisation),),
    on_tensors=OnTensors(),
)
