# SPDX-License-Identifier: Apache-2.0
"""PAD: a border around a tensor; of zeros before a VALID convolution it costs nothing."""

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


def _kernel(call: TensorCall[None]) -> Kernel:
    target = call.tensor_out.quantisation
    assert target
    return pad_kernel(call, befores(call.graph, call.operator), target.zero_point)


def _combine(call: RowCall[None]) -> Kernel:
    target = call.tensor_out.quantisation
    assert target
    return pad_row_kernel(call, target.zero_point)


OPERATOR = BuiltinOperator(
    kind="PAD",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((borders_fit, same_quantisation),),
    on_rows=OnRows(refuses=pads_batch, window=pad_window, combine=_combine),
    on_tensors=OnTensors(_kernel),
)
