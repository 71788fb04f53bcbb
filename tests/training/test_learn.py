# SPDX-License-Identifier: Apache-2.0
"""The whole way with TensorFlow, on a tiny data set. Skipped where TensorFlow is not installed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from training.__main__ import main
from training.card import read_card
from training.classifier import Classifier
from training.config import FitConfig, TrainingConfig
from training.cross_validate import cross_validate
from training.dataset import load_dataset
from training.fit import Examples, fit
from training.network import build_network, load_backbone
from training.places import DEFAULT_MODEL
from training.prepare import prepare
from training.run_folder import sha256_of

pytestmark = pytest.mark.slow

CONFIG = """
name: tiny
folds: [1, 2]
fit: {head_steps: 20, epochs: 1, patches_per_clip: 1, batch_size: 4, warmup_epochs: 0}
"""


@pytest.fixture
def config_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MODELS_DIR", raising=False)
    path = tmp_path / "tiny.yaml"
    path.write_text(CONFIG)
    return path


def test_from_sounds_to_an_int8_model(
    dataset_root: Path, config_path: Path, tmp_path: Path
) -> None:
    out, run = tmp_path / "out", tmp_path / "run"
    arguments = [
        "train", "--data", str(dataset_root), "--config", str(config_path),
        "--run", str(run), "--out", str(out),
    ]  # fmt: skip
    assert main(arguments) == 0
    card = read_card(out / "tiny.json")
    assert card.labels == ("bell", "wind")
    assert card.data.clips == 8
    assert card.cross_validation is None
    assert card.files.tflite == {"tiny.tflite": sha256_of(out / "tiny.tflite")}
    classifier = Classifier(out / "tiny.tflite")
    assert classifier.classes == 2
    assert classifier.input_scale.zero_point == 40
    assert classifier.input_scale.scale == pytest.approx(0.054722581, rel=1e-7)
    assert (out / "tiny.labels.txt").read_text() == "bell\nwind\n"
    first = (out / "tiny.tflite").read_bytes()
    assert main(arguments) == 0
    assert (out / "tiny.tflite").read_bytes() == first, "the same seed gives the same bytes"


def test_a_fold_that_is_done_is_not_trained_again(
    dataset_root: Path, config_path: Path, tmp_path: Path
) -> None:
    from rich.progress import Progress

    config = TrainingConfig.model_validate(
        {"name": "tiny", "folds": [1, 2], "fit": {
            "head_steps": 0, "epochs": 1, "patches_per_clip": 1, "batch_size": 4}}
    )  # fmt: skip
    data = load_dataset(dataset_root, config.folds)
    backbone = DEFAULT_MODEL.with_suffix(".keras")
    told: list[str] = []
    run = tmp_path / "run"
    with Progress(disable=True) as progress:
        prepared = prepare(config, data, backbone)
        first = cross_validate(prepared, run, tmp_path, progress=progress, tell=told.append)
    assert first.scores.int8_all.total == 8
    (run / "fold-2.json").unlink()
    kept = json.loads((run / "fold-1.json").read_text())
    with Progress(disable=True) as progress:
        again = cross_validate(prepared, run, tmp_path, progress=progress, tell=told.append)
    assert again == first
    assert told.count("fold 1 is kept from an earlier run") == 1
    assert "fold 2 is kept from an earlier run" not in told
    assert json.loads((run / "fold-1.json").read_text()) == kept


def test_the_shipped_backbone_fills_every_layer_but_the_head() -> None:
    network = build_network(96, 64, 3, seed=1, dropout=0.0)
    head = network.get_layer("head").get_weights()
    load_backbone(network, DEFAULT_MODEL.with_suffix(".keras"))
    assert np.array_equal(network.get_layer("head").get_weights()[0], head[0])
    for layer in network.layers:
        if layer.name.endswith("_bn"):
            assert not np.array_equal(layer.get_weights()[2], np.ones_like(layer.get_weights()[2]))


def test_statistics_stay_and_everything_else_moves() -> None:
    rng = np.random.default_rng(2)
    frames = [rng.integers(-128, 128, (120, 64)).astype(np.int8) for _ in range(4)]
    examples = Examples(frames, np.eye(2, dtype=np.float32)[[0, 1, 0, 1]])
    backbone = DEFAULT_MODEL.with_suffix(".keras")
    settings = FitConfig(head_steps=5, epochs=1, patches_per_clip=1, batch_size=2, warmup_epochs=0)

    def run(**changes: float) -> dict[str, list[np.ndarray]]:
        config = TrainingConfig(fit=settings.model_copy(update=changes))
        network = fit(examples, backbone, config).network
        return {layer.name: layer.get_weights() for layer in network.layers}

    start = run(epochs=0)
    tuned = run(start_share=0.0)
    between = run(start_share=0.5)
    for name, weights in start.items():
        for index, before in enumerate(weights):
            after, half = tuned[name][index], between[name][index]
            if name.endswith("_bn") and index > 0:
                assert np.array_equal(before, after), f"{name}: statistics"
            else:
                assert not np.array_equal(before, after), f"{name}: not trained"
                assert np.allclose(half, (before + after) / 2, atol=1e-6)
