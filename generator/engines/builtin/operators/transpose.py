# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE: axes in another order. Frames arrive as rows anyway, so a leading one is free."""

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

BANDS_FIRST = (0, 2, 1, 3)


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
    if operator == graph.operators[0] and constant_list(graph, operator) == BANDS_FIRST:
        return None
    return "only a leading TRANSPOSE from (1, bands, frames, 1) costs nothing"


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
