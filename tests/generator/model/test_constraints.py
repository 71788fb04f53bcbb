# SPDX-License-Identifier: Apache-2.0
"""What a model must fulfil whatever runs it can be broken, and is reported with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import Fault
from generator.model.constraints import FLOW_CONSTRAINTS, INPUT_CONSTRAINTS, model_faults
from generator.model.tflite_reader import read_tflite
from tests.support.model_builder import ModelBuilder

Damage = Callable[[ModelBuilder], None]


def good_model() -> ModelBuilder:
    """TRANSPOSE, CONV_2D, DEPTHWISE_CONV_2D, CONV_2D, MEAN and the rest of the tail."""
    model = ModelBuilder(12, 8, transposed=True)
    return model.conv(4, stride=(2, 2)).depthwise().conv(6, (1, 1)).head(3)


def faults_of(model: ModelBuilder, folder: Path) -> list[Fault]:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_tflite(path)
    return model_faults(graph, INPUT_CONSTRAINTS) or model_faults(graph, FLOW_CONSTRAINTS)


def output(model: ModelBuilder, operator: int) -> int:
    return model.operators[operator].outputs[0]


def uint8_input(model: ModelBuilder) -> None:
    model.tensors[0].dtype = "UINT8"


def two_outputs(model: ModelBuilder) -> None:
    model.outputs = [output(model, 6), output(model, 7)]


def two_channels_in(model: ModelBuilder) -> None:
    model.tensors[0].shape = (1, 8, 12, 2)


def skipped_layer(model: ModelBuilder) -> None:
    model.operators[3].inputs[0] = output(model, 1)


def later_tensor(model: ModelBuilder) -> None:
    model.operators[2].inputs[0] = output(model, 2)


DAMAGES: list[tuple[Damage, str, str]] = [
    (uint8_input, "model", "tensor 0 is UINT8"),
    (two_outputs, "model", "1 inputs and 2 outputs"),
    (two_channels_in, "model", "(1, 8, 12, 2)"),
    (skipped_layer, "model", "nothing uses tensor"),
    (later_tensor, "model", "which no earlier operator makes"),
]


def test_the_undamaged_model_passes(tmp_path: Path) -> None:
    assert faults_of(good_model(), tmp_path) == []


@pytest.mark.parametrize(
    ("damage", "where", "what"), DAMAGES, ids=lambda value: getattr(value, "__name__", "")
)
def test_damage_is_reported_with_place_and_remedy(
    tmp_path: Path, damage: Damage, where: str, what: str
) -> None:
    model = good_model()
    damage(model)
    (fault,) = faults_of(model, tmp_path)
    assert fault.where == where
    assert what in fault.what
    assert fault.remedy
