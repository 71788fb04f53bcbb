# SPDX-License-Identifier: Apache-2.0
"""LOG_SOFTMAX: logarithms of probabilities, in gemmlowp's fixed point."""

from __future__ import annotations

from generator.engines.builtin.constraints.vectors import (
    log_probabilities,
    logits_in_range,
    room_for_the_sum,
)
from generator.engines.builtin.fixed_point import SoftmaxScaling, softmax_scaling
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.vectors import softmax_kernel
from generator.model.graph import Graph, Operator


def _fold(graph: Graph, operator: Operator) -> SoftmaxScaling:
    logits = graph.tensor_in(operator).quantisation
    assert logits
    return softmax_scaling(logits, beta=1.0)


def _kernel(call: TensorCall[SoftmaxScaling]) -> Kernel:
    return softmax_kernel(call, "log_softmax_normalise_s8", "log_softmax")


OPERATOR = BuiltinOperator(
    kind="LOG_SOFTMAX",
    shapes=any_shapes,
    constraints=((log_probabilities, room_for_the_sum, logits_in_range),),
    fold=_fold,
    on_tensors=OnTensors(_kernel, in_place=True),
)
