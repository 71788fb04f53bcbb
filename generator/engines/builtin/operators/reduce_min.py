# SPDX-License-Identifier: Apache-2.0
"""REDUCE_MIN over any axes."""

from __future__ import annotations

from generator.engines.builtin.constraints.reductions import axes_in_range, not_all_rows_and_bands
from generator.engines.builtin.constraints.tensors import axes_of, same_quantisation
from generator.engines.builtin.products import values_of_input
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Collected,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.reduce import (
    extreme_kernel,
    extreme_record,
    keeps_extremes,
)
from generator.model.graph import Graph, Operator


def _kernel(call: TensorCall[None]) -> Kernel:
    axes = axes_of(call.graph, call.operator)
    assert axes is not None
    return extreme_kernel(call, axes, sign=-1)


def _reduces(graph: Graph, operator: Operator) -> Collected:
    return keeps_extremes(graph, operator, sign=-1)


def _combine(call: RowCall[None]) -> Kernel:
    return extreme_record(call, "extreme_add_row_u8", sign=-1)


def _finish(call: TensorCall[None]) -> Kernel:
    return extreme_record(call, "extreme_finish_s8", sign=-1)


OPERATOR = BuiltinOperator(
    kind="REDUCE_MIN",
    shapes=any_shapes,
    products=values_of_input,
    inputs_needed=2,
    constraints=((axes_in_range, same_quantisation),),
    on_rows=OnRows(refuses=not_all_rows_and_bands, combine=_combine, reduces=_reduces),
    on_tensors=OnTensors(_kernel, finish=_finish),
)
