# SPDX-License-Identifier: Apache-2.0
"""RESHAPE to a vector: the same memory, seen in another way."""

from __future__ import annotations

from generator.engines.builtin.constraints.vectors import same_elements
from generator.engines.builtin.spec import BuiltinOperator, OnTensors, to_vector
from generator.model.graph import Tensor


def _same_quantisation(source: Tensor, target: Tensor) -> bool:
    return source.quantisation == target.quantisation


OPERATOR = BuiltinOperator(
    kind="RESHAPE",
    shapes=to_vector,
    constraints=((same_elements(_same_quantisation),),),
    listed_as="RESHAPE to a vector",
    on_tensors=OnTensors(),
)
