# SPDX-License-Identifier: Apache-2.0
"""Models with other ends on the virtual board: what the chip gives is the interpreter's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.end_networks import END_NETWORKS
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest

pytestmark = pytest.mark.slow

RATE_HZ = 16_000

ON_A_BOARD = {
    "float_bands_first": "softmax, the highest mean score decides",
    "uint8_logits": "logits, the highest mean value decides",
    "log_probabilities": "logits, the highest mean value decides",
    "conv1d": "softmax, the highest mean score decides",
    "bands_as_channels": "softmax, the highest mean score decides",
    "embedding": "logits, the highest mean value decides",
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all builds: what the models share is compiled once."""
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of noise."""
    folder = tmp_path_factory.mktemp("sounds")
    for number, name in enumerate(("hiss", "hum")):
        (folder / name).mkdir()
        noise = np.random.default_rng(number).normal(0.0, 0.2, 9_600)
        width = 1 + 8 * number
        smooth = np.convolve(noise, np.full(width, 1.0 / width), "same")
        soundfile.write(folder / name / "take.wav", np.clip(smooth, -1, 1), RATE_HZ)
    return folder


@pytest.mark.parametrize("name", ON_A_BOARD)
def test_scores_and_layers_are_the_interpreters(
    name: str, tmp_path: Path, build: Path, sounds: Path
) -> None:
    model = write_model(tmp_path / "m.tflite", END_NETWORKS[name]().to_bytes())
    done = run_pytest(
        *("--board", "u585", "--virtual", "--model", str(model), "--sounds", str(sounds)),
        *("--build-dir", str(build), "hil/suite/test_clips.py", "hil/suite/test_layers.py"),
        *("-k", "test_clips or random"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = build / "hil" / "u585" / "latest"
    details = json.loads((folder / "details.json").read_text())
    assert json.loads((folder / "report.json").read_text())["divergences"] == 0
    assert details["clips_played"] == 2 and details["layer_inputs_compared"] > 0
    assert details["decision"] == ON_A_BOARD[name]
