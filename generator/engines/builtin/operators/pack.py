# SPDX-License-Identifier: Apache-2.0
"""PACK: tensors stacked along a new axis."""

from __future__ import annotations

from generator.engines.builtin.constraints.joins import all_int8, layers_fit
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import concatenate_kernel
from generator.model.graph import Graph, Operator
from generator.model.options import AxisOptions


def _layers_fit(graph: Graph, operator: Operator) -> str | None:
    return layers_fit(graph, operator, operator.options_of(AxisOptions).axis)


_layers_fit.__doc__ = layers_fit.__doc__


def _kernel(call: TensorCall[None]) -> Kernel:
    axis = call.operator.options_of(AxisOptions).axis % len(call.tensor_out.shape)
    return concatenate_kernel(call, axis, joins=False)


OPERATOR = BuiltinOperator(
    kind="PACK",
    shapes=any_shapes,
    constraints=((all_int8,), (_layers_fit,)),
    on_tensors=OnTensors(_kernel),
)
