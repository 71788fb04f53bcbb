# SPDX-License-Identifier: Apache-2.0
"""A net trained on decibels answers in the firmware as at its author's desk, where its record is.

The desk: float64 features, quantised, and the reference interpreter. On the features of another
record, as firmware without records would have it, the same net answers otherwise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.boards.boards_file import load_board
from generator.firmware import make_project
from generator.frontend.record import FrontendRecord
from generator.frontend.record_text import record_of
from generator.host.twin import HostTwin, build_host_twin
from generator.model.patches import patch_rule
from generator.network import read_network
from generator.repository import DEFAULT_BOARDS_FILE
from hil.clips.synthetic import SYNTHETIC
from hil.judges.oracle import Oracle
from tests.frontend.float_record import features
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import OURS, write_model

pytestmark = pytest.mark.slow

LOWEST_DB, FRAMES = -75.0, 48
DECIBELS = f"""preset: yamnet
log: db_power
log_offset: 0
log_floor: 1e-10
log_reference: 29
lowest_log: {LOWEST_DB:g}
silence_gate: null
"""
SCALE, ZERO_POINT = -LOWEST_DB / 255.0, 127
NEAR, FAR = 6.0, 20.0
"""Steps of the scores: what cells one step away can do, and what another front-end does."""


def write_net(path: Path, record: str) -> Path:
    net = ModelBuilder(frames=FRAMES, bands=64, input_scale=SCALE, input_zero_point=ZERO_POINT)
    net = net.conv(8, stride=(2, 2)).conv(8, stride=(2, 2))
    return write_model(path, net.head(classes=4).to_bytes(), record=record)


def firmware_of(model: Path, scratch: Path) -> HostTwin:
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    project = make_project(board, read_network(model), scratch, taps=False)
    return build_host_twin(project.directory)


def in_firmware(twin: HostTwin, samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Mean scores of a clip."""
    outcome = twin.run_clip(samples)
    return np.array(outcome.score_sums, dtype=np.float64) / len(outcome.patches)


def at_the_desk(
    oracle: Oracle, record: FrontendRecord, samples: NDArray[np.int16]
) -> NDArray[np.float64]:
    """Mean scores of a clip, patch by patch as docs/frontend.md has them."""
    frames = features(record, samples, SCALE, ZERO_POINT)
    begins = range(0, len(frames) - FRAMES + 1, patch_rule(FRAMES).step)
    scores = [oracle.scores(frames[begin : begin + FRAMES]) for begin in begins]
    return np.mean(np.array(scores, dtype=np.float64), axis=0)


def test_a_net_on_decibels_answers_as_at_the_desk(tmp_path: Path) -> None:
    model = write_net(tmp_path / "decibels.tflite", DECIBELS)
    other = write_net(tmp_path / "other.tflite", f"{OURS}silence_gate: null\n")
    record, oracle = record_of(DECIBELS, model), Oracle(model, None, {})
    twin = firmware_of(model, tmp_path / "twin")
    mistaken = firmware_of(other, tmp_path / "mistaken")
    furthest = furthest_mistaken = 0.0
    for make in SYNTHETIC.values():
        samples = make(record.sample_rate_hz)
        if len(samples) < record.sample_rate_hz:
            continue  # shorter than a patch
        wanted = at_the_desk(oracle, record, samples)
        furthest = max(furthest, np.abs(in_firmware(twin, samples) - wanted).max())
        gap = np.abs(in_firmware(mistaken, samples) - wanted).max()
        furthest_mistaken = max(furthest_mistaken, gap)
    print(f"{furthest:.2f} steps of the scores; with another front-end {furthest_mistaken:.2f}")
    assert furthest <= NEAR
    assert furthest_mistaken >= FAR
