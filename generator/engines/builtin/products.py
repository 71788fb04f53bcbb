# SPDX-License-Identifier: Apache-2.0
"""Multiply-accumulates of operators, as BuiltinOperator.products tells them; of pools and sums the
values that they read."""

from __future__ import annotations

import math

from generator.model.graph import Graph, Operator
from generator.model.options import PoolOptions


def no_products(graph: Graph, operator: Operator) -> int:
    """Of an operator that makes each value of one or two others."""
    return 0


def products_of_convolution(graph: Graph, operator: Operator) -> int:
    """Weights are (outputs, rows, bands, inputs)."""
    return graph.tensor_out(operator).element_count * math.prod(
        graph.tensor_in(operator, 1).shape[1:]
    )


def products_of_depthwise(graph: Graph, operator: Operator) -> int:
    """Weights are (1, rows, bands, outputs)."""
    rows, bands = graph.tensor_in(operator, 1).shape[1:3]
    return graph.tensor_out(operator).element_count * rows * bands


def products_of_dense(graph: Graph, operator: Operator) -> int:
    """Weights are (outputs, inputs)."""
    return graph.tensor_out(operator).element_count * graph.tensor_in(operator, 1).shape[1]


def values_of_pool(graph: Graph, operator: Operator) -> int:
    """Those under its window, as if no window reached over a border."""
    return graph.tensor_out(operator).element_count * math.prod(
        operator.options_of(PoolOptions).size
    )


def values_of_input(graph: Graph, operator: Operator) -> int:
    """Of an operator that reads every value of its input once."""
    return graph.tensor_in(operator).element_count
