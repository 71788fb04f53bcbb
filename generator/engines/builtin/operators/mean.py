# SPDX-License-Identifier: Apache-2.0
"""MEAN: over rows and bands it sums rows as they come; over other axes it takes whole tensors."""

from __future__ import annotations

import math

from generator.engines.builtin.c_tables import signed, unsigned
from generator.engines.builtin.constraints.reductions import axes_in_range, not_all_rows_and_bands
from generator.engines.builtin.constraints.tensors import axes_of
from generator.engines.builtin.fixed_point import INT8_MIN, Multiplier, mean_multiplier
from generator.engines.builtin.products import values_of_input
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Call,
    Collected,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.reduce import mean_kernel
from generator.engines.builtin.windows import PIXELS_PER_BLOCK
from generator.model.graph import Graph, Operator

SUM_BYTES = 4


def _reduces(graph: Graph, operator: Operator) -> Collected:
    channels = graph.tensor_in(operator).shape[3]
    return Collected(
        c_type="int32_t",
        count=channels,
        item_bytes=SUM_BYTES,
        rows_kept=1,
        row_bytes=SUM_BYTES * channels,
    )


def _axes(graph: Graph, operator: Operator) -> tuple[int, ...]:
    axes = axes_of(graph, operator)
    assert axes is not None
    return axes


def _fold(graph: Graph, operator: Operator) -> Multiplier:
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    assert source.quantisation and target.quantisation
    count = math.prod(source.shape[axis] for axis in _axes(graph, operator))
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
    if not call.channels_taken:
        return _kernel(call, "mean_add_row_u8")
    channels = unsigned({"channels": call.channels_taken, "pixels": call.tensor_in.shape[2]})
    layer = call.record("struct mean_layer", *channels, prefix="group")
    return Kernel("mean_add_row_u8", "mean", "mean", layer)


def _takes_groups(graph: Graph, operator: Operator) -> bool:
    return True


def _reads_swapped(call: RowCall[Multiplier]) -> bool:
    return call.tensor_in.shape[2] % PIXELS_PER_BLOCK == 0


def _finish(call: TensorCall[Multiplier]) -> Kernel:
    return _kernel(call, "mean_finish_s8")


def _of_tensor(call: TensorCall[Multiplier]) -> Kernel:
    return mean_kernel(call, _axes(call.graph, call.operator))


OPERATOR = BuiltinOperator(
    kind="MEAN",
    shapes=any_shapes,
    products=values_of_input,
    inputs_needed=2,
    constraints=((axes_in_range,),),
    fold=_fold,
    on_rows=OnRows(
        refuses=not_all_rows_and_bands,
        combine=_combine,
        takes_groups=_takes_groups,
        reads_swapped=_reads_swapped,
        reduces=_reduces,
    ),
    on_tensors=OnTensors(_of_tensor, finish=_finish),
)
