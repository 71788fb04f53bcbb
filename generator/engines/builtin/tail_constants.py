# SPDX-License-Identifier: Apache-2.0
"""The records of MEAN and of the operators on vectors behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.engines.builtin.c_tables import Constant, Table, int32_literal, wrapped
from generator.engines.builtin.fixed_point import (
    INT8_MIN,
    mean_multiplier,
    sigmoid_table,
    softmax_scaling,
)
from generator.engines.builtin.fold import fold_dense

if TYPE_CHECKING:
    from generator.model.graph import Graph, Operator


def mean_constant(graph: Graph, operator: Operator) -> Constant:
    """MEAN's record."""
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    assert source.quantisation and target.quantisation
    count = source.shape[1] * source.shape[2]
    multiplier = mean_multiplier(source.quantisation, target.quantisation, count)
    return Constant(
        f"network_operator_{operator.index}",
        "struct mean",
        f"{operator}",
        (
            ("channels", f"{source.shape[3]}u"),
            ("pixels", f"{source.shape[2]}u"),
            ("offset", str(-(source.quantisation.zero_point - INT8_MIN) * count)),
            ("multiplier", str(multiplier.mantissa)),
            ("shift", str(multiplier.shift)),
            ("zero_point", str(target.quantisation.zero_point)),
        ),
    )


def add_dense(
    graph: Graph, operator: Operator, tables: list[Table], constants: list[Constant]
) -> None:
    """FULLY_CONNECTED's weights, its outputs' multipliers, and its record."""
    layer = fold_dense(graph, operator)
    outputs, inputs = layer.weights.shape
    table = Table(
        f"weights_{operator.index}",
        "int8_t",
        layer.weights.size,
        layer.weights.size,
        wrapped(str(int(value)) for value in layer.weights.ravel()),
    )
    lines = []
    for bias, multiplier in zip(layer.biases, layer.multipliers, strict=True):
        assert multiplier is not None, "range_faults() admits no such output"
        lines.append(f"{{{multiplier.mantissa}, {int32_literal(bias)}, {multiplier.shift}}},")
    requantise = Table(
        f"requantise_{operator.index}", "struct dense_output", outputs, 16 * outputs, tuple(lines)
    )
    tables += [table, requantise]
    constants.append(
        Constant(
            f"network_operator_{operator.index}",
            "struct dense",
            f"{operator}",
            (
                ("inputs", f"{inputs}u"),
                ("outputs", f"{outputs}u"),
                ("weights", table.name),
                ("requantise", requantise.name),
                ("zero_point", str(layer.zero_point)),
                ("lowest", str(layer.lowest)),
                ("highest", str(layer.highest)),
            ),
        )
    )


def softmax_constant(graph: Graph, operator: Operator) -> Constant:
    """SOFTMAX's record."""
    logits = graph.tensor_in(operator)
    assert logits.quantisation
    scaling = softmax_scaling(logits.quantisation, operator.softmax_options.beta)
    return Constant(
        f"network_operator_{operator.index}",
        "struct softmax",
        f"{operator}",
        (
            ("classes", f"{logits.shape[-1]}u"),
            ("multiplier", str(scaling.multiplier.mantissa)),
            ("left_shift", str(scaling.multiplier.shift)),
            ("smallest_difference", str(scaling.smallest_difference)),
        ),
    )


def add_sigmoid(
    graph: Graph, operator: Operator, tables: list[Table], constants: list[Constant]
) -> None:
    """LOGISTIC's score for each of 256 logits, and its record."""
    logits = graph.tensor_in(operator)
    assert logits.quantisation
    scores = sigmoid_table(logits.quantisation)
    lines = wrapped(map(str, scores))
    table = Table(f"sigmoid_{operator.index}", "int8_t", len(scores), len(scores), lines)
    tables.append(table)
    constants.append(
        Constant(
            f"network_operator_{operator.index}",
            "struct sigmoid",
            f"{operator}",
            (("classes", f"{logits.shape[-1]}u"), ("scores", table.name)),
        )
    )
