# SPDX-License-Identifier: Apache-2.0
"""Thresholds and sigmoid heads all the way: model, settings and a folder a class in; report out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from generator.boards.boards_file import load_board
from generator.firmware import make_project
from generator.host.twin import HostTwin, build_host_twin
from generator.model.decision import UNSURE, DecisionRule
from generator.model.decision_file import DecisionSettings, settings_path, settings_text
from generator.network import read_network
from generator.repository import DEFAULT_BOARDS_FILE
from hil.clips.clip_set import load_clips
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest
from tests.support.tiny_model import TINY_LABELS, tiny_model

RATE_HZ = 16_000
CLIP_SAMPLES = 9_600
"""0.6 s: some patches of the tiny models."""


def sigmoid_model(classes: int) -> bytes:
    """16 frames of 64 bands to as many sigmoid scores."""
    model = ModelBuilder(frames=16, bands=64, transposed=True).conv(4, stride=(2, 2)).depthwise()
    return model.conv(6, kernel=(1, 1)).mean().dense(classes).sigmoid().dequantize().to_bytes()


def write_sounds(folder: Path, categories: tuple[str, ...]) -> Path:
    """Two clips of noise for each category, each coloured its own way; one name needs care."""
    for number, category in enumerate(categories):
        (folder / category).mkdir(parents=True)
        for take, name in enumerate(("take 1 [ä]", "take-2")):
            random = np.random.default_rng((number, take))
            noise = random.normal(0.0, 0.2, CLIP_SAMPLES)
            width = 1 + 4 * number + take
            smooth = np.convolve(noise, np.full(width, 1.0 / width), "same")
            soundfile.write(folder / category / f"{name}.wav", np.clip(smooth, -1, 1), RATE_HZ)
    return folder


def twin_of(model: Path, folder: Path) -> tuple[HostTwin, DecisionRule]:
    folder.mkdir()
    network = read_network(model)
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    return build_host_twin(make_project(board, network, folder, taps=False).directory), network.rule


def mean_scores(twin: HostTwin, sounds: Path) -> dict[str, list[float]]:
    """Of each clip, by its name: one mean a class, in steps."""
    means = {}
    for clip in load_clips(sounds).clips:
        outcome = twin.run_clip(clip.read(twin.project.info.frontend.sample_rate_hz))
        means[clip.name] = [float(one) / len(outcome.patches) for one in outcome.score_sums]
    return means


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all builds: what the models share is compiled once."""
    return tmp_path_factory.mktemp("build")


def run_suite(model: Path, sounds: Path, build: Path, *options: str) -> tuple[str, dict[str, Any]]:
    """`pytest hil/` on the virtual board; what it printed, and details.json."""
    done = run_pytest(
        *("--board", "u585", "--virtual", "--model", str(model)),
        *("--sounds", str(sounds), "--build-dir", str(build), *options),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = build / "hil" / "u585" / "latest"
    report = json.loads((folder / "report.json").read_text())
    assert report["divergences"] == 0, done.stdout
    return done.stdout, json.loads((folder / "details.json").read_text())


@pytest.mark.slow
def test_a_threshold_leaves_clips_unsure(tmp_path: Path, build: Path) -> None:
    model = write_model(tmp_path / "m.tflite", tiny_model(), TINY_LABELS)
    sounds = write_sounds(tmp_path / "sounds", TINY_LABELS)
    twin, _ = twin_of(model, tmp_path / "twin")
    best = sorted(max(mean) for mean in mean_scores(twin, sounds).values())
    threshold = (np.mean(best[2:4]) + 128) / 256  # some clips above it, some below
    said, details = run_suite(
        *(model, sounds, build, "--threshold", f"{threshold:.3f}", "hil/suite/test_clips.py"),
    )
    unsure = [clip for clip in details["clips"] if clip["decision"] == UNSURE]
    assert 0 < len(unsure) < 6
    assert details["unsure"] == len(unsure)
    assert all(clip["detected"] == [] for clip in unsure)
    assert np.sum(details["confusion"]["counts"], axis=0)[1] == len(unsure)
    assert f"unsure       {len(unsure)} of 6 clips" in said
    assert "below it: unsure" in said
    assert details["clips_played"] == details["clips_selected"] == 6


@pytest.mark.slow
def test_several_classes_are_detected_at_once(tmp_path: Path, build: Path) -> None:
    labels = ("dog", "rain", "bell")
    model = write_model(tmp_path / "m.tflite", sigmoid_model(3), labels)
    sounds = write_sounds(tmp_path / "sounds", ("dog", "dog+rain", "other"))
    twin, _ = twin_of(model, tmp_path / "twin")
    means = mean_scores(twin, sounds)
    middle = np.clip((np.median([*means.values()], axis=0) + 128) / 256, 0.01, 0.99)
    shares = dict(zip(labels, map(float, middle), strict=True))
    settings_path(model).write_text(settings_text(DecisionSettings(thresholds=shares)))
    said, details = run_suite(
        *(model, sounds, build, "hil/suite/test_clips.py", "hil/suite/test_layers.py"),
        *("-k", "test_clips or random"),
    )
    rule = read_network(model).rule
    expected = {name: list(rule.decide(mean, 1).detected) for name, mean in means.items()}
    assert {clip["clip"]: clip["detected"] for clip in details["clips"]} == expected
    assert len({*map(tuple, expected.values())}) > 1
    truths = {clip["clip"].split("/")[0]: clip["truth"] for clip in details["clips"]}
    assert truths == {"dog": [0], "dog+rain": [0, 1], "other": []}
    assert details["confusion"] is None
    assert [count["label"] for count in details["classes"]] == list(labels)
    assert sum(count["found"] + count["missed"] for count in details["classes"]) == 6
    assert "classes      dog   precision" in said
    assert details["layer_inputs_compared"] == 8


@pytest.mark.slow
def test_one_output_is_a_binary_decision(tmp_path: Path, build: Path) -> None:
    model = write_model(tmp_path / "m.tflite", sigmoid_model(1), ("dog",))
    sounds = write_sounds(tmp_path / "sounds", ("dog", "whistle"))
    said, details = run_suite(model, sounds, build, "hil/suite/test_clips.py")
    assert [clip["truth"] for clip in details["clips"]] == [[0], [0], [], []]
    assert all(clip["decision"] in (0, UNSURE) for clip in details["clips"])
    right = sum(clip["truth"] == clip["detected"] for clip in details["clips"])
    assert f"accuracy     {25 * right:.2f} % of clips" in said


@pytest.mark.slow
def test_a_clip_shorter_than_a_patch_of_48_frames(tmp_path: Path, build: Path) -> None:
    """27 frames: more than the 13 that such a model's listener keeps, fewer than a patch."""
    builder = ModelBuilder(frames=48, bands=64, transposed=True).conv(4, stride=(2, 2)).depthwise()
    model = write_model(tmp_path / "m.tflite", builder.head(classes=3).to_bytes(), TINY_LABELS)
    folder = tmp_path / "sounds" / TINY_LABELS[0]
    folder.mkdir(parents=True)
    noise = np.random.default_rng(48).normal(0.0, 0.2, 4_800)
    soundfile.write(folder / "short.wav", np.clip(noise, -1, 1), RATE_HZ)
    said, details = run_suite(model, tmp_path / "sounds", build, "hil/suite/test_clips.py")
    (clip,) = details["clips"]
    assert (clip["frames"], len(clip["network_cycles"])) == (27, 1)
    assert "A patch of 48 frames" in said
