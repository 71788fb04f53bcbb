# SPDX-License-Identifier: Apache-2.0
"""SLICE: a box of a tensor."""

from __future__ import annotations

from typing import Any

from generator.engines.builtin.constraints.tensors import constant_list, same_quantisation
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
    one_after_another,
    sliced,
)
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


def _begins(graph: Graph, operator: Operator) -> tuple[int, ...]:
    begins = constant_list(graph, operator, 1)
    return begins if begins is not None else ()


def slice_inside(graph: Graph, operator: Operator) -> str | None:
    """SLICE must take a constant box that is within its input.

    Give begin and size as constants.
    """
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    begins, sizes = _begins(graph, operator), constant_list(graph, operator, 2)
    if sizes is None or not len(begins) == len(sizes) == len(source) == len(target):
        return f"{shape_text(source)} -> {shape_text(target)}"
    fits = all(
        begin >= 0 and begin + made <= length and size in (made, -1)
        for begin, size, made, length in zip(begins, sizes, target, source, strict=True)
    )
    return None if fits else f"{shape_text(begins)} and {shape_text(sizes)}"


def _cut(graph: Graph, operator: Operator) -> Cut:
    return one_after_another(_begins(graph, operator), graph.tensor_out(operator).shape)


def _selection(call: TensorCall[Any]) -> Selection:
    return sliced(call.tensor_in, _cut(call.graph, call.operator))


def _part(call: TensorCall[Any]) -> int | None:
    selection = _selection(call)
    return selection.first if selection.is_contiguous else None


def _kernel(call: TensorCall[Any]) -> Kernel:
    return gather_kernel(call, _selection(call), call.output)


def _refuses(graph: Graph, operator: Operator) -> str | None:
    source = graph.tensors[operator.data_inputs[0]]
    return cuts_rows(source, _cut(graph, operator), graph.tensor_out(operator))


def _combine(call: RowCall[Any]) -> Kernel:
    return cut_row_kernel(call, _cut(call.graph, call.operator))


OPERATOR = BuiltinOperator(
    kind="SLICE",
    shapes=any_shapes,
    inputs_needed=3,
    constraints=((slice_inside, same_quantisation),),
    on_rows=OnRows(refuses=_refuses, combine=_combine),
    on_tensors=OnTensors(_kernel, part=_part),
)
