# SPDX-License-Identifier: Apache-2.0
"""RESHAPE to a vector: of rows, which it collects (Flatten), or of what is a vector already."""

from __future__ import annotations

from generator.engines.builtin.c_tables import unsigned
from generator.engines.builtin.constraints.vectors import same_elements
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Collected,
    Kernel,
    OnRows,
    OnVectors,
    Place,
    RowCall,
    VectorCall,
    VectorStep,
    to_vector,
)
from generator.model.graph import Graph, Operator, Tensor


def _same_quantisation(source: Tensor, target: Tensor) -> bool:
    return source.quantisation == target.quantisation


def _collects(graph: Graph, operator: Operator) -> Collected:
    _, rows, pixels, channels = graph.tensor_in(operator).shape
    return Collected(
        member="flat",
        c_type="int8_t",
        count=rows * pixels * channels,
        item_bytes=1,
        rows_kept=rows,
        row_bytes=pixels * channels,
        is_vector=True,
    )


def _combine(call: RowCall[None]) -> Kernel:
    _, _, pixels, channels = call.tensor_in.shape
    fields = unsigned({"channels": channels, "pixels": pixels})
    layer = call.record("struct flatten_layer", *fields)
    return Kernel("flatten_collect_row_s8", "flatten", "flatten", layer)


def _step(call: VectorCall[None]) -> VectorStep:
    return VectorStep(call.tap())


OPERATOR = BuiltinOperator(
    kind="RESHAPE",
    places=(Place.END_OF_ROWS, Place.VECTORS),
    shapes=to_vector,
    constraints=((same_elements(_same_quantisation),),),
    listed_as="RESHAPE to a vector",
    on_rows=OnRows(combine=_combine, collects=_collects),
    on_vectors=OnVectors(_step),
)
