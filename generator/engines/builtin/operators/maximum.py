# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM: the larger of two values of one scale."""

from __future__ import annotations

from generator.engines.builtin.row_pairs import extreme_row_kernel, two_rows
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.pairs import (
    extreme_kernel,
    int8_constants,
    one_quantisation,
    shapes_broadcast,
)


def _kernel(call: TensorCall[None]) -> Kernel:
    return extreme_kernel(call, sign=1)


def _combine(call: RowCall[None]) -> Kernel:
    return extreme_row_kernel(call, sign=1)


OPERATOR = BuiltinOperator(
    kind="MAXIMUM",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((int8_constants,), (shapes_broadcast, one_quantisation)),
    on_rows=OnRows(refuses=two_rows, combine=_combine),
    on_tensors=OnTensors(_kernel, in_place=True),
)
