# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX: probabilities that sum to 1, in gemmlowp's fixed point."""

from __future__ import annotations

from generator.engines.builtin.c_tables import signed, unsigned
from generator.engines.builtin.constraints.vectors import probabilities, shares_of_one_sum
from generator.engines.builtin.fixed_point import SoftmaxScaling, softmax_scaling
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.vectors import each_row_kernel
from generator.model.graph import Graph, Operator
from generator.model.options import SoftmaxOptions

SMALLEST_LOGIT_SCALE, LARGEST_LOGIT_SCALE = 2.0**-24, 16.0


def logits_in_range(graph: Graph, operator: Operator) -> str | None:
    """SOFTMAX must take logits whose scale x beta is between 2^-24 and 16.

    Calibrate with more representative data.
    """
    logits = graph.tensor_in(operator).quantisation
    assert logits
    scale = logits.scale * operator.options_of(SoftmaxOptions).beta
    inside = SMALLEST_LOGIT_SCALE <= scale <= LARGEST_LOGIT_SCALE
    return None if inside else f"they have {scale:.6g}"


def _fold(graph: Graph, operator: Operator) -> SoftmaxScaling:
    logits = graph.tensor_in(operator).quantisation
    assert logits
    return softmax_scaling(logits, operator.options_of(SoftmaxOptions).beta)


def _kernel(call: TensorCall[SoftmaxScaling]) -> Kernel:
    layer = call.record(
        "struct softmax_layer",
        *unsigned({"classes": call.tensor_in.shape[-1]}),
        *signed(
            {
                "multiplier": call.folded.multiplier.mantissa,
                "left_shift": call.folded.multiplier.shift,
                "smallest_difference": call.folded.smallest_difference,
            }
        ),
    )
    classes = call.tensor_in.shape[-1]
    vector = Kernel("softmax_normalise_s8", "softmax", "softmax", layer)
    return each_row_kernel(call, vector, classes, classes)


OPERATOR = BuiltinOperator(
    kind="SOFTMAX",
    shapes=any_shapes,
    constraints=((probabilities, shares_of_one_sum, logits_in_range),),
    fold=_fold,
    on_tensors=OnTensors(_kernel, in_place=True),
)
