# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of UNIDIRECTIONAL_SEQUENCE_LSTM, and where its tensors stand."""

from __future__ import annotations

import math

import numpy as np

from generator.model.constraints.tensors import quantised_fault, shape_text
from generator.model.graph import Graph, Operator, Quantisation, Tensor
from generator.model.options import LstmOptions

GATES = 4
"""Input, forget, cell and output, in the order of the file."""

ROW_WEIGHTS, STATE_WEIGHTS, BIASES = 1, 5, 12
"""The first of four inputs each."""

OUTPUT_STATE, CELL_STATE = 18, 19
HIDDEN = 4
"""The intermediate whose scale the output is computed with."""

NOT_COMPUTED = {9: "peephole weights", 16: "a projection", 20: "layer normalisation"}
"""By the first of its inputs; those of one kind follow each other."""

MOST_UNITS = 128
"""Of TENSOR_LSTM_MOST_UNITS in kernels/tensor/lstm.h."""

SUM_LIMIT = 1 << 30
"""Of a sum of products after its shift to the left."""

GATE_BITS = 12
"""A gate before its function is a multiple of 2^-12."""

LARGEST_CELL_POWER, SMALLEST_CELL_POWER = -9, -15


def optional(graph: Graph, operator: Operator, position: int) -> Tensor | None:
    """An input that may be left out."""
    if position >= len(operator.inputs) or operator.inputs[position] < 0:
        return None
    return graph.tensors[operator.inputs[position]]


def plain_lstm(graph: Graph, operator: Operator) -> str | None:
    """An LSTM must be one as Keras' LSTM layer becomes: four gates, sigmoid and tanh, no more.

    Leave out projection, peepholes, layer normalisation and coupled gates, keep the layer's
    activations, and take time_major=False.
    """
    options = operator.options_of(LstmOptions)
    for first, name in NOT_COMPUTED.items():
        positions = range(first, first + (2 if first == 16 else 4 if first == 20 else 3))
        if any(optional(graph, operator, one) is not None for one in positions):
            return f"it has {name}"
    needed = (*range(1, 9), *range(12, 16), OUTPUT_STATE, CELL_STATE)
    missing = [one for one in needed if optional(graph, operator, one) is None]
    if missing:
        return f"it has no input number {missing[0]}"
    if not options.is_tanh:
        return "its activation is not tanh"
    if options.time_major:
        return "time is its first axis"
    if options.projection_clip or not options.cell_clip >= 0.0:
        return "it clips otherwise than its cell state"
    return None


def rows_of_one_batch(graph: Graph, operator: Operator) -> str | None:
    """An LSTM must take (1, rows, values) and make (1, rows, units), of at most 128 units.

    Reshape to that before the layer, fix the batch size to 1, and give it less units.
    """
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    of_rank = len(source) == len(target) == 3
    if of_rank and source[0] == 1 and source[:2] == target[:2] and target[2] <= MOST_UNITS:
        return None
    return f"{shape_text(source)} -> {shape_text(target)}"


def int8_lstm(graph: Graph, operator: Operator) -> str | None:
    """An LSTM must have int8 weights with one scale and no zero point, and int32 biases.

    Convert with full integer quantisation (TFLITE_BUILTINS_INT8 and a representative_dataset).
    """
    units, values = graph.tensor_out(operator).shape[2], graph.tensor_in(operator).shape[2]
    for first, columns in ((ROW_WEIGHTS, values), (STATE_WEIGHTS, units)):
        for gate in range(GATES):
            fault = _weights_fault(graph.tensor_in(operator, first + gate), (units, columns))
            if fault is not None:
                return fault
    for gate in range(GATES):
        bias = graph.tensor_in(operator, BIASES + gate)
        if bias.dtype != "INT32" or bias.data is None or bias.shape != (units,):
            return f"tensor {bias.index} is {bias.dtype} {shape_text(bias.shape)}"
    return None


def _weights_fault(weights: Tensor, shape: tuple[int, ...]) -> str | None:
    fault = quantised_fault(weights)
    if fault is not None:
        return fault
    assert weights.quantisation
    if weights.data is None or weights.quantisation.zero_point:
        return f"tensor {weights.index} is no constant, or not symmetric"
    return None if weights.shape == shape else f"their shape is {shape_text(weights.shape)}"


def known_states(graph: Graph, operator: Operator) -> str | None:
    """An LSTM must have an int8 output state and an int16 cell state, and say their scales.

    Convert with full integer quantisation (TFLITE_BUILTINS_INT8 and a representative_dataset).
    """
    state, cell = graph.tensor_in(operator, OUTPUT_STATE), graph.tensor_in(operator, CELL_STATE)
    units = graph.tensor_out(operator).shape[-1]
    fault = quantised_fault(state)
    if fault is not None:
        return fault
    for tensor in (state, cell):
        if not tensor.is_state or tensor.element_count != units:
            return f"tensor {tensor.index} is no state of {units} units"
    power = cell_power(cell)
    if power is None:
        return f"tensor {cell.index}, the cell state, is {cell.dtype} or of an odd scale"
    if len(operator.intermediates) != GATES + 1:
        return "it does not say the scales of its intermediate values"
    return quantised_fault(graph.tensors[operator.intermediates[HIDDEN]])


def sums_that_fit(graph: Graph, operator: Operator) -> str | None:
    """An LSTM's sums must fit 30 bits once they are steps of 2^-12, whatever the sound.

    Calibrate with representative data, or normalise what the layer takes.
    """
    if hidden_real(graph, operator) >= 1.0:
        return "its output has too fine a scale"
    for first in (ROW_WEIGHTS, STATE_WEIGHTS):
        for gate, real in enumerate(reals_of(graph, operator, first)):
            reach = max(reaches(graph, operator, first, gate))
            left = max(math.frexp(real)[1], 0)
            if reach << left >= SUM_LIMIT:
                return f"those of tensor {operator.inputs[first + gate]} reach {reach << left}"
    return None


def cell_power(cell: Tensor) -> int | None:
    """The cell state's scale as a power of two; None where it is none that is computed."""
    found = cell.quantisation
    if cell.dtype != "INT16" or not found or len(found.scales) != 1 or any(found.zero_points):
        return None
    fraction, power = math.frexp(found.scale)
    in_range = SMALLEST_CELL_POWER <= power - 1 <= LARGEST_CELL_POWER
    return power - 1 if fraction == 0.5 and in_range else None


def reals_of(graph: Graph, operator: Operator, first: int) -> list[float]:
    """Of one side's gates: from a sum of products to steps of 2^-12. Taken in float32."""
    taken = _taken(graph, operator, first)
    weights = (graph.tensor_in(operator, first + gate).quantisation for gate in range(GATES))
    products = [np.float32(one.scale) * np.float32(taken.scale) for one in weights if one]
    return [float(product) * (1 << GATE_BITS) for product in products]


def hidden_real(graph: Graph, operator: Operator) -> float:
    """From a product of two fractions of 15 bits to the output. Taken in float32."""
    hidden = graph.tensors[operator.intermediates[HIDDEN]].quantisation
    assert hidden
    return float(np.float32(2.0**-15) / np.float32(hidden.scale)) * 2.0**-15


def biases_of_gate(graph: Graph, operator: Operator, first: int, gate: int) -> list[int]:
    """Of each unit, with the zero point of what the side takes folded in."""
    weights = graph.tensor_in(operator, first + gate).int8_values().astype(np.int64)
    folds = weights.sum(axis=1) * _taken(graph, operator, first).zero_point
    given = np.zeros(len(weights), np.int64)
    if first == ROW_WEIGHTS:
        given = graph.tensor_in(operator, BIASES + gate).int32_values().astype(np.int64)
    return [int(one) for one in given - folds]


def reaches(graph: Graph, operator: Operator, first: int, gate: int) -> list[int]:
    """The greatest sums of each unit, whatever the sign."""
    weights = abs(graph.tensor_in(operator, first + gate).int8_values().astype(np.int64))
    biases = biases_of_gate(graph, operator, first, gate)
    return [abs(bias) + 128 * int(row) for bias, row in zip(biases, weights.sum(1), strict=True)]


def _taken(graph: Graph, operator: Operator, first: int) -> Quantisation:
    position = 0 if first == ROW_WEIGHTS else OUTPUT_STATE
    quantisation = graph.tensor_in(operator, position).quantisation
    assert quantisation
    return quantisation
