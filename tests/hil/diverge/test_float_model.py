# SPDX-License-Identifier: Apache-2.0
"""A float model beside the int8 one that was made of it, both as the converter writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mel2metal.__main__ import main
from tests.support.model_files import write_model

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = pytest.importorskip("tensorflow")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """net.tflite (int8), float.tflite of the same weights, other.tflite of more layers; noise."""
    folder = tmp_path_factory.mktemp("float")
    tf.keras.utils.set_random_seed(3)
    layers = tf.keras.layers
    taken = layers.Input((16, 64, 1), batch_size=1)
    rows = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(taken)
    rows = layers.DepthwiseConv2D(3, padding="same", activation="relu")(rows)
    made = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(rows))
    net = tf.keras.Model(taken, made)
    longer = tf.keras.Model(taken, layers.Softmax()(made))
    random = np.random.default_rng(2)

    def samples() -> Iterator[list[np.ndarray]]:
        for _ in range(40):
            yield [random.uniform(-9.0, 4.0, (1, 16, 64, 1)).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    (folder / "float.tflite").write_bytes(converter.convert())
    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    write_model(folder / "net.tflite", converter.convert())
    other = tf.lite.TFLiteConverter.from_keras_model(longer).convert()
    (folder / "other.tflite").write_bytes(other)
    sound = random.normal(0.0, 0.1, 8000)
    soundfile.write(folder / "noise.wav", sound, 16_000)
    return folder


def diverge(place: Path, file: str, steps: float) -> int:
    arguments = [place / "noise.wav", "--model", place / "net.tflite", "--steps", steps]
    return main(["diverge", *map(str, arguments), "--b", f"float:{place / file}"])


def test_layers_agree_within_some_steps(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diverge(place, "float.tflite", 12) == 0
    assert "equal, element by element" in capsys.readouterr().out
    assert diverge(place, "float.tflite", 0) == 1
    assert "they part first at: layers" in capsys.readouterr().out


def test_another_network_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diverge(place, "other.tflite", 12) == 2
    assert "layers are not the" in capsys.readouterr().err
