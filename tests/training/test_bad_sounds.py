# SPDX-License-Identifier: Apache-2.0
"""Unusable sounds: all are reported together, each with its file and a remedy, exit code 2.

The checks run before TensorFlow is started, so these tests need none.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.errors import EXIT_INPUT, InputError, ToolError
from generator.frontend.presets import YAMNET
from generator.repository import DEFAULT_MODEL
from tests.training.synthetic import RATE_HZ, make_sound, write_folders
from training.__main__ import main
from training.config import load_config
from training.dataset import load_dataset
from training.features import compile_front_end, extract
from training.patches import InputScale
from training.sound_check import SoundCheck
from training.tensorboard import TensorBoardLog

CONFIG = "name: mine\ndata: {folder: sounds}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration and two classes of six half-second sounds."""
    monkeypatch.delenv("MODELS_DIR", raising=False)
    monkeypatch.delenv("ESC10_DIR", raising=False)
    write_folders(tmp_path / "sounds", {"tone": 6, "burst": 6}, duration_s=0.5)
    (tmp_path / "mine.yaml").write_text(CONFIG)
    return tmp_path


def run(folder: Path, command: str = "train") -> int:
    return main([command, "--config", str(folder / "mine.yaml"), "--run", str(folder / "run")])


@pytest.mark.parametrize("command", ["train", "cv"])
def test_all_faults_of_the_sounds_are_reported_together(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sounds = folder / "sounds"
    (sounds / "tone" / "broken.wav").write_bytes(b"RIFF, but no more")
    soundfile.write(sounds / "tone" / "empty.wav", np.zeros(0), RATE_HZ)
    soundfile.write(sounds / "tone" / "one.wav", np.array([0.5]), RATE_HZ)
    nan = np.where(np.arange(8000) == 77, np.nan, 0.1)
    soundfile.write(sounds / "burst" / "nan.wav", nan, RATE_HZ, subtype="FLOAT")
    write_folders(sounds, {"chirp": 2}, duration_s=0.5)
    assert run(folder, command) == EXIT_INPUT
    printed = capsys.readouterr().err
    for expected in (
        "broken.wav: cannot be decoded",
        "empty.wav: holds no samples",
        "one.wav: holds 1 sample at 16 kHz: the front-end's first frame takes 512, 32 ms",
        "nan.wav: 1 of its values are not finite",
        "class chirp: 2 recordings for 4 folds",
    ):
        assert expected in printed
    assert printed.count("\n    remedy: ") == 5
    assert "Traceback" not in printed
    assert not (folder / "run").exists(), "nothing was begun"


def test_all_faults_of_the_folders_are_reported_together(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sounds" / "empty").mkdir()
    (folder / "sounds" / "Tone").mkdir()
    shutil.copy(folder / "sounds" / "tone" / "00.wav", folder / "sounds" / "Tone")
    shutil.copy(folder / "sounds" / "tone" / "00.wav", folder / "sounds" / "stray.wav")
    assert run(folder) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert "empty: the class has no sound" in printed
    assert "tone: clashes with 'Tone'" in printed
    assert "stray.wav: is in no class's folder" in printed


def test_a_class_in_one_fold_only_is_reported(
    dataset_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = dataset_root / "meta" / "esc50.csv"
    rows = [row for row in table.read_text().splitlines() if "wind" not in row or row[0] == "2"]
    table.write_text("\n".join(rows) + "\n")
    monkeypatch.setenv("MODELS_DIR", "")
    out = str(dataset_root.parent)
    arguments = ["train", "--data", str(dataset_root), "--folds", "1,2,3", "--out", out]
    assert main(arguments) == EXIT_INPUT
    assert "class wind: all its clips are in fold 2" in capsys.readouterr().err


def test_the_same_file_in_two_classes_is_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tone, burst = folder / "sounds" / "tone", folder / "sounds" / "burst"
    shutil.copy(tone / "00.wav", burst / "copy.wav")
    (folder / "mine.yaml").write_text(f"{CONFIG}folds: [1, 2, 3, 4, 5]\n")
    assert run(folder) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert f"{tone / '00.wav'}: is the same file as {burst / 'copy.wav'}" in printed


def test_a_label_that_firmware_cannot_carry_is_reported_before_training(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a very long name for a class of sounds"
    write_folders(folder / "sounds", {"chirp": 6}, duration_s=0.5)
    (folder / "sounds" / "chirp").rename(folder / "sounds" / name)
    assert run(folder) == EXIT_INPUT
    assert f"the label {name!r} is longer than 32 bytes" in capsys.readouterr().err


def test_no_folder_of_sounds_is_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(folder / "sounds")
    assert run(folder) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert f"{folder / 'sounds'}: there is no such folder of sounds" in printed
    assert "remedy: name your sounds by data.folder" in printed


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ("data: {classes: [tone], other: tone}", "other must not be one of data.classes"),
        ("data: {classes: [tone, tone, burst]}", "names a class twice"),
        ("data: {classes: [tone+burst, tone]}", r"name single classes, without \+"),
        ("data: {classes: [tone]}", "softmax needs two classes or more"),
        ("decision: {threshold: 1.5}", "decision.threshold"),
        ("decision: {threshold: sometimes}", "decision.threshold"),
        ("head: {kind: relu}", "head.kind"),
    ],
)
def test_a_configuration_that_contradicts_itself_is_refused(
    tmp_path: Path, config: str, complaint: str
) -> None:
    (tmp_path / "a.yaml").write_text(f"{config}\n")
    with pytest.raises(InputError, match=complaint):
        load_config(tmp_path / "a.yaml")


def test_sounds_without_any_label_of_the_model_are_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--data", str(folder / "sounds"), "--model", str(DEFAULT_MODEL)]
    assert main(arguments) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert "holds no sound of a class that the model knows; it has burst, tone" in printed
    assert "the model's own are chainsaw, clock_tick" in printed


def test_what_is_odd_but_usable_is_reported_once_each(folder: Path) -> None:
    sounds = folder / "sounds"
    for take in range(5):
        wave = make_sound("tone", take, 0.5)
        stereo = np.stack([wave, wave], axis=1)
        soundfile.write(sounds / "tone" / f"stereo{take}.wav", stereo, RATE_HZ)
    soundfile.write(sounds / "burst" / "phone.wav", make_sound("burst", 1, 0.5)[::2], RATE_HZ // 2)
    soundfile.write(sounds / "burst" / "silence.wav", np.zeros(16_000), RATE_HZ)
    messages: list[str] = []
    front_end = compile_front_end(InputScale(0.054722581058740616, 40), YAMNET)
    clips = extract(load_dataset(sounds, []).clips, front_end, YAMNET, on_message=messages.append)
    assert len(clips) == 19
    assert messages == [
        "note: stereo0.wav, stereo1.wav, stereo2.wav and 2 more (5 files): more than one channel: "
        "mixed down to mono",
        "note: phone.wav: recorded below 15 kHz: resampled, but the upper bands stay empty, "
        "unlike on the chip: record at 16 kHz or more",
        "note: silence.wav: silent: the silence gate drops every frame, so it has no patch",
    ]


def test_the_upper_bands_of_a_low_rate_are_empty_indeed(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.2, 8000)
    soundfile.write(tmp_path / "a.wav", noise, 8_000)
    samples = SoundCheck(YAMNET).read(tmp_path / "a.wav")
    assert samples is not None
    frames = compile_front_end(InputScale(0.054722581058740616, 40), YAMNET).features(samples)
    assert frames[5:-5, 60:].max() < frames[5:-5, 10:40].min()


def test_the_shortest_sound_gives_one_frame(tmp_path: Path) -> None:
    front_end = compile_front_end(InputScale(0.054722581058740616, 40), YAMNET)
    loud = (20_000 * np.sin(np.arange(YAMNET.frame_samples))).astype(np.int16)
    assert len(front_end.features(loud)) == 1
    assert len(front_end.features(loud[:-1])) == 0


def test_tensorboard_that_is_not_installed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tensorboard.summary", None)
    with pytest.raises(ToolError, match=r"TensorBoard is not installed\n +remedy: .*pip install"):
        TensorBoardLog(tmp_path)
