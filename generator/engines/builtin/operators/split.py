# SPDX-License-Identifier: Apache-2.0
"""SPLIT: a tensor cut along an axis; parts that lie as one are no copies."""

from __future__ import annotations

from typing import Any

from generator.engines.builtin.constraints.joins import parts_fit
from generator.engines.builtin.constraints.tensors import constant_list
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import (
    Selection,
    gather_kernel,
    sliced,
)
from generator.model.graph import Graph, Operator


def _axis(graph: Graph, operator: Operator) -> int | None:
    axes = constant_list(graph, operator, 0)
    return axes[0] if axes and len(axes) == 1 else None


def _parts_fit(graph: Graph, operator: Operator) -> str | None:
    return parts_fit(graph, operator, _axis(graph, operator))


_parts_fit.__doc__ = parts_fit.__doc__


def _selection(call: TensorCall[Any]) -> Selection:
    graph, operator = call.graph, call.operator
    source = graph.tensors[operator.data_inputs[0]]
    rank = len(source.shape)
    axis = _axis(graph, operator)
    assert axis is not None
    before = sum(graph.tensors[index].shape[axis] for index in operator.outputs[: call.output])
    begins = [before if one == axis % rank else 0 for one in range(rank)]
    return sliced(source, begins, call.tensor_out.shape, [1] * rank)


def _part(call: TensorCall[Any]) -> int | None:
    selection = _selection(call)
    return selection.first if selection.is_contiguous else None


def _kernel(call: TensorCall[Any]) -> Kernel:
    return gather_kernel(call, _selection(call), call.output)


OPERATOR = BuiltinOperator(
    kind="SPLIT",
    shapes=any_shapes,
    inputs_needed=2,
    several_outputs=True,
    constraints=((_parts_fit,),),
    on_tensors=OnTensors(_kernel, part=_part),
)
