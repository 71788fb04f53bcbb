# SPDX-License-Identifier: Apache-2.0
"""PADV2: a border around a tensor; of zeros before a VALID convolution it costs nothing."""

from __future__ import annotations

from generator.engines.builtin.constraints.pads import befores, borders_fit
from generator.engines.builtin.constraints.tensors import same_quantisation
from generator.engines.builtin.row_moves import pad_row_kernel, pad_window, pads_batch
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import pad_kernel
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


def constant_padding(graph: Graph, operator: Operator) -> str | None:
    """PADV2 must pad with one constant int8 value.

    Give the value as a constant, of the input's scale.
    """
    tensor = graph.tensor_in(operator, 2)
    if tensor.dtype != "INT8" or tensor.data is None or tensor.element_count != 1:
        return f"tensor {tensor.index} is {tensor.dtype} {shape_text(tensor.shape)}"
    return None


def _value(graph: Graph, operator: Operator) -> int:
    return int(graph.tensor_in(operator, 2).int8_values().ravel()[0])


def _kernel(call: TensorCall[None]) -> Kernel:
    value = _value(call.graph, call.operator)
    return pad_kernel(call, befores(call.graph, call.operator), value)


def _combine(call: RowCall[None]) -> Kernel:
    return pad_row_kernel(call, _value(call.graph, call.operator))


OPERATOR = BuiltinOperator(
    kind="PADV2",
    shapes=any_shapes,
    inputs_needed=3,
    constraints=((constant_padding, borders_fit, same_quantisation),),
    on_rows=OnRows(refuses=pads_batch, window=pad_window, combine=_combine),
    on_tensors=OnTensors(_kernel),
)
