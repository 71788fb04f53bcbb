# SPDX-License-Identifier: Apache-2.0
"""SUM over any axes, held against LiteRT's usual kernel (docs/adr/0018)."""

from __future__ import annotations

import math

from generator.engines.builtin.constraints.reductions import axes_in_range, sum_in_range
from generator.engines.builtin.constraints.tensors import axes_of
from generator.engines.builtin.products import values_of_input
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.sum_steps import SumSteps, sum_steps
from generator.engines.builtin.tensor_kernels.reduce import steps_kernel
from generator.model.graph import Graph, Operator


def _fold(graph: Graph, operator: Operator) -> SumSteps:
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    axes = axes_of(graph, operator)
    assert source.quantisation and target.quantisation and axes is not None
    count = math.prod(source.shape[axis] for axis in axes)
    return sum_steps(source.quantisation, target.quantisation, count)


def _kernel(call: TensorCall[SumSteps]) -> Kernel:
    axes = axes_of(call.graph, call.operator)
    assert axes is not None
    return steps_kernel(call, axes)


OPERATOR = BuiltinOperator(
    kind="SUM",
    shapes=any_shapes,
    products=values_of_input,
    inputs_needed=2,
    constraints=((axes_in_range,), (sum_in_range,)),
    fold=_fold,
    on_tensors=OnTensors(_kernel),
)
