# SPDX-License-Identifier: Apache-2.0
"""Random models of UNIDIRECTIONAL_SEQUENCE_LSTM as the converter writes Keras' layer."""

from __future__ import annotations

from collections.abc import Callable

import flatbuffers
import numpy as np
import tflite

from tests.support.drawn import Random, drawn, zero_of
from tests.support.model_builder import ModelBuilder
from tests.support.single_operator import Case, integers, quantised, table_of
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import OperatorRecord, TensorRecord

Options = tuple[int, Callable[[flatbuffers.Builder], int]]
TANH = tflite.ActivationFunctionType.TANH
CELL_POWERS = range(-15, -8)
"""The interpreter's tanh takes cell states of 0 to 6 integer bits."""

CLIPS = (0.0, 10.0, 0.5)
"""Keras' layer becomes one that clips at 10."""


def lstm_inputs(
    random: Random, source: TensorRecord, units: int, cell_power: int
) -> list[TensorRecord | None]:
    """Weights that drive the gates into saturation at times, biases and states."""
    scales = random.uniform(0.1, 2.5, 8) / (64.0 * np.sqrt(source.shape[2]))
    columns = [source.shape[2]] * 4 + [units] * 4
    weights = [
        quantised(
            f"weights{i}", (units, count), scale, 0,
            random.integers(-127, 128, (units, count)).astype(np.int8),
        )
        for i, (count, scale) in enumerate(zip(columns, scales, strict=True))
    ]  # fmt: skip
    biases = []
    for i in range(4):
        scale = float(np.float32(scales[i] * source.scales[0]))
        values = np.round(random.normal(0.5, 1.0, units) / scale).astype(np.int32)
        biases.append(TensorRecord(f"bias{i}", (units,), "INT32", (scale,), (0,), data=values))
    state = quantised("state", (1, units), random.uniform(0.5, 1.2) / 128, zero_of(random))
    cell = TensorRecord("cell", (1, units), "INT16", (2.0**cell_power,), (0,))
    state.is_state = cell.is_state = True
    return [source, *weights, *[None] * 3, *biases, None, None, state, cell, *[None] * 4]


def scales_within(state: TensorRecord, hidden: TensorRecord | None = None) -> list[TensorRecord]:
    """The intermediates: only the last, what the output is computed with, has a scale."""
    gates = [TensorRecord(f"gate{i}", (0,), "FLOAT32") for i in range(4)]
    given = hidden or quantised("hidden", (0,), state.scales[0], state.zero_points[0])
    return [*gates, given]


def lstm(random: Random, units: int | None = None) -> Case:
    """The output's scale is its state's, as a rule, but need not be."""
    rows, inputs = drawn(random, 1, 9), drawn(random, 1, 20)
    units = units or drawn(random, 1, 13)
    source = quantised("in", (1, rows, inputs), random.uniform(0.01, 0.05), zero_of(random))
    taken = lstm_inputs(random, source, units, int(random.choice(CELL_POWERS)))
    state = taken[18]
    assert state
    hidden = None
    if not random.integers(4):
        hidden = quantised("hidden", (0,), random.uniform(0.5, 1.2) / 128, zero_of(random))
    made = quantised("out", (1, rows, units), state.scales[0], state.zero_points[0])
    clip = float(random.choice(CLIPS))
    return Case(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        taken,
        [made],
        lstm_options(CellClip=clip),
        intermediates=scales_within(state, hidden),
    )


def lstm_options(**fields: float) -> Options:
    """What the converter writes."""
    return table_of(
        "UnidirectionalSequenceLSTMOptions",
        **{"FusedActivationFunction": TANH, "CellClip": 10.0, **fields},
    )


def add_lstm(model: ModelBuilder, units: int, seed: int) -> ModelBuilder:
    """Behind (1, rows, values); its output is (1, rows, units)."""
    random, source = np.random.default_rng(seed), model.tensors[model.current]
    taken = lstm_inputs(random, source, units, -14)
    state = taken[18]
    assert state
    indices = [model.current, *(-1 if one is None else model._add(one) for one in taken[1:])]
    shape = (1, source.shape[1], units)
    made = model._add(quantised(f"lstm{seed}", shape, state.scales[0], state.zero_points[0]))
    within = [model._add(one) for one in scales_within(state)]
    kind = "UNIDIRECTIONAL_SEQUENCE_LSTM"
    model.operators.append(OperatorRecord(kind, indices, [made], *lstm_options(), within))
    model.current = made
    return model


def lstm_network(
    frames: int = 12, bands: int = 8, stride: tuple[int, int] = (1, 1)
) -> ModelBuilder:
    """A convolution, an LSTM that gives all rows, and one of which the last row counts."""
    model = ModelBuilder(frames, bands).conv(4, stride=stride)
    _, rows, pixels, channels = model.tensors[model.current].shape
    shape = (1, rows, pixels * channels)
    tail = Tail(model)
    tail.add("RESHAPE", [model.current, integers("rows", shape)], [shape])
    add_lstm(add_lstm(model, 7, seed=1), 5, seed=2)
    bounds = [integers(name, one) for name, one in
              (("b", [0, -1, 0]), ("e", [1, rows, 5]), ("s", [1, 1, 1]))]  # fmt: skip
    tail.add(
        "STRIDED_SLICE", [model.current, *bounds], [(1, 5)], "StridedSliceOptions",
        ShrinkAxisMask=2, BeginMask=5, EndMask=5,
    )  # fmt: skip
    return model.dense(3).softmax()
