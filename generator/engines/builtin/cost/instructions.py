# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED instructions of kernels: so many a call, a value and a step of the innermost loop.

Fitted to counts on an emulated Cortex-M33; `python -m tests.network.cost_fit` prints the table
again, with the error of each row. Whole networks come out within a few per cent where convolutions
take the time, tiny ones within a fourth (tests/network/test_estimates.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from generator.engines.builtin.cost.work import Work


class Cost(NamedTuple):
    """Instructions that a kernel takes."""

    call: float
    value: float
    step: float


COSTS: Mapping[str, Cost] = {
    "add_combine_row_u8": Cost(170, 29.25, 0.00),
    "average_pool_combine_row_u8": Cost(392, 99.57, 0.00),
    "constant_add_combine_row_u8": Cost(33, 55.82, 0.00),
    "constant_multiply_combine_row_u8": Cost(35, 37.81, 0.00),
    "convolution_scaled_s2_swapped_row_u8": Cost(110, 11.48, 0.00),
    "cut_row_combine_row_u8": Cost(0, 11.29, 0.00),
    "dense_multiply_s8": Cost(0, 72.12, 2.92),
    "depthwise_3x3_s1_row_u8": Cost(135, 26.92, 0.00),
    "depthwise_3x3_s2_row_u8": Cost(27, 29.08, 0.00),
    "depthwise_any_row_u8": Cost(0, 53.86, 14.58),
    "depthwise_scaled_s1_row_u8": Cost(52, 17.28, 0.00),
    "depthwise_scaled_s2_row_u8": Cost(38, 20.23, 0.00),
    "extreme_add_row_u8": Cost(0, 8.00, 17.80),
    "extreme_finish_s8": Cost(0, 8.40, 0.00),
    "extreme_rows_combine_row_u8": Cost(0, 16.01, 0.00),
    "flatten_collect_row_s8": Cost(76, 9.16, 0.00),
    "im2col_dilated_gather_row_u8": Cost(1886, 13.84, 7.61),
    "im2col_gather_row_u8": Cost(617, 13.57, 0.00),
    "interleave_rows_u8": Cost(0, 2.55, 11.00),
    "join_rows_combine_row_u8": Cost(70, 8.62, 0.00),
    "log_softmax_normalise_s8": Cost(369, 80.00, 0.00),
    "look_up_combine_row_u8": Cost(21, 12.09, 0.00),
    "max_pool_combine_row_u8": Cost(0, 40.14, 11.29),
    "mean_add_row_u8": Cost(164, 0.00, 16.10),
    "mean_finish_s8": Cost(11, 32.03, 0.00),
    "multiply_rows_combine_row_u8": Cost(61, 38.83, 0.00),
    "pad_row_combine_row_u8": Cost(0, 14.90, 0.00),
    "pointwise_linear_row_u8": Cost(0, 14.51, 0.76),
    "pointwise_relu_row_u8": Cost(124, 6.29, 0.76),
    "pointwise_relu_swapped_row_u8": Cost(166, 5.92, 0.74),
    "prelu_row_combine_row_u8": Cost(0, 33.34, 0.00),
    "sigmoid_look_up_s8": Cost(9, 11.07, 0.00),
    "softmax_normalise_s8": Cost(0, 152.41, 0.00),
    "spread_columns_row_u8": Cost(0, 11.72, 0.00),
    "stream": Cost(75, 3.35, 17.89),
    "tensor_average_pool_s8": Cost(0, 68.05, 6.89),
    "tensor_concatenate_s8": Cost(54, 10.05, 0.00),
    "tensor_convolution_s8": Cost(0, 150.18, 9.16),
    "tensor_depthwise_s8": Cost(0, 130.31, 12.11),
    "tensor_extreme_s8": Cost(49, 23.34, 0.00),
    "tensor_fill_s8": Cost(10, 8.00, 0.00),
    "tensor_gather_s8": Cost(94, 8.74, 0.00),
    "tensor_look_up_s8": Cost(0, 10.01, 0.00),
    "tensor_lstm_s8": Cost(0, 1292.57, 5.04),
    "tensor_matrix_product_s8": Cost(66, 49.18, 10.17),
    "tensor_max_pool_s8": Cost(105, 51.81, 8.86),
    "tensor_multiply_s8": Cost(51, 45.61, 0.00),
    "tensor_pad_s8": Cost(112, 9.24, 0.00),
    "tensor_prelu_s8": Cost(51, 43.49, 0.00),
    "tensor_reduce_extreme_s8": Cost(126, 113.74, 10.31),
    "tensor_reduce_steps_s8": Cost(115, 185.68, 9.24),
    "tensor_reduce_sum_s8": Cost(124, 139.31, 6.29),
    "tensor_sum_s8": Cost(54, 88.76, 0.00),
}

UNKNOWN = Cost(100, 100.0, 10.0)
"""For a kernel that has not been measured."""


def instructions_of(work: Work) -> int:
    """An estimate of what one kernel takes for one operator in a patch."""
    cost = COSTS.get(work.kernel, UNKNOWN)
    return round(cost.call * work.calls + cost.value * work.values + cost.step * work.steps)


def instructions_of_patch(works: Iterable[Work]) -> int:
    """An estimate for all of them."""
    return sum(map(instructions_of, works))
