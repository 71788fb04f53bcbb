# SPDX-License-Identifier: Apache-2.0
"""UNPACK: a tensor taken apart along an axis; parts that lie as one are no copies."""

from __future__ import annotations

from typing import Any

from generator.engines.builtin.constraints.joins import slices_fit
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
    one_after_another,
    sliced,
)
from generator.model.graph import Graph, Operator
from generator.model.options import AxisOptions


def _slices_fit(graph: Graph, operator: Operator) -> str | None:
    return slices_fit(graph, operator, operator.options_of(AxisOptions).axis)


_slices_fit.__doc__ = slices_fit.__doc__


def _selection(call: TensorCall[Any]) -> Selection:
    source = call.tensor_in
    rank = len(source.shape)
    axis = call.operator.options_of(AxisOptions).axis % rank
    begins = [call.output if one == axis else 0 for one in range(rank)]
    sizes = [1 if one == axis else source.shape[one] for one in range(rank)]
    return sliced(source, one_after_another(begins, sizes))


def _part(call: TensorCall[Any]) -> int | None:
    selection = _selection(call)
    return selection.first if selection.is_contiguous else None


def _kernel(call: TensorCall[Any]) -> Kernel:
    return gather_kernel(call, _selection(call), call.output)


OPERATOR = BuiltinOperator(
    kind="UNPACK",
    shapes=any_shapes,
    several_outputs=True,
    constraints=((_slices_fit,),),
    on_tensors=OnTensors(_kernel, part=_part),
)
