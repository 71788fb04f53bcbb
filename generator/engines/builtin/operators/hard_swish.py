# SPDX-License-Identifier: Apache-2.0
"""HARD_SWISH, from a table of all 256 results."""

from __future__ import annotations

from generator.engines.builtin.byte_table import (
    HARD_SWISH_FINEST_SHIFT,
    ByteTable,
    hard_swish_multiplier,
    hard_swish_table,
)
from generator.engines.builtin.constraints.tensors import same_count
from generator.engines.builtin.look_ups import LOOKED_UP_ON_ROWS
from generator.engines.builtin.spec import BuiltinOperator, OnTensors, any_shapes
from generator.engines.builtin.tensor_kernels.vectors import look_up_kernel
from generator.model.graph import Graph, Operator


def scales_in_reach(graph: Graph, operator: Operator) -> str | None:
    """HARD_SWISH's output scale must be from 1/128 to 512 times its input's.

    The interpreter's 16-bit arithmetic ends there; calibrate with more representative data.
    """
    source, target = graph.tensor_in(operator).quantisation, graph.tensor_out(operator).quantisation
    assert source and target
    if HARD_SWISH_FINEST_SHIFT <= hard_swish_multiplier(source, target).shift <= 0:
        return None
    return f"{source.scale:.6g} -> {target.scale:.6g}"


def _fold(graph: Graph, operator: Operator) -> ByteTable:
    source, target = graph.tensor_in(operator).quantisation, graph.tensor_out(operator).quantisation
    assert source and target
    return hard_swish_table(source, target)


OPERATOR = BuiltinOperator(
    kind="HARD_SWISH",
    shapes=any_shapes,
    constraints=((same_count, scales_in_reach),),
    fold=_fold,
    on_rows=LOOKED_UP_ON_ROWS,
    on_tensors=OnTensors(look_up_kernel, in_place=True),
)
