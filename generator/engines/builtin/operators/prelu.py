# SPDX-License-Identifier: Apache-2.0
"""PRELU: negative values are multiplied by a constant of their channel."""

from __future__ import annotations

from generator.engines.builtin.row_pairs import prelu_row_kernel, slopes_by_channel
from generator.engines.builtin.spec import BuiltinOperator, OnRows, OnTensors, any_shapes
from generator.engines.builtin.tensor_kernels.pairs import (
    constant_alpha,
    int8_constants,
    prelu_kernel,
    shapes_broadcast,
)

OPERATOR = BuiltinOperator(
    kind="PRELU",
    shapes=any_shapes,
    inputs_needed=2,
    constraints=((int8_constants, constant_alpha), (shapes_broadcast,)),
    on_rows=OnRows(refuses=slopes_by_channel, combine=prelu_row_kernel),
    on_tensors=OnTensors(prelu_kernel, in_place=True),
)
