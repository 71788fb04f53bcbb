# SPDX-License-Identifier: Apache-2.0
"""A clip shorter than a patch: firmware, harness and training fill it up alike, at any length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.boards.boards_file import load_board
from generator.firmware import make_project
from generator.host.twin import HostTwin, build_host_twin
from generator.model.patches import patch_rule
from generator.network import read_network
from generator.repository import DEFAULT_BOARDS_FILE
from hil.clip_check import patch_frames
from hil.judges.oracle import Oracle
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from training.patches import cut_patches

FRAMES, CLASSES = 48, 3
"""Half the length of the default model: 13 frames are kept, not 25."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    builder = ModelBuilder(frames=FRAMES, bands=64, transposed=True)
    builder.conv(4, stride=(2, 2)).depthwise().head(classes=CLASSES)
    return write_model(tmp_path_factory.mktemp("model") / "short.tflite", builder.to_bytes())


@pytest.fixture(scope="module")
def twin(model: Path, tmp_path_factory: pytest.TempPathFactory) -> HostTwin:
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    out_dir = tmp_path_factory.mktemp("project")
    return build_host_twin(make_project(board, read_network(model), out_dir, taps=False).directory)


@pytest.mark.parametrize("frames", [1, 11, 12, 13, 14, 25, 30, 47])
def test_a_short_clip_is_filled_up_alike(frames: int, model: Path, twin: HostTwin) -> None:
    random = np.random.default_rng(frames)
    samples = random.integers(-8000, 8000, 512 + 160 * (frames - 1)).astype(np.int16)
    outcome = twin.run_clip(samples)
    assert len(outcome.frames) == frames
    assert len(outcome.patches) == 1
    expected = patch_frames(outcome.frames, 0, patch_rule(FRAMES))
    assert np.array_equal(cut_patches(outcome.frames, patch_rule(FRAMES))[0], expected)
    oracle = Oracle(model, twin.project.info.patch, twin.project.info.arrangements)
    assert np.array_equal(outcome.patches[0].scores, oracle.scores(expected))
