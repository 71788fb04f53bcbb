# SPDX-License-Identifier: Apache-2.0
"""`evaluate --events`: from recordings with labels to settings beside the model."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.errors import EXIT_INPUT
from generator.model.decision_file import read_settings, settings_path
from generator.repository import DEFAULT_MODEL, WORK_DIR
from mel2metal.__main__ import main
from sounds.decode import read_samples
from sounds.layouts import read_sounds
from sounds.mixture import mix
from sounds.place import find_directory
from sounds.recording import labels_text
from training.event_plot import best_points

RATE_HZ = 16_000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The shipped model with what is beside it, where settings may be written."""
    for one in DEFAULT_MODEL.parent.glob(f"{DEFAULT_MODEL.stem}*"):
        shutil.copy(one, tmp_path)
    settings_path(tmp_path / DEFAULT_MODEL.name).unlink(missing_ok=True)
    return tmp_path / DEFAULT_MODEL.name


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two minutes with dogs and rain, and what is between them."""
    root = find_directory(None, os.environ, WORK_DIR)
    if root is None:
        pytest.skip("no ESC-10: name its folder by ESC10_DIR")
    folder = tmp_path / "recordings"
    folder.mkdir()
    of_class = {
        label: [one.path for one in read_sounds(root, (1,)).sounds if one.category == label]
        for label in ("dog", "rain")
    }
    sounds = [
        (label, read_samples(of_class[label][number], RATE_HZ))
        for number in range(3)
        for label in of_class
    ]
    mixed = mix("yard", sounds, RATE_HZ, seed=4)
    soundfile.write(folder / "yard.wav", mixed.samples, RATE_HZ)
    (folder / "yard.txt").write_text(labels_text(mixed.occurrences), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_settings_are_chosen_told_and_written(
    model: Path, recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot, details = tmp_path / "events.png", tmp_path / "events.json"
    settings_path(model).write_text("threshold: 0.25\n", encoding="utf-8")
    code = main([
        "evaluate", "--events", "--model", str(model), "--recordings", str(recordings),
        "--false-alarms", "100", "--write", "--plot", str(plot), "--json", str(details),
    ])  # fmt: skip
    told = capsys.readouterr().out
    assert code == 0, told
    assert plot.read_bytes().startswith(b"\x89PNG")
    result = json.loads(details.read_text(encoding="utf-8"))
    by_class = result["chosen"]["by_class"]
    assert sum(by_class["dog"][key] for key in ("found", "missed")) == 3
    assert sum(by_class["rain"][key] for key in ("found", "missed")) == 3
    chosen, own = result["chosen"], result["own"]
    assert chosen["false_alarms_an_hour"] <= 100 or not chosen["is_allowed"]
    assert chosen["is_allowed"] or chosen["false_alarms"] <= own["false_alarms"]
    written = read_settings(model)
    assert written.threshold == 0.25  # what stood there stays
    assert written.events is not None
    assert written.events.model_dump(exclude_none=True) == chosen["settings"]
    kept = list(model.parent.glob("*.kept-*.yaml"))
    assert [one.read_text(encoding="utf-8") for one in kept] == ["threshold: 0.25\n"]
    assert "minutes" in told
    assert "missed" in told


def refused(capsys: pytest.CaptureFixture[str], model: Path, *arguments: str | Path) -> str:
    code = main(["evaluate", "--events", "--model", str(model), *map(str, arguments)])
    assert code == EXIT_INPUT
    return " ".join(capsys.readouterr().err.split())


def test_what_cannot_be_done_is_told_together_before_listening(
    model: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(
        capsys, model, "--recordings", recordings, "--false-alarms", "-1",
        "--keep-recordings", recordings, "--threshold", "0.5",
    )  # fmt: skip
    assert "3 faults" in told
    for part in ("--false-alarms", "is not an empty folder", "--threshold"):
        assert part in told


@pytest.mark.slow
def test_recordings_without_a_known_class_are_refused(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "others"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.zeros(RATE_HZ, np.int16), RATE_HZ)
    (folder / "a.txt").write_text("0\t1\ttrombone\n", encoding="utf-8")
    told = refused(capsys, model, "--recordings", folder)
    assert "no label of a class that the model knows: they name trombone" in told


def test_best_points_are_beaten_by_no_other() -> None:
    points = [(0.0, 50.0), (2.0, 10.0), (1.0, 50.0), (3.0, 20.0), (2.0, 12.0), (9.0, 0.0)]
    assert best_points(points) == [(0.0, 50.0), (2.0, 10.0), (9.0, 0.0)]
