# SPDX-License-Identifier: Apache-2.0
"""Training end to end with TensorFlow, on a tiny data set. Skipped without TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from generator.repository import DEFAULT_MODEL

pytest.importorskip("tensorflow")

from generator.errors import EXIT_INPUT
from generator.frontend.presets import YAMNET
from training.__main__ import main
from training.card import read_card
from training.classifier import Classifier
from training.config import FitConfig, TrainingConfig
from training.cross_validate import cross_validate, read_cross_validation
from training.dataset import load_dataset
from training.fit import Examples, clip_loss, epoch_batches, fit
from training.network import build_network, load_backbone
from training.prepare import Prepared, prepare
from training.run_folder import sha256_of
from training.train import decision_settings

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
    dataset_root: Path, config_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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
    classifier = Classifier(out / "tiny.tflite", YAMNET)
    assert classifier.classes == 2
    assert classifier.input_scale.zero_point == 40
    assert classifier.input_scale.scale == pytest.approx(0.054722581, rel=1e-7)
    assert (out / "tiny.labels.txt").read_text() == "bell\nwind\n"
    first = (out / "tiny.tflite").read_bytes()
    assert main(arguments) == 0
    assert (out / "tiny.tflite").read_bytes() == first, "the same seed gives the same bytes"
    again = [
        "quantize", "--data", str(dataset_root), "--config", str(config_path), "--run", str(run),
        "--keras", str(out / "tiny.keras"), "--out", str(tmp_path / "again.tflite"),
    ]  # fmt: skip
    assert main(again) == 0
    assert (tmp_path / "again.tflite").read_bytes() == first, "quantised anew, the same"
    assert (tmp_path / "again.labels.txt").read_text() == "bell\nwind\n"
    assert not (tmp_path / "again.decision.yaml").exists()
    config_path.write_text(f"{CONFIG}decision: {{threshold: auto}}\n")
    capsys.readouterr()
    assert main(again) == 0
    assert "copy its tiny.decision.yaml to" in capsys.readouterr().out
    assert not (tmp_path / "again.decision.yaml").exists()
    config_path.write_text(f"{CONFIG}decision: {{threshold: 0.6}}\n")
    assert main(again) == 0
    assert "again.labels.txt, again.decision.yaml" in capsys.readouterr().out
    assert (tmp_path / "again.decision.yaml").read_text() == "threshold: 0.6\n"
    again[again.index("--keras") + 1] = str(DEFAULT_MODEL.with_suffix(".keras"))
    capsys.readouterr()
    assert main(again) == EXIT_INPUT
    assert "has 10 classes, the sounds have 2: bell, wind" in capsys.readouterr().err


@pytest.mark.usefixtures("short_backbone")
def test_a_fold_that_is_done_is_not_trained_again(
    dataset_root: Path, config_path: Path, tmp_path: Path
) -> None:
    from rich.progress import Progress

    config = TrainingConfig.model_validate(
        {"name": "tiny", "folds": [1, 2], "fit": {
            "head_steps": 0, "epochs": 1, "patches_per_clip": 1, "batch_size": 4,
            "warmup_epochs": 0}}
    )  # fmt: skip
    data = load_dataset(dataset_root, config.folds)
    backbone = DEFAULT_MODEL.with_suffix(".keras")
    messages: list[str] = []
    run = tmp_path / "run"
    with Progress(disable=True) as progress:
        prepared = prepare(config, data, backbone)
        first = cross_validate(
            prepared, run, tmp_path, progress=progress, on_message=messages.append
        )
    assert first.scores.int8_all.total == 8
    (run / "fold-2.json").unlink()
    kept = json.loads((run / "fold-1.json").read_text())
    with Progress(disable=True) as progress:
        again = cross_validate(
            prepared, run, tmp_path, progress=progress, on_message=messages.append
        )
    assert again == first
    assert messages.count("fold 1 is reused from an earlier run") == 1
    assert "fold 2 is reused from an earlier run" not in messages
    assert json.loads((run / "fold-1.json").read_text()) == kept


@pytest.mark.usefixtures("short_backbone")
def test_thresholds_follow_the_current_configuration(dataset_root: Path, tmp_path: Path) -> None:
    """Thresholds are chosen from saved decisions, and are not saved themselves."""
    from rich.progress import Progress

    fit_settings = {"head_steps": 5, "epochs": 0}

    def prepared_by(decision: dict[str, object]) -> Prepared:
        values = {"name": "tiny", "folds": [1, 2], "fit": fit_settings, "decision": decision}
        config = TrainingConfig.model_validate(values)
        data = load_dataset(dataset_root, config.folds)
        return prepare(config, data, DEFAULT_MODEL.with_suffix(".keras"))

    run = tmp_path / "run"
    auto = prepared_by({"threshold": "auto", "precision": 0.95})
    assert read_cross_validation(auto, run) is None
    with Progress(disable=True) as progress:
        whole = cross_validate(auto, run, tmp_path, progress=progress, on_message=lambda line: None)
    assert read_cross_validation(auto, run) == whole
    low = read_cross_validation(prepared_by({"threshold": "auto", "precision": 0.01}), run)
    assert low is not None
    assert [one.share for one in low.thresholds] == [1 / 256]
    assert low.rejections_text.startswith("the threshold rejects nothing: ")
    given = prepared_by({"threshold": 0.996})
    measured = read_cross_validation(given, run)
    assert measured is not None
    assert measured.thresholds == ()
    assert measured.thresholded is not None
    assert measured.scores == whole.scores
    assert measured.rejections is not None
    assert measured.rejections.answers == sum(measured.scores.int8[fold].total for fold in (1, 2))
    settings = decision_settings(given.config, given.data, measured)
    assert settings is not None
    assert settings.threshold == 0.996
    plain = read_cross_validation(prepared_by({}), run)
    assert plain is not None
    assert (plain.thresholds, plain.thresholded, plain.rejections_text) == ((), None, "")
    (run / "fold-1.json").unlink()
    assert read_cross_validation(auto, run) is None


def test_the_shipped_backbone_fills_every_layer_but_the_head() -> None:
    network = build_network(96, 64, 3, seed=1, dropout=0.0)
    head = network.get_layer("head").get_weights()
    load_backbone(network, DEFAULT_MODEL.with_suffix(".keras"))
    assert np.array_equal(network.get_layer("head").get_weights()[0], head[0])
    for layer in network.layers:
        if layer.name.endswith("_bn"):
            assert not np.array_equal(layer.get_weights()[2], np.ones_like(layer.get_weights()[2]))


@pytest.mark.parametrize("head", ["softmax", "sigmoid"])
def test_the_head_says_what_a_mixture_is(head: str) -> None:
    rng = np.random.default_rng(2)
    frames = [rng.integers(-128, 128, (120, 64)).astype(np.int8) for _ in range(4)]
    examples = Examples(frames, np.eye(2, dtype=np.float32)[[0, 1, 0, 1]])
    values = {"head": {"kind": head}, "augment": {"mix_probability": 1.0}}
    config = TrainingConfig.model_validate(values)
    ((_, targets),) = epoch_batches(examples, config, rng)
    assert np.isin(targets, (0.0, 1.0)).all() == (head == "sigmoid")
    assert np.allclose(targets.sum(axis=1), 1.0) == (head == "softmax")


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


@pytest.mark.parametrize("head", ["softmax", "sigmoid"])
def test_early_stopping_restores_the_best_epoch(head: str) -> None:
    rng = np.random.default_rng(2)
    frames = [rng.integers(-128, 128, (120, 64)).astype(np.int8) for _ in range(6)]
    targets = np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 0, 1]]
    kept, held = Examples(frames[:4], targets[:4]), Examples(frames[4:], targets[4:])
    settings = FitConfig(
        head_steps=5, epochs=6, patches_per_clip=1, batch_size=2, warmup_epochs=0, patience=2,
        learning_rate=0.3, average_momentum=0.0, start_share=0.0,
    )  # fmt: skip
    config = TrainingConfig.model_validate({"head": {"kind": head}, "fit": settings})
    reported: list[tuple[int, float | None]] = []
    fitted = fit(
        kept,
        DEFAULT_MODEL.with_suffix(".keras"),
        config,
        validation=held,
        on_epoch=lambda epoch, loss, validation_loss: reported.append((epoch, validation_loss)),
    )
    assert len(fitted.losses) == fitted.best_epoch + settings.patience < settings.epochs
    assert len(fitted.validation_losses) == len(fitted.losses) + 1, (
        "the initial weights are validated too"
    )
    assert [validation_loss for _, validation_loss in reported] == list(
        fitted.validation_losses[1:]
    )
    loss = clip_loss(fitted.network, held, config)
    assert loss == pytest.approx(min(fitted.validation_losses), rel=1e-5)
