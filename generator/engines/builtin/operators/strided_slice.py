# SPDX-License-Identifier: Apache-2.0
"""STRIDED_SLICE: a part of a tensor, by steps, without the axes that it shrinks."""

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
    sliced,
)
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import StridedSliceOptions


def _bounds(graph: Graph, operator: Operator) -> Cut | None:
    """What it takes along each axis; None where that is not constant."""
    options = operator.options_of(StridedSliceOptions)
    lists = [constant_list(graph, operator, position) for position in (1, 2, 3)]
    begins, ends, steps = lists
    shape = graph.tensor_in(operator).shape
    if begins is None or ends is None or steps is None or 0 in steps:
        return None
    if not len(begins) == len(ends) == len(steps) <= len(shape):
        return None
    first, counts, strides = [0] * len(shape), list(shape), [1] * len(shape)
    for axis, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        bit = 1 << axis
        if options.shrink_axis_mask & bit:
            first[axis] = begin % shape[axis] if options.begin_mask & bit == 0 else 0
            counts[axis], strides[axis] = 1, 1
            continue
        taken = range(shape[axis])[
            slice(
                None if options.begin_mask & bit else begin,
                None if options.end_mask & bit else end,
                step,
            )
        ]
        first[axis], counts[axis], strides[axis] = taken.start, len(taken), step
    return Cut(tuple(first), tuple(counts), tuple(strides))


def constant_slice(graph: Graph, operator: Operator) -> str | None:
    """STRIDED_SLICE must have constant bounds, and neither an ellipsis nor new axes.

    Write the slice with one constant begin and end an axis.
    """
    options = operator.options_of(StridedSliceOptions)
    if options.ellipsis_mask or options.new_axis_mask or options.offset:
        return "it has an ellipsis, a new axis or an end counted from its begin"
    bounds = _bounds(graph, operator)
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if bounds is not None:
        kept = tuple(
            count
            for axis, count in enumerate(bounds.sizes)
            if not options.shrink_axis_mask & (1 << axis)
        )
        if kept == target:
            return None
    return f"{shape_text(source)} -> {shape_text(target)}"


def _cut(graph: Graph, operator: Operator) -> Cut:
    bounds = _bounds(graph, operator)
    assert bounds
    return bounds


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
    kind="STRIDED_SLICE",
    shapes=any_shapes,
    inputs_needed=4,
    constraints=((constant_slice, same_quantisation),),
    on_rows=OnRows(refuses=_refuses, combine=_combine),
    on_tensors=OnTensors(_kernel, part=_part),
)
