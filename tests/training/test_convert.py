# SPDX-License-Identifier: Apache-2.0
"""Float models of somebody's own become int8 with all that stands beside them, or are refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow")

import keras

from generator.errors import InputError
from generator.frontend.presets import YAMNET
from generator.frontend.record_file import frontend_path, write_record
from generator.model.model_file import model_file_fault
from generator.network import read_network
from training.chip_features import ChipFeatures, input_scale_of
from training.convert import to_int8
from training.converted_card import ConvertedCard

pytestmark = pytest.mark.slow

FRAMES = 24
LABELS = ["dog", "rain", "wind"]
VALUES = np.random.default_rng(1).uniform(-9.0, 3.0, (24, FRAMES, 64)).astype(np.float32)


def quiet(_: str) -> None:
    return


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((FRAMES, 64, 1)),
            keras.layers.Conv2D(4, 3, 2, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ],
        name="mine",
    )


@pytest.fixture(scope="module")
def sources(model: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("sources")
    for name in ("m.keras", "m.h5"):
        model.save(folder / name)
    model.export(folder / "saved", verbose=False)
    return {"model": model} | {one: folder / one for one in ("m.keras", "m.h5", "saved")}


@pytest.mark.parametrize("source", ["model", "m.keras", "m.h5", "saved"])
def test_every_kind_of_float_model_is_converted(
    source: str, sources: dict[str, Any], tmp_path: Path
) -> None:
    out = to_int8(
        sources[source], VALUES, tmp_path / "mine.tflite", labels=LABELS, frontend="yamnet",
        on_message=quiet,
    )  # fmt: skip
    network = read_network(out)
    assert network.labels.names == tuple(LABELS)
    assert network.frontend.sha256 == YAMNET.sha256
    assert network.frontend_source == "mine.frontend.yaml"
    card = ConvertedCard.model_validate_json((tmp_path / "mine.json").read_text())
    assert card.agreement.same_class >= 22
    assert card.agreement.largest_difference < 0.05
    assert card.files["mine.tflite"] == network.graph.sha256
    assert card.input_scale == pytest.approx((VALUES.max() - VALUES.min()) / 255, rel=1e-4)
    printed = (tmp_path / "mine.md").read_text()
    assert "3 classes: dog, rain, wind" in printed and network.graph.sha256 in printed


@pytest.mark.parametrize("source", ["m.keras", "m.h5", "saved"])
def test_the_call_that_a_refusal_gives_converts_the_model(
    source: str, sources: dict[str, Any], tmp_path: Path
) -> None:
    """What `MODEL=m.keras` says to do is done, letter by letter."""
    given = tmp_path / source
    copy = shutil.copytree if sources[source].is_dir() else shutil.copy
    copy(sources[source], given)
    write_record(frontend_path(given), YAMNET)
    fault = model_file_fault(given)
    assert fault is not None
    (call,) = re.findall(r"(from training\.convert import .*\)), with features", fault.remedy)
    exec(call.replace("[...]", "LABELS"), {"features": VALUES, "LABELS": LABELS})
    assert read_network(given.with_suffix(".tflite")).labels.names == tuple(LABELS)


def test_the_input_has_the_scale_of_the_features(model: Any, tmp_path: Path) -> None:
    chip = ChipFeatures("yamnet", FRAMES, input_scale_of(-9.3, 4.7))
    out = to_int8(
        model, VALUES, tmp_path / "a.tflite", labels=LABELS, frontend=chip, on_message=quiet
    )
    graph = read_network(out).graph
    assert graph.input.scale == pytest.approx(chip.scale.scale, rel=1e-6)
    assert graph.input.zero_point == chip.scale.zero_point


def refused(tmp_path: Path, model: Any, values: Any = VALUES, **settings: Any) -> str:
    """What the refusal says; nothing is left of the attempt."""
    before = sorted(tmp_path.iterdir())
    given = {"labels": LABELS, "frontend": "yamnet", "on_message": quiet, **settings}
    with pytest.raises(InputError) as caught:
        to_int8(model, values, tmp_path / "mine.tflite", **given)
    assert sorted(tmp_path.iterdir()) == before
    return str(caught.value)


def test_all_faults_are_told_together(model: Any, tmp_path: Path) -> None:
    values = VALUES[:5, :, :40].copy()
    values[0, 0, 0] = -np.inf
    told = refused(tmp_path, model, values, labels=["dog", "dog"])
    for expected in ("2 labels", "gives 3 scores", "dog twice", "shape (24, 40, 1)", "5 patches"):
        assert expected in told
    assert "1 values are no finite numbers" in told


def test_what_the_firmware_cannot_run_is_not_written(tmp_path: Path) -> None:
    entry = keras.Input((FRAMES, 64, 1))
    inner = keras.layers.UpSampling2D()(keras.layers.Conv2D(2, 3, 2)(entry))
    scores = keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(inner))
    assert "cannot run" in refused(tmp_path, keras.Model(entry, scores))


def test_a_recurrent_layer_that_would_become_a_loop_is_refused_before(tmp_path: Path) -> None:
    entry = keras.Input((FRAMES, 64))
    inner = keras.layers.Bidirectional(keras.layers.GRU(3))(entry)
    told = refused(tmp_path, keras.Model(entry, keras.layers.Dense(3)(inner)))
    assert "becomes a loop" in told and "unroll=True" in told


def test_files_of_the_user_are_not_replaced(model: Any, tmp_path: Path) -> None:
    record = YAMNET.model_copy(update={"low_hz": 60.0})
    write_record(frontend_path(tmp_path / "mine.tflite"), record)
    (tmp_path / "mine.json").write_text("{}")
    told = refused(tmp_path, model)
    assert "differs from `frontend` in low_hz" in told
    assert "is no card of an earlier conversion" in told


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.keras").write_bytes(b"PK\x03\x04cut")
    assert "not a complete Keras model" in refused(tmp_path, tmp_path / "a.keras")
    assert "there is no such model" in refused(tmp_path, tmp_path / "none.h5")
    assert "no Keras model" in refused(tmp_path, 7)
