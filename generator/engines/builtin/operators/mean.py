# SPDX-License-Identifier: Apache-2.0
"""MEAN over rows and bands: rows are summed as they come, the end of the rows."""

from __future__ import annotations

from generator.engines.builtin.c_tables import signed, unsigned
from generator.engines.builtin.fixed_point import INT8_MIN, Multiplier, mean_multiplier
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Call,
    Collected,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    from_rows,
)
from generator.model.constraints.tensors import constant_integers, shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import ReduceOptions

MOST_SUMMED = (1 << 31) // 256
SUM_BYTES = 4


def mean_over_rows_and_bands(graph: Graph, operator: Operator) -> str | None:
    """MEAN must average over rows and bands: axes (1, 2).

    Use GlobalAveragePooling2D.
    """
    axes = constant_integers(graph.tensor_in(operator, 1))
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if axes is None or sorted(axis % 4 for axis in axes) != [1, 2]:
        return f"its axes are {axes}"
    keeps = operator.options_of(ReduceOptions).keep_dims
    if target != ((1, 1, 1, source[3]) if keeps else (1, source[3])):
        return f"{shape_text(source)} -> {shape_text(target)}"
    count = source[1] * source[2]
    return None if count < MOST_SUMMED else f"{count} elements overflow the sum"


def _reduces(graph: Graph, operator: Operator) -> Collected:
    channels = graph.tensor_in(operator).shape[3]
    return Collected(
        c_type="int32_t",
        count=channels,
        item_bytes=SUM_BYTES,
        rows_kept=1,
        row_bytes=SUM_BYTES * channels,
    )


def _fold(graph: Graph, operator: Operator) -> Multiplier:
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    assert source.quantisation and target.quantisation
    count = source.shape[1] * source.shape[2]
    return mean_multiplier(source.quantisation, target.quantisation, count)


def _kernel(call: Call[Multiplier], function: str) -> Kernel:
    source, target = call.tensor_in, call.tensor_out
    assert source.quantisation and target.quantisation
    _, rows, pixels, channels = source.shape
    layer = call.record(
        "struct mean_layer",
        *unsigned({"channels": channels, "pixels": pixels}),
        *signed(
            {
                "offset": -(source.quantisation.zero_point - INT8_MIN) * rows * pixels,
                "multiplier": call.folded.mantissa,
                "shift": call.folded.shift,
                "zero_point": target.quantisation.zero_point,
            }
        ),
    )
    return Kernel(function, "mean", "mean", layer)


def _combine(call: RowCall[Multiplier]) -> Kernel:
    return _kernel(call, "mean_add_row_u8")


def _finish(call: TensorCall[Multiplier]) -> Kernel:
    return _kernel(call, "mean_finish_s8")


OPERATOR = BuiltinOperator(
    kind="MEAN",
    shapes=from_rows,
    inputs_needed=2,
    constraints=((mean_over_rows_and_bands,),),
    fold=_fold,
    on_rows=OnRows(combine=_combine, reduces=_reduces),
    on_tensors=OnTensors(finish=_finish),
)
