# SPDX-License-Identifier: Apache-2.0
"""A folder of sounds becomes a model, firmware, and a virtual board that decides as it should."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow")

from generator.model.decision import Head
from generator.model.decision_file import find_rule
from tests.training.board_and_host import (
    CLIPS_ONLY,
    assert_same_decisions,
    evaluate,
    run_harness,
)
from tests.training.synthetic import write_folders
from training.__main__ import main
from training.card import read_card

pytestmark = pytest.mark.slow

SHORT_FIT = """
folds: [1, 2, 3]
fit: {head_steps: 150, epochs: 1, patches_per_clip: 2, batch_size: 8, warmup_epochs: 0}
"""


def train(folder: Path, config: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Train by the command, on `folder / sounds`; the .tflite."""
    monkeypatch.delenv("MODELS_DIR", raising=False)
    (folder / "mine.yaml").write_text(f"name: mine\n{config}{SHORT_FIT}")
    arguments = ["train", "--config", str(folder / "mine.yaml"), "--run", str(folder / "run")]
    assert main(arguments) == 0
    return folder / "mine.tflite"


def evaluated(model: Path, *options: str) -> dict[str, Any]:
    """`make evaluate` on the model's own folder of sounds."""
    return evaluate(model, model.parent / "sounds", model.parent / "evaluated.json", *options)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all builds: what the models share is compiled once."""
    return tmp_path_factory.mktemp("build")


def played(model: Path, build: Path, tests: tuple[str, ...], *options: str) -> dict[str, Any]:
    """`pytest hil/ --virtual` on the fold that was left out."""
    sounds = model.parent / "sounds"
    return run_harness(model, sounds, build, tests, "--folds", "5", *options)


@pytest.mark.usefixtures("short_backbone")
def test_three_classes_from_a_folder_to_the_board(
    tmp_path: Path, build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folders(tmp_path / "sounds", {"burst": 10, "chirp": 10, "tone": 10})
    model = train(tmp_path, "data: {folder: sounds}\n", monkeypatch)
    printed = capsys.readouterr()
    assert printed.err == "", "nothing of TensorFlow's own"
    assert "it finds no GPU" in printed.out or "bytes may differ by run" in printed.out
    card = read_card(model.with_suffix(".json"))
    assert card.labels == ("burst", "chirp", "tone")
    assert (card.data.name, card.data.folds, card.data.clips) == ("sounds", (1, 2, 3), 18)
    assert not (tmp_path / "mine.decision.yaml").exists()
    host = evaluated(model, "--folds", "5")
    assert (host["correct"], host["clips"]) == (6, 6), "sounds that nothing was trained on"
    assert "may be a training clip" not in capsys.readouterr().out
    board = played(model, build, CLIPS_ONLY)
    assert_same_decisions(board, host, clips=6)
    evaluated(model, "--folds", "1")
    assert "was trained on fold 1: for these clips the numbers check" in capsys.readouterr().out
    shutil.copy(tmp_path / "sounds" / "tone" / "00.wav", tmp_path / "sounds" / "tone" / "new.wav")
    evaluated(model, "--folds", "5")
    assert "any of them may be a training clip" in capsys.readouterr().out


@pytest.mark.usefixtures("short_backbone")
def test_a_class_for_other_sound_with_its_threshold(
    tmp_path: Path, build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folders(tmp_path / "sounds", {"chirp": 10, "tone": 10, "other": 10, "burst": 5})
    config = """
data: {folder: sounds, classes: [chirp, tone], other: other}
decision: {threshold: auto}
"""
    model = train(tmp_path, config, monkeypatch)
    card = read_card(model.with_suffix(".json"))
    assert card.labels == ("chirp", "other", "tone")
    assert card.thresholded is not None
    assert card.thresholds[0].measure == "mean recall"
    rule = find_rule(model, Head.SOFTMAX, card.labels)
    assert rule.other == 1
    assert rule.has_thresholds
    assert set(card.files.decision) == {"mine.decision.yaml"}
    host = evaluated(model, "--folds", "5")
    assert host["correct"] >= 6, "of 7, bursts among what is other"
    for threshold in ("0.9", "0.99"):
        twin = evaluated(model, "--folds", "1,5", "--threshold", threshold)
        litert = evaluated(model, "--folds", "1,5", "--threshold", threshold, "--engine", "litert")
        assert twin["decisions"] == litert["decisions"]
    board = played(model, build, CLIPS_ONLY, "--clips", "4")
    assert_same_decisions(board, host, clips=4)


@pytest.mark.usefixtures("short_backbone")
def test_several_classes_at_once_by_sigmoid(
    tmp_path: Path, build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = {"chirp": 10, "tone": 10, "chirp+tone": 10, "other": 10}
    write_folders(tmp_path / "sounds", kinds)
    config = """
data: {folder: sounds, other: other}
head: {kind: sigmoid}
decision: {threshold: auto}
"""
    model = train(tmp_path, config, monkeypatch)
    card = read_card(model.with_suffix(".json"))
    assert card.labels == ("chirp", "tone")
    assert len(card.thresholds) == 2
    host = evaluated(model, "--folds", "5")
    assert host["head"] == "sigmoid"
    truth = {tuple(one["labels"]) for one in host["decisions"]}
    assert truth == {(), (0,), (1,), (0, 1)}
    assert host["correct"] >= 6, "of 8"
    assert host["decisions"] == evaluated(model, "--folds", "5", "--engine", "litert")["decisions"]
    board = played(model, build, CLIPS_ONLY, "--clips", "4")
    assert_same_decisions(board, host, clips=4)


def test_a_detector_of_one_class(
    tmp_path: Path, build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the whole backbone, as it is trained for use."""
    write_folders(tmp_path / "sounds", {"tone": 10, "burst": 10, "other": 5})
    config = """
data: {folder: sounds, classes: [tone], other: other}
head: {kind: sigmoid}
decision: {threshold: 0.6}
"""
    model = train(tmp_path, config, monkeypatch)
    assert model.with_name("mine.labels.txt").read_text() == "tone\n"
    assert model.with_name("mine.decision.yaml").read_text() == "threshold: 0.6\n"
    host = evaluated(model, "--folds", "5")
    assert host["thresholds"] == [154 / 256]
    assert host["correct"] >= 4, "of 5"
    assert host["decisions"] == evaluated(model, "--folds", "5", "--engine", "litert")["decisions"]
    assert "false alarms" in capsys.readouterr().out
    board = played(model, build, CLIPS_ONLY, "--clips", "4")
    assert_same_decisions(board, host, clips=4)
