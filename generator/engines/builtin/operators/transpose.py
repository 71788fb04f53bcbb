# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE: axes in another order. One at the input moves nothing once the graph is turned."""

from __future__ import annotations

from typing import Any

from generator.engines.builtin.constraints.tensors import constant_list, same_quantisation
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import (
    Selection,
    gather_kernel,
    permuted,
)
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


def constant_order(graph: Graph, operator: Operator) -> str | None:
    """TRANSPOSE must have a constant order of the axes.

    Give the model its input as (1, frames, bands, 1) and no TRANSPOSE is needed.
    """
    order = constant_list(graph, operator)
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    if order is None or sorted(order) != list(range(len(source.shape))):
        return f"its permutation is {order}"
    selection = permuted(source, order)
    if selection.shape != target.shape or not selection.box.is_walkable:
        return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
    return None


def _not_at_the_input(graph: Graph, operator: Operator) -> str | None:
    """It moves nothing if the graph was turned; the first such operator shows the patch's rows."""
    of_patch = (
        one
        for one in graph.operators
        if one.kind == "TRANSPOSE" and one.data_inputs == graph.inputs
    )
    if operator == next(of_patch, None) and constant_list(graph, operator) == (0, 1, 2, 3):
        return None
    return "only a TRANSPOSE of the input costs nothing"


def _selection(call: TensorCall[Any]) -> Selection:
    order = constant_list(call.graph, call.operator)
    assert order
    return permuted(call.tensor_in, order)


def _part(call: TensorCall[Any]) -> int | None:
    return 0 if _selection(call).is_contiguous else None


def _kernel(call: TensorCall[Any]) -> Kernel:
    return gather_kernel(call, _selection(call))


OPERATOR = BuiltinOperator(
    kind="TRANSPOSE",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((constant_order, same_quantisation),),
    on_rows=OnRows(refuses=_not_at_the_input, is_view=True),
    on_tensors=OnTensors(_kernel, part=_part),
)
