# SPDX-License-Identifier: Apache-2.0
"""A final DEQUANTIZE: the scores as float32, where the model gives them."""

from __future__ import annotations

from generator.engines.builtin.constraints.vectors import same_elements
from generator.engines.builtin.spec import (
    BuiltinOperator,
    vector_to_vector,
)
from generator.model.graph import Tensor


def _to_float(source: Tensor, target: Tensor) -> bool:
    return target.dtype == "FLOAT32"


OPERATOR = BuiltinOperator(
    kind="DEQUANTIZE",
    shapes=vector_to_vector,
    int8_output=False,
    constraints=((same_elements(_to_float),),),
    listed_as="a final DEQUANTIZE",
)
