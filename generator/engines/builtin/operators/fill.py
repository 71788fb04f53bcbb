# SPDX-License-Identifier: Apache-2.0
"""FILL: the first state of a recurrent layer that was unrolled where the batch is not fixed."""

from __future__ import annotations

from generator.engines.builtin.c_tables import signed, unsigned
from generator.engines.builtin.constraints.tensors import constant_list
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


def constant_fill(graph: Graph, operator: Operator) -> str | None:
    """FILL must have a constant shape and one constant int8 value of the output's scale.

    Fix the batch size to 1 before conversion, and the converter folds it.
    """
    value, target = graph.tensor_in(operator, 1), graph.tensor_out(operator)
    if constant_list(graph, operator, 0) != target.shape:
        return f"its shape is {shape_text(target.shape)}, not constant"
    if value.dtype != "INT8" or value.data is None or value.element_count != 1:
        return f"tensor {value.index} is {value.dtype} {shape_text(value.shape)}"
    same = value.quantisation == target.quantisation
    return None if same else f"tensor {value.index} has another scale or zero point"


def _kernel(call: TensorCall[None]) -> Kernel:
    value = int(call.graph.tensor_in(call.operator, 1).int8_values().ravel()[0])
    layer = call.record(
        "struct tensor_fill_layer",
        *unsigned({"count": call.tensor_out.element_count}),
        *signed({"value": value}),
    )
    return Kernel("tensor_fill_s8", "tensor/fill", "tensor/fill", layer)


OPERATOR = BuiltinOperator(
    kind="FILL",
    shapes=any_shapes,
    inputs_needed=2,
    makes_constants=True,
    constraints=((constant_fill,),),
    on_tensors=OnTensors(_kernel),
)
