# SPDX-License-Identifier: Apache-2.0
"""What the kernels ask of MEAN, SUM, REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

import math

from generator.engines.builtin.constraints.tensors import axes_of
from generator.engines.builtin.sum_steps import LARGEST_STEP, MOST_ADDED, largest_step
from generator.engines.builtin.tensor_kernels.reduce import reduction
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import ReduceOptions

MOST_SUMMED = (1 << 31) // 256


def axes_in_range(graph: Graph, operator: Operator) -> str | None:
    """MEAN, SUM, REDUCE_MAX and REDUCE_MIN must name constant axes of their input.

    Use the pooling layers of Keras, or give the axes as constants.
    """
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    axes = axes_of(graph, operator)
    if axes is None:
        return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
    keeps = operator.options_of(ReduceOptions).keep_dims
    expected = tuple(
        1 if axis in axes else length
        for axis, length in enumerate(source.shape)
        if keeps or axis not in axes
    )
    if target.shape != expected:
        return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
    count = math.prod(source.shape[axis] for axis in axes)
    if count >= MOST_SUMMED:
        return f"{count} elements overflow the sum"
    walkable = all(box.is_walkable for box in reduction(source, axes))
    return None if walkable else f"{shape_text(source.shape)} has too many axes"


def sum_in_range(graph: Graph, operator: Operator) -> str | None:
    """SUM must add at most 65,536 values, to sums that fit 30 bits in steps of its output.

    Use a mean, or calibrate with more representative data.
    """
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    axes = axes_of(graph, operator)
    if axes is None or source.quantisation is None or target.quantisation is None:
        return None
    count = math.prod(source.shape[axis] for axis in axes)
    if count > MOST_ADDED:
        return f"it adds {count}"
    most = largest_step(source.quantisation, target.quantisation, count)
    return None if most < LARGEST_STEP else f"a sum can be {most:.6g} steps"


def not_all_rows_and_bands(graph: Graph, operator: Operator) -> str | None:
    """What keeps a reduction from taking rows as they come."""
    axes = axes_of(graph, operator)
    if axes == (1, 2) and len(graph.tensor_in(operator).shape) == 4:
        return None
    return f"its axes are {axes}"
