# SPDX-License-Identifier: Apache-2.0
"""ADD of two rows of equal number, from two rings, or of two whole tensors, broadcast."""

from __future__ import annotations

from dataclasses import dataclass

from generator.engines.builtin.c_tables import unsigned
from generator.engines.builtin.channels import OutputRange, output_range
from generator.engines.builtin.constraints.weights import known_activation
from generator.engines.builtin.fixed_point import INT8_MIN, AddScaling, add_scaling
from generator.engines.builtin.row_constants import (
    constant_sum,
    not_by_channel,
    one_is_constant,
)
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.pairs import (
    int8_constants,
    shapes_broadcast,
    sum_kernel,
)
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


@dataclass(frozen=True, slots=True)
class FoldedAdd:
    """The numbers of an ADD."""

    zeros: tuple[int, int]
    """The inputs' zero points, as unsigned bytes."""
    scaling: AddScaling
    range: OutputRange


def same_shapes(graph: Graph, operator: Operator) -> str | None:
    """What keeps an ADD from taking rows as they come."""
    if one_is_constant(graph, operator):
        return not_by_channel(graph, operator)
    shapes = [graph.tensors[index].shape for index in (*operator.data_inputs, operator.outputs[0])]
    if len(set(shapes)) == 1 and len(shapes[0]) == 4:
        return None
    return f"{shape_text(shapes[0])} + {shape_text(shapes[1])}"


def _fold(graph: Graph, operator: Operator) -> FoldedAdd:
    first, second = (graph.tensor_in(operator, position).quantisation for position in (0, 1))
    target = graph.tensor_out(operator).quantisation
    assert first and second and target
    return FoldedAdd(
        (first.zero_point - INT8_MIN, second.zero_point - INT8_MIN),
        add_scaling(first, second, target),
        output_range(operator.activation, target),
    )


def _combine(call: RowCall[FoldedAdd]) -> Kernel:
    if one_is_constant(call.graph, call.operator):
        return constant_sum(call, sign=1)
    _, _, pixels, channels = call.tensor_out.shape
    zeros, scaling = call.folded.zeros, call.folded.scaling
    layer = call.record(
        "struct add_layer",
        *unsigned({"channels": channels, "pixels": pixels, "channel_stride": call.channel_stride}),
        ("zeros", f"{{{zeros[0]}, {zeros[1]}}}"),
        ("multipliers", f"{{{scaling.first.mantissa}, {scaling.second.mantissa}}}"),
        ("shifts", f"{{{scaling.first.shift}, {scaling.second.shift}}}"),
        ("multiplier", str(scaling.result.mantissa)),
        ("shift", str(scaling.result.shift)),
        ("range", call.folded.range.text),
    )
    return Kernel("add_combine_row_u8", "add", "add", layer)


def _kernel(call: TensorCall[FoldedAdd]) -> Kernel:
    return sum_kernel(call, sign=1)


OPERATOR = BuiltinOperator(
    kind="ADD",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((known_activation, int8_constants), (shapes_broadcast,)),
    fold=_fold,
    on_rows=OnRows(refuses=same_shapes, combine=_combine),
    on_tensors=OnTensors(_kernel, in_place=True),
)
