# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX: probabilities that sum to 1, in gemmlowp's fixed point."""

from __future__ import annotations

from generator.engines.builtin.constraints.vectors import (
    logits_in_range,
    probabilities,
    shares_of_one_sum,
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
from generator.model.options import SoftmaxOptions


def _fold(graph: Graph, operator: Operator) -> SoftmaxScaling:
    logits = graph.tensor_in(operator).quantisation
    assert logits
    return softmax_scaling(logits, operator.options_of(SoftmaxOptions).beta)


def _kernel(call: TensorCall[SoftmaxScaling]) -> Kernel:
    return softmax_kernel(call, "softmax_normalise_s8", "softmax")


OPERATOR = BuiltinOperator(
    kind="SOFTMAX",
    shapes=any_shapes,
    constraints=((probabilities, shares_of_one_sum, logits_in_range),),
    fold=_fold,
    on_tensors=OnTensors(_kernel, in_place=True),
)
