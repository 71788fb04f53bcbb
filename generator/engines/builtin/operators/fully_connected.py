# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED on each vector of a tensor; it alone rounds once (docs/adr/0002)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.constant_tables import packed
from generator.engines.builtin.c_tables import Table, byte_table, int32_literal, signed, unsigned
from generator.engines.builtin.channels import all_that_fit, biases_of
from generator.engines.builtin.constraints.weights import (
    constant_int8_weights,
    constant_int32_bias,
    known_activation,
    multiplier_below_one,
    scales_for_channels,
    symmetric_weights,
)
from generator.engines.builtin.fixed_point import (
    WideMultiplier,
    activation_range,
    dense_scales,
    multiply_real,
    wide_multiplier,
)
from generator.engines.builtin.products import products_of_dense
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.vectors import each_row_kernel
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import DenseOptions

SUM_LIMIT = (1 << 31) - 1
"""Of an accumulator, which is not doubled here."""

OUTPUT_BYTES = 16


@dataclass(frozen=True, slots=True)
class FoldedDense:
    """The numbers of a FULLY_CONNECTED."""

    weights: NDArray[np.int8]
    """[output, input]."""
    biases: tuple[int, ...]
    """With the input's zero point folded in."""
    multipliers: tuple[WideMultiplier, ...]
    zero_point: int
    lowest: int
    highest: int


def plain_dense(graph: Graph, operator: Operator) -> str | None:
    """FULLY_CONNECTED must have plain weights of outputs x inputs.

    Convert without the shuffled weight format.
    """
    shape = graph.tensor_in(operator, 1).shape
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    rows = max(target.element_count // max(target.shape[-1:], default=1), 1)
    expected = (target.element_count // rows, source.element_count // rows)
    if not operator.options_of(DenseOptions).plain_weights:
        return "the weights are shuffled"
    return None if shape == expected else f"{shape_text(shape)}, not {shape_text(expected)}"


def _fold(graph: Graph, operator: Operator) -> FoldedDense:
    source, kernel = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    target = graph.tensor_out(operator)
    assert source.quantisation and kernel.quantisation and target.quantisation
    weights = kernel.int8_values()
    wide = weights.astype(np.int64)
    folds = wide.sum(axis=1) * source.quantisation.zero_point
    biases = [
        bias - int(fold)
        for bias, fold in zip(biases_of(graph, operator, len(weights)), folds, strict=True)
    ]
    reals = dense_scales(
        source.quantisation, kernel.quantisation, target.quantisation, len(weights)
    )
    given = _constant_input(graph, operator)
    if given is not None:  # each output is one number, whatever the scales
        sums = [bias + given * int(row) for bias, row in zip(biases, wide.sum(axis=1), strict=True)]
        made = [multiply_real(total, real) for total, real in zip(sums, reals, strict=True)]
        weights, biases, reals = np.zeros_like(weights), made, (1.0,) * len(weights)
        wide = weights.astype(np.int64)
    reaches = [
        abs(bias) + 128 * int(row) for bias, row in zip(biases, abs(wide).sum(1), strict=True)
    ]
    multipliers = [
        WideMultiplier(2, 1)
        if given is not None
        else wide_multiplier(real, reach)
        if reach < SUM_LIMIT
        else None
        for real, reach in zip(reals, reaches, strict=True)
    ]
    lowest, highest = activation_range(operator.activation, target.quantisation)
    zero_point = target.quantisation.zero_point
    fitting = all_that_fit(multipliers)
    return FoldedDense(weights, tuple(biases), fitting, zero_point, lowest, highest)


def _constant_input(graph: Graph, operator: Operator) -> int | None:
    """The int8 value of all inputs where FILL makes them; None where they are computed."""
    maker = next((one for one in graph.operators if operator.inputs[0] in one.outputs), None)
    if maker is None or maker.kind != "FILL":
        return None
    return int(graph.tensor_in(maker, 1).int8_values().ravel()[0])


def _kernel(call: TensorCall[FoldedDense]) -> Kernel:
    folded = call.folded
    outputs, inputs = folded.weights.shape
    weights = byte_table(call.name("weights"), [int(value) for value in folded.weights.ravel()])
    requantise = Table(
        call.name("requantise"),
        "struct dense_output",
        outputs,
        OUTPUT_BYTES * outputs,
        tuple(
            f"{{{multiplier.mantissa}, {int32_literal(bias)}, {multiplier.shift}}},"
            for bias, multiplier in zip(folded.biases, folded.multipliers, strict=True)
        ),
        b"".join(
            packed("int64_t", [multiplier.mantissa]) + packed("int32_t", [bias, multiplier.shift])
            for bias, multiplier in zip(folded.biases, folded.multipliers, strict=True)
        ),
    )
    layer = call.record(
        "struct dense_layer",
        *unsigned({"inputs": inputs, "outputs": outputs}),
        ("weights", weights.name),
        ("requantise", requantise.name),
        *signed(
            {
                "zero_point": folded.zero_point,
                "lowest": folded.lowest,
                "highest": folded.highest,
            }
        ),
    )
    vector = Kernel("dense_multiply_s8", "dense", "dense", layer, (weights, requantise))
    return each_row_kernel(call, vector, inputs, outputs)


OPERATOR = BuiltinOperator(
    kind="FULLY_CONNECTED",
    shapes=any_shapes,
    products=products_of_dense,
    inputs_needed=2,
    constraints=(
        (constant_int8_weights(rank=2), constant_int32_bias),
        (
            known_activation,
            plain_dense,
            symmetric_weights,
            scales_for_channels(axis=0),
            multiplier_below_one,
        ),
    ),
    fold=_fold,
    on_tensors=OnTensors(_kernel),
)
