# SPDX-License-Identifier: Apache-2.0
"""What the kernels in assembly cost is what their comments promise, to the instruction."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.cortex_m33 import CortexM33
from tests.support.kernel_calls import Memory, bytes_of, instructions_of


def test_a_step_of_the_product_takes_twelve_instructions(core: str, target: CortexM33) -> None:
    """And three for each 32 steps; on the Cortex-M7, where an LDRD is no gain, 14 and each 16."""

    def instructions(inputs: int) -> int:
        buffers = {
            "columns": np.zeros(8 * inputs, np.uint8),
            "weights": np.zeros(2 * inputs, np.uint8),
            "requantise": bytes_of([7, 1 << 30, 7, 1 << 30], "<u4"),
            "planes": np.zeros(8, np.uint8),
        }
        layer: list[int | str] = [inputs, 2, 4, 4, "weights", "requantise", 0, 0, 255]
        return instructions_of(
            target, "pointwise_relu_row_u8", Memory(buffers, layer, [], "planes")
        )

    step, rounds = (14, 2) if core == "cortex-m7" else (12, 1)
    assert instructions(128) - instructions(64) == 32 * step + 3 * rounds


@pytest.mark.parametrize(
    ("function", "stride", "four_outputs"),
    [("depthwise_scaled_s1_row_u8", 1, 64), ("depthwise_scaled_s2_row_u8", 2, 75)],
)
def test_what_outputs_of_a_filter_cost(
    target: CortexM33, function: str, stride: int, four_outputs: int
) -> None:
    def instructions(width: int) -> int:
        buffers = {
            "row": np.zeros(width * stride, np.uint8),
            "parameters": np.zeros(28, np.uint8),
            "columns": np.zeros(4 * width, np.uint8),
        }
        rows: list[int | str] = ["row", width * stride] * 3
        return instructions_of(
            target, function, Memory(buffers, [1, 2, width, "parameters"], rows, "columns")
        )

    assert instructions(24) - instructions(16) == 2 * four_outputs


def test_what_outputs_of_the_convolution_cost(target: CortexM33) -> None:
    def instructions(width: int) -> int:
        buffers = {
            "columns": np.zeros(12 * (width + 1), np.uint8),
            "parameters": np.zeros(28, np.uint8),
            "planes": np.zeros(width, np.uint8),
        }
        layer: list[int | str] = [1, width, width, "parameters"]
        memory = Memory(buffers, layer, [], "planes")
        return instructions_of(target, "convolution_scaled_s2_row_u8", memory)

    assert instructions(8) - instructions(4) == 4 * 10 + 4


def test_what_sums_of_rows_cost(target: CortexM33) -> None:
    def instructions(width: int) -> int:
        row = np.zeros(width, np.uint8)
        layer: list[int | str] = [1, width, width, 1, 0, 0, 1 << 30, 1 << 30, 0, 0]
        memory = Memory(
            {"first": row, "second": row, "planes": row},
            [*layer, 1 << 30, -18, 0, 0, 255],
            ["first", width, "second", width],
            "planes",
        )
        return instructions_of(target, "add_combine_row_u8", memory)

    assert instructions(8) - instructions(4) == 117
