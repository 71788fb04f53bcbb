# SPDX-License-Identifier: Apache-2.0
"""Ends as the converter writes them: Keras nets with every pair of input and output types."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.model.graph import Graph
from tests.support.models import patches
from tests.support.network_build import HostNetwork, read_model
from tests.support.oracle import Oracle

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = pytest.importorskip("tensorflow")

pytestmark = pytest.mark.slow

FRAMES, BANDS = 16, 64
Shape = tuple[int, ...]


def _rows(rows: Any, layers: Any) -> Any:
    rows = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(rows)
    return layers.GlobalAveragePooling2D()(rows)


def softmax(taken: Any, layers: Any) -> Any:
    return layers.Dense(3, activation="softmax")(_rows(taken, layers))


def logits(taken: Any, layers: Any) -> Any:
    return layers.Dense(3)(_rows(taken, layers))


def embedding(taken: Any, layers: Any) -> Any:
    return _rows(taken, layers)


def flat(taken: Any, layers: Any) -> Any:
    return softmax(layers.Reshape((FRAMES, BANDS, 1))(taken), layers)


def conv1d(taken: Any, layers: Any) -> Any:
    rows = layers.Conv1D(6, 3, padding="same", activation="relu")(taken)
    rows = layers.MaxPooling1D(2)(rows)
    rows = layers.Conv1D(5, 3, padding="same", activation="relu")(rows)
    return layers.Dense(3, activation="sigmoid")(layers.Flatten()(rows))


def bands_as_channels(taken: Any, layers: Any) -> Any:
    rows = layers.Conv2D(6, (3, 1), padding="same", activation="relu")(taken)
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(rows))


def convolution_head(taken: Any, layers: Any) -> Any:
    rows = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(taken)
    rows = layers.GlobalAveragePooling2D(keepdims=True)(rows)
    return layers.Softmax()(layers.Flatten()(layers.Conv2D(3, 1)(rows)))


def channels_first(taken: Any, layers: Any) -> Any:
    return softmax(layers.Reshape((FRAMES, BANDS, 1))(taken), layers)


PATCH = (FRAMES, BANDS, 1)
NETS: list[tuple[Callable[[Any, Any], Any], Shape, str, str]] = [
    (softmax, PATCH, "float32", "float32"),
    (softmax, PATCH, "uint8", "uint8"),
    (softmax, PATCH, "int8", "float32"),
    (logits, PATCH, "float32", "float32"),
    (logits, PATCH, "uint8", "int8"),
    (embedding, PATCH, "int8", "uint8"),
    (flat, (FRAMES * BANDS,), "float32", "int8"),
    (conv1d, (FRAMES, BANDS), "float32", "float32"),
    (bands_as_channels, (FRAMES, 1, BANDS), "int8", "int8"),
    (convolution_head, PATCH, "uint8", "float32"),
    (channels_first, (1, FRAMES, BANDS), "float32", "float32"),
]


def converted(make: Callable[[Any, Any], Any], shape: Shape, taken: str, given: str) -> bytes:
    tf.keras.utils.set_random_seed(7)
    entry = tf.keras.Input(shape)
    model = tf.keras.Model(entry, make(entry, tf.keras.layers))
    random = np.random.default_rng(7)

    def samples() -> Iterator[list[Any]]:
        for _ in range(20):
            yield [random.normal(-3.0, 3.0, (1, *shape)).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = getattr(tf, taken)
    converter.inference_output_type = getattr(tf, given)
    return bytes(converter.convert())


def assert_interpreters(graph: Graph, path: Path, folder: Path) -> None:
    network, oracle = HostNetwork(graph, folder), Oracle(graph, path)
    for frames in patches(5, FRAMES, BANDS):
        ours, reference = network.run(frames), oracle.run(frames)
        for index, values in ours.items():
            np.testing.assert_array_equal(values, reference[index], f"operator {index}")
        np.testing.assert_array_equal(network.scores(), oracle.scores())


@pytest.mark.parametrize(
    ("make", "shape", "taken", "given"),
    NETS,
    ids=[f"{make.__name__}-{taken}-{given}" for make, _, taken, given in NETS],
)
def test_a_converted_net_equals_the_interpreter(
    make: Callable[[Any, Any], Any], shape: Shape, taken: str, given: str, tmp_path: Path
) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(converted(make, shape, taken, given))
    graph = read_model(path)
    assert (graph.frames, graph.bands) == (FRAMES, BANDS)
    assert graph.tensors[graph.inputs[0]].dtype == graph.scores.dtype == "INT8"
    assert_interpreters(graph, path, tmp_path / "c")
