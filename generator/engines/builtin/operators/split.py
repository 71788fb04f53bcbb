# SPDX-License-Identifier: Apache-2.0
"""SPLIT: a tensor cut along an axis; parts that lie as one are no copies."""

from __future__ import annotations

from typing import Any

from generator.engines.builtin.constraints.joins import parts_fit
from generator.engines.builtin.constraints.tensors import constant_list
from generator.engines.builtin.row_moves import cut_row_kernel, cuts_rows
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import (
    Cut,
    Selection,
    gather_kernel,
    part_along,
    sliced,
)
from generator.model.graph import Graph, Operator


def _axis(graph: Graph, operator: Operator) -> int | None:
    axes = constant_list(graph, operator, 0)
    return axes[0] if axes and len(axes) == 1 else None


def _parts_fit(graph: Graph, operator: Operator) -> str | None:
    return parts_fit(graph, operator, _axis(graph, operator))


_parts_fit.__doc__ = parts_fit.__doc__


def _cut(graph: Graph, operator: Operator, output: int = 0) -> Cut:
    axis = _axis(graph, operator)
    assert axis is not None
    return part_along(graph, operator, axis, output)


def _selection(call: TensorCall[Any]) -> Selection:
    source = call.graph.tensors[call.operator.data_inputs[0]]
    return sliced(source, _cut(call.graph, call.operator, call.output))


def _part(call: TensorCall[Any]) -> int | None:
    selection = _selection(call)
    return selection.first if selection.is_contiguous else None


def _kernel(call: TensorCall[Any]) -> Kernel:
    return gather_kernel(call, _selection(call), call.output)


def _refuses(graph: Graph, operator: Operator) -> str | None:
    source = graph.tensors[operator.data_inputs[0]]
    return cuts_rows(source, _cut(graph, operator), graph.tensor_out(operator))


def _combine(call: RowCall[Any]) -> Kernel:
    return cut_row_kernel(call, _cut(call.graph, call.operator, call.output))


OPERATOR = BuiltinOperator(
    kind="SPLIT",
    shapes=any_shapes,
    inputs_needed=2,
    several_outputs=True,
    constraints=((_parts_fit,),),
    on_rows=OnRows(refuses=_refuses, combine=_combine),
    on_tensors=OnTensors(_kernel, part=_part),
)
