# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM: Keras' LSTM layer in int8; every patch begins at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.engines.builtin.c_tables import Table, byte_table, int32_table, signed, unsigned
from generator.engines.builtin.constraints.lstm import (
    CELL_STATE,
    GATES,
    HIDDEN,
    OUTPUT_STATE,
    ROW_WEIGHTS,
    STATE_WEIGHTS,
    biases_of_gate,
    cell_power,
    hidden_real,
    int8_lstm,
    known_states,
    plain_lstm,
    reals_of,
    rows_of_one_batch,
    sums_that_fit,
)
from generator.engines.builtin.fixed_point import Multiplier, quantise_multiplier
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnTensors,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.scales import scale_text, whole_range_text
from generator.model.graph import Graph, Operator
from generator.model.options import LstmOptions

CELL_FRACTION_BITS = 15
"""Of a cell state without integer bits."""

INT16_MAX = (1 << 15) - 1


@dataclass(frozen=True, slots=True)
class FoldedSide:
    """What the gates take of the row, or of the output before it."""

    weights: tuple[int, ...]
    """[gates, units, values]."""
    biases: tuple[int, ...]
    """[gates, units], with the zero point folded in."""
    values: int
    multipliers: tuple[Multiplier, ...]


@dataclass(frozen=True, slots=True)
class FoldedLstm:
    """The numbers of an LSTM."""

    row: FoldedSide
    before: FoldedSide
    cell_integer_bits: int
    clip: int
    """Of cell states, as they are stored; 0: none."""
    start: int
    """What stands for the output before the first row."""
    hidden: Multiplier
    zero_point: int


def _side(graph: Graph, operator: Operator, first: int) -> FoldedSide:
    tensors = [graph.tensor_in(operator, first + gate) for gate in range(GATES)]
    weights = np.concatenate([one.int8_values().ravel() for one in tensors])
    biases = [
        bias for gate in range(GATES) for bias in biases_of_gate(graph, operator, first, gate)
    ]
    multipliers = tuple(map(quantise_multiplier, reals_of(graph, operator, first)))
    return FoldedSide(
        tuple(int(one) for one in weights), tuple(biases), tensors[0].shape[1], multipliers
    )


def _fold(graph: Graph, operator: Operator) -> FoldedLstm:
    cell = graph.tensor_in(operator, CELL_STATE)
    power = cell_power(cell)
    state = graph.tensor_in(operator, OUTPUT_STATE).quantisation
    hidden = graph.tensors[operator.intermediates[HIDDEN]].quantisation
    assert power is not None and state and hidden and cell.quantisation
    clip = operator.options_of(LstmOptions).cell_clip
    steps = float(np.float32(clip) / np.float32(cell.quantisation.scale))
    return FoldedLstm(
        _side(graph, operator, ROW_WEIGHTS),
        _side(graph, operator, STATE_WEIGHTS),
        CELL_FRACTION_BITS + power,
        min(int(min(steps, float(INT16_MAX))), INT16_MAX),
        state.zero_point,
        quantise_multiplier(hidden_real(graph, operator)),
        hidden.zero_point,
    )


def _side_fields(
    call: TensorCall[FoldedLstm], name: str, side: FoldedSide
) -> tuple[str, Table, Table]:
    weights = byte_table(call.name(f"{name}_weights"), side.weights)
    biases = int32_table(call.name(f"{name}_biases"), side.biases)
    scales = ", ".join(map(scale_text, side.multipliers))
    return f"{{{weights.name}, {biases.name}, {side.values}u, {{{scales}}}}}", weights, biases


def _kernel(call: TensorCall[FoldedLstm]) -> Kernel:
    folded, shape = call.folded, call.tensor_out.shape
    row, *row_tables = _side_fields(call, "row", folded.row)
    before, *before_tables = _side_fields(call, "before", folded.before)
    layer = call.record(
        "struct tensor_lstm_layer",
        *unsigned({"rows": shape[1], "units": shape[2]}),
        ("row", row),
        ("before", before),
        *unsigned({"cell_integer_bits": folded.cell_integer_bits}),
        *signed({"clip": folded.clip, "start": folded.start}),
        ("scale", scale_text(folded.hidden)),
        ("range", whole_range_text(folded.zero_point)),
    )
    path = "tensor/lstm"
    return Kernel(
        "tensor_lstm_s8",
        path,
        path,
        layer,
        (*row_tables, *before_tables),
        helpers=("tensor/fraction",),
    )


def _products(graph: Graph, operator: Operator) -> int:
    taken = graph.tensor_in(operator).shape[2] + graph.tensor_out(operator).shape[2]
    return GATES * taken * graph.tensor_out(operator).element_count


OPERATOR = BuiltinOperator(
    kind="UNIDIRECTIONAL_SEQUENCE_LSTM",
    shapes=any_shapes,
    products=_products,
    constraints=((plain_lstm, rows_of_one_batch), (int8_lstm,), (known_states,), (sums_that_fit,)),
    fold=_fold,
    on_tensors=OnTensors(_kernel),
)
