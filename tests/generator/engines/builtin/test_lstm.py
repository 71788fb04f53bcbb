# SPDX-License-Identifier: Apache-2.0
"""LSTMs that are not as Keras' int8 layer is converted are refused, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.support.lstm_cases import lstm, lstm_options
from tests.support.single_operator import Case, faults_of
from tests.support.tflite_writer import TensorRecord

Damage = Callable[[Case], None]
FORGET_WEIGHTS, STATE, CELL = 2, 18, 19


def tensor(case: Case, position: int) -> TensorRecord:
    found = case.inputs[position]
    assert found
    return found


def put(position: int, dtype: str = "INT16") -> Damage:
    """An input that Keras' layer has not."""

    def damage(case: Case) -> None:
        units = case.outputs[0].shape[2]
        data = np.ones(units, dtype=dtype.lower())
        case.inputs[position] = TensorRecord("more", (units,), dtype, (0.01,), (0,), data=data)

    return damage


def leave_out(*positions: int) -> Damage:
    def damage(case: Case) -> None:
        for position in positions:
            case.inputs[position] = None

    return damage


def option(**fields: float) -> Damage:
    def damage(case: Case) -> None:
        case.options = lstm_options(**fields)

    return damage


def change(position: int, **fields: object) -> Damage:
    def damage(case: Case) -> None:
        for name, value in fields.items():
            setattr(tensor(case, position), name, value)

    return damage


def float_weights(case: Case) -> None:
    """As a hybrid LSTM's biases."""
    bias = tensor(case, 13)
    assert bias.data is not None
    bias.dtype, bias.data = "FLOAT32", bias.data.astype(np.float32)


def int16_weights(case: Case) -> None:
    weights = tensor(case, FORGET_WEIGHTS)
    assert weights.data is not None
    weights.dtype, weights.data = "INT16", weights.data.astype(np.int16)


def turned_weights(case: Case) -> None:
    weights = tensor(case, FORGET_WEIGHTS)
    weights.shape = weights.shape[::-1]


def too_many_units(case: Case) -> None:
    _, rows, _ = case.outputs[0].shape
    case.outputs[0].shape = (1, rows, 129)


def two_batches(case: Case) -> None:
    for one in (tensor(case, 0), case.outputs[0]):
        one.shape = (2, *one.shape[1:])


def huge_sums(case: Case) -> None:
    bias = tensor(case, 12)
    assert bias.data is not None
    bias.data = np.full_like(bias.data, 1 << 30)


def fine_output(case: Case) -> None:
    case.intermediates[4].scales = (2.0**-31,)


def no_intermediates(case: Case) -> None:
    case.intermediates = ()


DAMAGES: dict[str, tuple[Damage, str]] = {
    "peephole": (put(9), "it has peephole weights"),
    "projection": (put(16, "INT8"), "it has a projection"),
    "layer norm": (put(21), "it has layer normalisation"),
    "coupled gates": (leave_out(1, 5, 12), "it has no input number 1"),
    "relu": (option(FusedActivationFunction=tflite.ActivationFunctionType.RELU), "is not tanh"),
    "time major": (option(TimeMajor=1), "time is its first axis"),
    "clipped projection": (option(ProjClip=1.0), "clips otherwise"),
    "units": (too_many_units, "of at most 128 units"),
    "batches": (two_batches, "(2, "),
    "weights' zero point": (change(FORGET_WEIGHTS, zero_points=(1,)), "not symmetric"),
    "int16 weights": (int16_weights, "is INT16"),
    "weights' shape": (turned_weights, "their shape is"),
    "hybrid": (float_weights, "is FLOAT32"),
    "no state": (change(STATE, is_state=False), "is no state"),
    "int8 cell": (change(CELL, dtype="INT8"), "the cell state, is INT8"),
    "odd cell scale": (change(CELL, scales=(3e-4,)), "of an odd scale"),
    "fine cell scale": (change(CELL, scales=(2.0**-16,)), "of an odd scale"),
    "intermediates": (no_intermediates, "scales of its intermediate values"),
    "sums": (huge_sums, "reach"),
    "fine output": (fine_output, "too fine a scale"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_an_lstm_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    damage, words = DAMAGES[name]
    case = lstm(np.random.default_rng(5))
    assert faults_of(case, tmp_path) == []
    damage(case)
    (what, *_) = faults_of(case, tmp_path)
    assert words in what
