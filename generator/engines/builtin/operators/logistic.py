# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC: a probability for each class, looked up for each of the 256 logits that there are."""

from __future__ import annotations

from generator.engines.builtin.c_tables import byte_table, unsigned
from generator.engines.builtin.constraints.vectors import probabilities
from generator.engines.builtin.fixed_point import sigmoid_table
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.model.graph import Graph, Operator


def _fold(graph: Graph, operator: Operator) -> tuple[int, ...]:
    logits = graph.tensor_in(operator).quantisation
    assert logits
    return sigmoid_table(logits)


def _kernel(call: TensorCall[tuple[int, ...]]) -> Kernel:
    table = byte_table(call.name("sigmoid"), call.folded)
    classes = unsigned({"classes": call.tensor_in.element_count})
    layer = call.record("struct sigmoid_layer", *classes, ("scores", table.name))
    return Kernel("sigmoid_look_up_s8", "sigmoid", "sigmoid", layer, (table,))


OPERATOR = BuiltinOperator(
    kind="LOGISTIC",
    shapes=any_shapes,
    constraints=((probabilities,),),
    fold=_fold,
    on_tensors=OnTensors(_kernel, in_place=True),
)
