# SPDX-License-Identifier: Apache-2.0
"""Front-ends in whole images: the virtual board's features equal the host's bit for bit.

`hil/suite/test_clips.py` compares them cell by cell, and the network's scores behind them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from generator.frontend.record_file import read_record
from generator.frontend.record_text import record_text
from generator.host.frontend_twin import build_frontend_twin
from generator.repository import REPO_ROOT
from sounds.place import find_directory
from tests.frontend.cost_table import FOLDER, SHAPES, input_of, write_net
from tests.frontend.drawn_records import draw_case, sound
from tests.frontend.float_record import band_sums
from tests.frontend.record_distance import steps_apart
from tests.frontend.signals import real_clips
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest

BOARD = "u585"
FRAMES = 8
"""Of a patch of a drawn record: its sound has some more."""

DRAWN = (
    ("u585", "logarithms", 1),
    ("u585", "mfcc", 2),
    ("u585", "pcan", 3),
    ("u585", "linear", 4),
    ("l475", "logarithms", 5),
    ("l475", "mfcc", 6),
)
"""Board, kind of record and seed."""


def play(board: str, model: Path, scratch: Path, *options: str) -> None:
    """Clips on the virtual board; fails with what the suite says."""
    build = scratch / "build"
    done = run_pytest(
        *("hil/suite/test_clips.py", "--board", board, "--virtual", "--model", str(model)),
        *("--build-dir", str(build), *options),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = build / "hil" / board / "latest"
    assert json.loads((folder / "report.json").read_text())["divergences"] == 0, done.stdout
    assert json.loads((folder / "details.json").read_text())["clips_played"] > 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_a_public_front_end_hears_real_clips(name: str, tmp_path: Path) -> None:
    if find_directory(None, os.environ, REPO_ROOT) is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    play(BOARD, write_net(name, tmp_path), tmp_path, "--clips", "2")


@pytest.mark.slow
@pytest.mark.parametrize(("board", "kind", "seed"), DRAWN)
def test_a_drawn_front_end_on_a_board(board: str, kind: str, seed: int, tmp_path: Path) -> None:
    case = draw_case(Random(seed), kind)
    net = ModelBuilder(
        frames=FRAMES,
        bands=case.record.features,
        input_scale=case.scale,
        input_zero_point=case.zero_point,
    )
    content = net.conv(4, stride=(2, 1)).head(classes=3).to_bytes()
    model = write_model(tmp_path / "drawn.tflite", content, record=record_text(case.record))
    folder = tmp_path / "sounds" / "class_0"
    folder.mkdir(parents=True)
    samples, rate = sound(case.record), case.record.sample_rate_hz
    soundfile.write(folder / "hard.wav", samples, rate, subtype="PCM_16")
    play(board, model, tmp_path, "--sounds", str(folder.parent))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_features_of_real_clips_are_within_one_step_of_float64(name: str) -> None:
    record = read_record(FOLDER / f"{name}.frontend.yaml")
    record = record.model_copy(update={"silence_gate": None})
    scale, zero_point = input_of(SHAPES[name])
    twin = build_frontend_twin(record, scale, zero_point)
    cells = unequal = 0
    for clip, samples in real_clips(limit=10):
        ours, sums = twin.features(samples), band_sums(record, samples)
        steps = steps_apart(record, scale, zero_point, ours, sums)
        assert steps.max() <= 1, clip
        cells, unequal = cells + steps.size, unequal + int(np.count_nonzero(steps))
    print(f"{name}: {cells} cells, {100 * (1 - unequal / cells):.4f} % equal")
    assert unequal / cells <= 0.01
