# SPDX-License-Identifier: Apache-2.0
"""What the kernels ask of PAD and PADV2."""

from __future__ import annotations

from generator.engines.builtin.constraints.tensors import constant_list
from generator.engines.builtin.tensor_kernels.boxes import dense_strides, make_box
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator


def befores(graph: Graph, operator: Operator) -> tuple[int, ...]:
    """Elements that come before the input along each axis."""
    return (constant_list(graph, operator) or ())[::2]


def borders_fit(graph: Graph, operator: Operator) -> str | None:
    """PAD must have a constant border of 0 or more along each axis.

    Use ZeroPadding2D, or pad with constants.
    """
    borders = constant_list(graph, operator)
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if borders is None or len(borders) != 2 * len(source) or min(borders, default=0) < 0:
        return f"it is {borders}"
    expected = tuple(
        before + length + after
        for before, length, after in zip(borders[::2], source, borders[1::2], strict=True)
    )
    if target != expected:
        return f"{shape_text(source)} -> {shape_text(target)}"
    walkable = make_box(source, dense_strides(target)).is_walkable
    return None if walkable else f"{shape_text(source)} has too many axes"
