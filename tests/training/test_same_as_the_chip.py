# SPDX-License-Identifier: Apache-2.0
"""Training's patches and decisions against the firmware's own C, compiled for this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.boards.boards_file import load_board
from generator.firmware import make_project
from generator.frontend.presets import YAMNET
from generator.host.twin import HostTwin, build_host_twin
from generator.model.decision import NO_PATCH
from generator.model.patches import patch_rule
from generator.network import read_network
from generator.repository import DEFAULT_MODEL, REPO_ROOT
from tests.network.test_state import streaming_model
from tests.support.lstm_cases import lstm_network
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.training.board_and_host import (
    CLIPS_ONLY,
    assert_same_decisions,
    evaluate,
    run_harness,
)
from training.classifier import Classifier
from training.dataset import Clip
from training.engine_names import ENGINES
from training.engines import open_engines
from training.evaluate import decide_clips
from training.features import compile_front_end
from training.input_range import hold_against_input
from training.patches import cut_patches


@pytest.fixture(scope="module")
def chip(tmp_path_factory: pytest.TempPathFactory) -> HostTwin:
    board = load_board(REPO_ROOT / "boards.yaml", "u585")
    network = read_network(DEFAULT_MODEL, None)
    folder: Path = tmp_path_factory.mktemp("project") / "u585"
    return build_host_twin(make_project(board, network, folder, taps=False).directory)


def make_clip(duration_s: float, seed: int) -> np.ndarray:
    """Noise bursts with pauses: some frames are gated."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(16_000 * duration_s)) / 16_000
    envelope = np.where(np.sin(2 * np.pi * time_s / 1.9) > -0.3, 1.0, 0.0)
    tone = np.sin(2 * np.pi * rng.uniform(200, 3000) * time_s)
    wave = (3000 * tone + 500 * rng.standard_normal(time_s.size)) * envelope
    return np.asarray(np.rint(wave), dtype=np.int16)


@pytest.mark.parametrize("duration_s", [0.05, 0.3, 0.7, 1.0, 2.5, 5.0])
def test_patches_and_decision_are_the_listeners(chip: HostTwin, duration_s: float) -> None:
    samples = make_clip(duration_s, seed=round(100 * duration_s))
    classifier = Classifier(DEFAULT_MODEL, YAMNET)
    frames = compile_front_end(classifier.input_scale, YAMNET).features(samples)
    patches = cut_patches(frames, patch_rule(classifier.frames))
    rule = chip.project.info.rule
    outcome = chip.run_clip(samples)
    scores = [patch.scores for patch in outcome.patches]
    assert len(scores) == len(patches)
    assert np.array_equal(np.stack(scores), classifier.scores(patches))
    sums = classifier.scores(patches).sum(axis=0).tolist()
    answer = rule.decide(sums, len(patches))
    assert (outcome.decision, outcome.detected) == (answer.label, answer.detected)


@pytest.mark.parametrize("threshold", [None, 0.5, 0.9])
def test_both_engines_decide_alike(tmp_path: Path, threshold: float | None) -> None:
    clips = []
    for seed, duration_s in enumerate((0.02, 0.4, 1.3, 4.0)):
        path = tmp_path / f"{seed}.wav"
        soundfile.write(path, make_clip(duration_s, seed), 16_000, subtype="PCM_16")
        clips.append(Clip(path, path.stem, 1, (seed,), path.stem))
    soundfile.write(tmp_path / "silence.wav", np.zeros(32_000, np.int16), 16_000)
    clips.append(Clip(tmp_path / "silence.wav", "silence", 1, (0,), "silence"))
    messages: list[str] = []
    by_twin, by_litert = (
        decide_clips(
            open_engines(kind, DEFAULT_MODEL, None, threshold), clips, on_message=messages.append
        )
        for kind in ENGINES
    )
    assert by_twin == by_litert
    assert by_twin[-1].decided == by_twin[0].decided == NO_PATCH
    assert messages == 2 * [
        "note: 0.wav, silence.wav: silent: the silence gate drops every frame, so it has no patch"
    ]


@pytest.mark.parametrize(
    "content",
    [streaming_model(assigns_first=True), lstm_network().to_bytes()],
    ids=["kept", "lstm"],
)
def test_both_engines_decide_alike_where_a_model_has_state(tmp_path: Path, content: bytes) -> None:
    model = write_model(tmp_path / "m.tflite", content, record="preset: yamnet\nbands: 8\n")
    clips = []
    for seed in (1, 2):
        path = tmp_path / f"{seed}.wav"
        soundfile.write(path, make_clip(0.4, seed), 16_000, subtype="PCM_16")
        clips.append(Clip(path, path.stem, 1, (seed,), path.stem))
    by_twin, by_litert = (decide_clips(open_engines(kind, model)[:1], clips) for kind in ENGINES)
    assert by_twin == by_litert
    assert all(one.patches > 2 for one in by_twin)


@pytest.mark.parametrize("rate_hz", [8000, 44_100])
def test_both_engines_read_sounds_at_the_rate_of_the_record(tmp_path: Path, rate_hz: int) -> None:
    record = f"preset: yamnet\nsample_rate_hz: {rate_hz}\nhop_samples: 200\nhigh_hz: 3600\n"
    record += "silence_gate: null\n"
    content = ModelBuilder(frames=16, bands=64).conv(4).head(classes=3).to_bytes()
    model = write_model(tmp_path / "m.tflite", content, record=record)
    path = tmp_path / "a.wav"
    soundfile.write(path, make_clip(2.0, 1), 16_000, subtype="PCM_16")
    clips = [Clip(path, path.stem, 1, (0,), path.stem)]
    engines = [open_engines(kind, model)[0] for kind in ENGINES]
    by_twin, by_litert = (decide_clips([engine], clips) for engine in engines)
    assert by_twin == by_litert
    frames = 1 + (2 * rate_hz - 512) // 200
    assert by_twin[0].patches == 1 + (frames - 16) // 12
    judged = hold_against_input(model, engines[0], clips)
    assert judged.frames == frames


@pytest.mark.slow
def test_the_virtual_board_decides_as_make_evaluate_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped model, on sounds that stand in folders named by two of its labels."""
    for label in ("dog", "rain"):
        (tmp_path / "sounds" / label).mkdir(parents=True)
        for take, duration_s in enumerate((0.4, 1.6)):
            path = tmp_path / "sounds" / label / f"{take}.wav"
            soundfile.write(path, make_clip(duration_s, take + len(label)), 16_000)
    sounds, build = tmp_path / "sounds", tmp_path / "build"
    threshold = ("--threshold", "0.5")
    host = evaluate(
        DEFAULT_MODEL, sounds, tmp_path / "host.json", "--folds", "1,2,3,4,5", *threshold
    )
    board = run_harness(DEFAULT_MODEL, sounds, build, CLIPS_ONLY, *threshold)
    assert_same_decisions(board, host, clips=4)
    assert "decision: softmax, threshold 0.500; below it: undecided" in capsys.readouterr().out
