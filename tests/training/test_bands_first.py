# SPDX-License-Identifier: Apache-2.0
"""A network of Keras that takes (bands, frames), as many people's do, equals the interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

tf: Any = pytest.importorskip("tensorflow")

from generator.network import read_network  # noqa: E402
from tests.support.model_files import write_model  # noqa: E402
from tests.support.network_build import HostNetwork  # noqa: E402
from tests.support.oracle import Oracle  # noqa: E402

pytestmark = pytest.mark.slow

BANDS, FRAMES, CLASSES = 64, 48, 5


def keras_network(flatten: bool) -> Any:
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input((BANDS, FRAMES, 1), batch_size=1),
            layers.Conv2D(8, (5, 3), padding="same", activation="relu"),
            layers.MaxPooling2D((4, 2)),
            layers.Conv2D(12, (3, 5), strides=(1, 2), use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D((2, 3), padding="same"),
            layers.DepthwiseConv2D((1, 3), padding="same", activation="relu"),
            layers.Flatten() if flatten else layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def converted(model: Any) -> bytes:
    random = np.random.default_rng(3)

    def examples() -> Iterator[list[Any]]:
        for _ in range(20):
            yield [random.normal(size=(1, BANDS, FRAMES, 1)).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


@pytest.mark.parametrize("flatten", [True, False])
def test_a_network_with_max_pools(flatten: bool, tmp_path: Path) -> None:
    tf.keras.utils.set_random_seed(5)
    path = write_model(tmp_path / "model.tflite", converted(keras_network(flatten)))
    graph = read_network(path).graph
    assert (graph.frames, graph.bands) == (FRAMES, BANDS)
    assert graph.takes_bands_first
    assert not any(one.added for one in graph.operators)
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(graph, path)
    random = np.random.default_rng(7)
    for _ in range(3):
        frames = random.integers(-128, 128, (FRAMES, BANDS)).astype(np.int8)
        made, expected = network.run(frames), oracle.run(frames)
        assert len(made) > 5
        for index, values in made.items():
            np.testing.assert_array_equal(values, expected[index], f"operator {index}")
