# SPDX-License-Identifier: Apache-2.0
"""A leading TRANSPOSE from (1, bands, frames, 1): frames arrive as rows anyway, nothing is run."""

from __future__ import annotations

from generator.engines.builtin.spec import BuiltinOperator, OnRows, rows_to_rows
from generator.model.constraints.tensors import constant_integers, shape_text
from generator.model.graph import Graph, Operator


def transpose_to_rows(graph: Graph, operator: Operator) -> str | None:
    """TRANSPOSE must come first and swap bands and frames: permutation (0, 2, 1, 3).

    Give the model its input as (1, frames, bands, 1) and no TRANSPOSE is needed.
    """
    order = constant_integers(graph.tensor_in(operator, 1))
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if operator.index != 0 or order != (0, 2, 1, 3):
        return f"it is operator {operator.index} with permutation {order}"
    turned = len(source) == 4 and target == (source[0], source[2], source[1], source[3])
    return None if turned else f"{shape_text(source)} -> {shape_text(target)}"


OPERATOR = BuiltinOperator(
    kind="TRANSPOSE",
    shapes=rows_to_rows,
    inputs_needed=2,
    constraints=((transpose_to_rows,),),
    listed_as="a leading TRANSPOSE",
    on_rows=OnRows(is_view=True),
)
