# SPDX-License-Identifier: Apache-2.0
"""RELU_0_TO_1, from a table of all 256 results."""

from __future__ import annotations

from generator.engines.builtin.byte_table import ByteTable, relu_table
from generator.engines.builtin.constraints.tensors import same_count
from generator.engines.builtin.look_ups import LOOKED_UP_ON_ROWS
from generator.engines.builtin.spec import BuiltinOperator, OnTensors, any_shapes
from generator.engines.builtin.tensor_kernels.vectors import look_up_kernel
from generator.model.graph import Graph, Operator


def _fold(graph: Graph, operator: Operator) -> ByteTable:
    source, target = graph.tensor_in(operator).quantisation, graph.tensor_out(operator).quantisation
    assert source and target
    return relu_table(source, target, 0.0, 1.0)


OPERATOR = BuiltinOperator(
    kind="RELU_0_TO_1",
    shapes=any_shapes,
    constraints=((same_count,),),
    fold=_fold,
    on_rows=LOOKED_UP_ON_ROWS,
    on_tensors=OnTensors(look_up_kernel, in_place=True),
)
