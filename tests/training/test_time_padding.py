# SPDX-License-Identifier: Apache-2.0
"""The backbone with convolutions that are causal in time. Skipped without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.engines.builtin.cost.last_frame import products_after_last_frame
from generator.repository import DEFAULT_MODEL
from tests.support.network_build import read_model

pytest.importorskip("tensorflow")

import keras

from training.network import BACKBONE, build_network, causal_zeros, load_backbone
from training.patches import InputScale
from training.quantise import quantise

FRAMES = 96


def network_of(padding: str) -> keras.Model:
    network = build_network(FRAMES, 64, 3, seed=1, dropout=0.0, time_padding=padding)  # type: ignore[arg-type]
    load_backbone(network, DEFAULT_MODEL.with_suffix(".keras"))
    return network


def rows_of(network: keras.Model, values: np.ndarray) -> dict[str, np.ndarray]:
    """What each convolution makes of a patch."""
    names = [block.name for block in BACKBONE]
    trunk = keras.Model(network.input, [network.get_layer(name).output for name in names])
    return {name: np.asarray(made) for name, made in zip(names, trunk(values), strict=True)}


def random_patch(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(-2.0, 2.0, (1, FRAMES, 64, 1)).astype(np.float32)


@pytest.mark.parametrize("first_changed", [1, 40, FRAMES - 1])
def test_no_row_depends_on_a_later_frame(first_changed: int) -> None:
    network, values = network_of("causal"), random_patch(1)
    before = rows_of(network, values)
    values[:, first_changed:] += 1.0
    for name, after in rows_of(network, values).items():
        stride = FRAMES // after.shape[1]
        changed = np.abs(after - before[name]).max(axis=(0, 2, 3)) > 0.0
        assert changed.argmax() == first_changed // stride, name


def test_all_but_the_rows_place_is_as_with_same_padding() -> None:
    same, causal = network_of("same"), network_of("causal")
    for one, other in zip(same.get_weights(), causal.get_weights(), strict=True):
        assert one.shape == other.shape
    made = rows_of(same, random_patch(2))
    assert {name: one.shape for name, one in rows_of(causal, random_patch(2)).items()} == {
        name: one.shape for name, one in made.items()
    }


@pytest.mark.parametrize(
    ("shape", "stride", "zeros"),
    [
        ((96, 64), 2, ((1, 0), (0, 1))),
        ((48, 32), 1, ((2, 0), (1, 1))),
        ((7, 7), 2, ((2, 0), (1, 1))),
    ],
)
def test_zeros(shape: tuple[int, int], stride: int, zeros: object) -> None:
    assert causal_zeros(shape, 3, stride) == zeros


def test_on_the_chip_the_zeros_cost_nothing_and_little_waits(tmp_path: Path) -> None:
    network = network_of("causal")
    scale = InputScale(0.054722581058740616, 40)
    cells = np.random.default_rng(3).integers(-128, 128, (4, FRAMES, 64)).astype(np.int8)
    path = tmp_path / "model.tflite"
    path.write_bytes(quantise(network, cells, scale))
    graph = read_model(path)
    assert "PAD" not in [one.kind for one in graph.operators]
    waiting = sum(products_after_last_frame(graph).values())
    pointwise = 65_536 + 131_072 + 2 * 262_144 + 524_288
    assert pointwise == 1_245_184
    assert waiting == pointwise + 3 * 9216 + 2 * 18_432 + 9216 + 256 * 3
