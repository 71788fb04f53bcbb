# SPDX-License-Identifier: Apache-2.0
"""CALL_ONCE: what it sets is what the variables begin with."""

from __future__ import annotations

from generator.engines.builtin.spec import BuiltinOperator, OnTensors, any_shapes

OPERATOR = BuiltinOperator(
    kind="CALL_ONCE",
    shapes=any_shapes,
    inputs_needed=0,
    several_outputs=True,
    computes=False,
    on_tensors=OnTensors(),
)
